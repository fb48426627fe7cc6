//! Comparisons that can't go well: what is told, what is still written, and that nothing half-written stays.

use std::process::Command;

use serde_json::Value;

use crate::harness::{Place, noise, repository, safetensors};

fn much() -> String {
    repository("examples/tiny-gpt-much-data")
}

#[test]
fn models_without_a_common_layer_are_compared_as_groups_and_their_layers_listed() {
    let place = Place::new();
    let layers = |side: usize, name: &str| {
        let names: Vec<String> = (0..4).map(|index| format!("{name}.{index}.weight")).collect();
        let shape = [side, 40];
        let tensors: Vec<(&str, &[usize], Vec<f32>)> = names
            .iter()
            .zip(1..)
            .map(|(name, seed)| (name.as_str(), &shape[..], noise(side * 40, seed)))
            .collect();
        safetensors(&tensors)
    };
    place.write("a.safetensors", &layers(64, "one"));
    place.write("b.safetensors", &layers(80, "two"));
    let text = place.run(&["compare", "a.safetensors", "b.safetensors", "--html", "r.html"]).ok();
    let shown = text.replace('\n', " ");
    assert!(shown.contains("no layer matches by name or shape"), "{text}");
    assert!(shown.contains("Only in a (4): one.0, one.1, one.2, one.3."), "{text}");
    assert!(place.path("r.html").is_file());
}

#[test]
fn the_report_of_what_can_be_read_is_written_beside_an_error_for_the_rest() {
    let place = Place::new();
    let ran = place.run(&["compare", "nowhere", &much(), "--html", "r.html", "--plots", "figures"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.starts_with("heavytail: nowhere: no such file or folder\n"), "{}", ran.stderr);
    let page = std::fs::read_to_string(place.path("r.html")).unwrap();
    assert!(page.contains("\"label\":\"tiny-gpt-much-data\"") && page.contains("transformer.h.3.mlp.c_fc"));
    assert!(place.path("figures/alpha-histogram.svg").is_file());
}

#[test]
fn where_no_model_can_be_read_no_folder_of_figures_is_left() {
    let place = Place::new();
    let ran = place.run(&["compare", "nowhere", "neither", "--plots", "figures"]);
    assert_eq!(ran.code, 2);
    assert_eq!(place.names(), [""; 0], "{}", ran.stderr);
}

#[test]
fn ten_models_have_a_strip_a_line_and_a_pair_each() {
    let place = Place::new();
    place.run(&["analyze", &much(), "--format", "csv", "-o", "t.csv"]).ok();
    for index in 1..10 {
        std::fs::copy(place.path("t.csv"), place.path(&format!("t{index}.csv"))).unwrap();
    }
    let names: Vec<String> = place.names();
    let mut words = vec!["compare"];
    words.extend(names.iter().map(String::as_str));
    let text = place.run(&[&words[..], &["--html", "r.html"]].concat()).ok();
    assert_eq!(text.matches("3 of 18 above 6 (17 %)").count(), 10, "{text}");
    let json = place.run(&[&words[..], &["--format", "json"]].concat()).ok();
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["pairs"].as_array().unwrap().len(), 45);
    assert!(std::fs::metadata(place.path("r.html")).unwrap().len() < 1 << 20);
}

/// Runs the command with files limited to `kilobytes`: beyond that the system refuses to write, as a full disk does.
#[cfg(target_os = "linux")]
fn on_a_full_disk(place: &Place, words: &str, kilobytes: u32) -> (i32, String) {
    let heavytail = env!("CARGO_BIN_EXE_heavytail");
    // sh counts in half kilobytes.
    let script = format!("trap '' XFSZ; ulimit -f {}; exec '{heavytail}' {words}", 2 * kilobytes);
    let output = Command::new("sh").arg("-c").arg(script).current_dir(place.path("")).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_told_and_leaves_nothing_half_written() {
    let place = Place::new();
    let words =
        |rest: &str| format!("compare '{}' '{}' {rest}", much(), repository("examples/tiny-gpt-little-data"));
    for (rest, told) in [
        ("--html r.html", "heavytail: can't write r.html: "),
        ("--format json -o r.json", "heavytail: can't write r.json: "),
    ] {
        let (code, stderr) = on_a_full_disk(&place, &words(rest), 4);
        assert_eq!(code, 2, "{stderr}");
        assert!(stderr.contains(told), "{stderr}");
        assert!(place.names().is_empty(), "{:?}", place.names());
    }
    let (code, stderr) = on_a_full_disk(&place, &words("--plots figures"), 16);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("heavytail: can't write figures: "), "{stderr}");
    assert!(place.names().is_empty(), "no figure of some, and no folder: {:?}", place.names());
}

#[test]
#[cfg(target_os = "linux")]
fn standard_output_that_takes_no_more_is_an_error() {
    let script =
        format!("'{}' compare '{}' '{}' > /dev/full", env!("CARGO_BIN_EXE_heavytail"), much(), much());
    let output = Command::new("sh").arg("-c").arg(script).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("heavytail: can't write to standard output: "), "{stderr}");
}

/// Runs the command in the place as a user whom its folders' modes bind: root may write everywhere.
#[cfg(target_os = "linux")]
fn as_nobody(place: &Place, words: &[&str]) -> (Option<i32>, String) {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;

    // The build's own folder may be closed to other users.
    let program = place.path("heavytail");
    if !program.exists() {
        std::fs::copy(env!("CARGO_BIN_EXE_heavytail"), &program).unwrap();
    }
    for path in [place.path(""), program.clone()] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut command = Command::new(&program);
    command.current_dir(place.path("")).args(words);
    if std::fs::metadata("/proc/self").unwrap().uid() == 0 {
        command.uid(65534).gid(65534);
    }
    let output = command.output().unwrap();
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

#[test]
#[cfg(target_os = "linux")]
fn a_read_only_folder_is_told_before_the_work_starts_and_stays_as_it_was() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = Place::new();
    place.write("shut/r.txt", b"kept");
    let mode = |mode| std::fs::set_permissions(place.path("shut"), std::fs::Permissions::from_mode(mode));
    mode(0o555).unwrap();
    for [option, path] in [
        ["--html", "shut/r.html"],
        ["-o", "shut/new.txt"],
        ["-o", "shut/r.txt"],
        ["--plots", "shut/figures"],
        ["--plots", "shut"],
    ] {
        for words in [&["compare", "nowhere", "nowhere-else"][..], &["analyze", "nowhere"]] {
            let (code, told) = as_nobody(&place, &[words, &[option, path]].concat());
            assert_eq!(code, Some(2), "{told}");
            assert!(told.starts_with(&format!("heavytail: can't write {path}: ")), "{told}");
            assert!(told.contains("Permission denied"), "{told}");
        }
    }
    let names: Vec<_> =
        std::fs::read_dir(place.path("shut")).unwrap().map(|one| one.unwrap().file_name()).collect();
    assert_eq!(names, ["r.txt"]);
    assert_eq!(std::fs::read(place.path("shut/r.txt")).unwrap(), b"kept");
    mode(0o755).unwrap();
}

#[test]
#[cfg(target_os = "linux")]
fn a_folder_that_no_one_may_write_to_is_told_before_the_work_starts() {
    // Not even root may write there.
    let place = Place::new();
    for (words, told) in [
        (["--html", "/proc/r.html"], "can't write /proc/r.html: "),
        (["-o", "/proc/r.txt"], "can't write /proc/r.txt: "),
        (["--plots", "/proc/figures"], "can't write /proc/figures: "),
    ] {
        let refused = place.run(&[&["compare", "nowhere", "nowhere-else"][..], &words].concat()).refused();
        assert!(refused.starts_with(&format!("heavytail: {told}")), "{refused}");
    }
}
