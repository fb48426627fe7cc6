//! Where results go: whole files or none, folders made, and refusals before the work starts.

use crate::harness::{Place, noise, repository, safetensors};

fn with_model() -> Place {
    let place = Place::new();
    place.write("model.safetensors", &safetensors(&[("fc.weight", &[32, 16], noise(512, 1))]));
    place
}

#[test]
fn a_missing_folder_is_made_and_only_the_result_is_left_in_it() {
    let place = with_model();
    let printed = place.run(&["analyze", "model.safetensors", "--format", "csv", "-o", "a/b/out.csv"]).ok();
    assert_eq!(printed, "");
    let there: Vec<_> =
        std::fs::read_dir(place.path("a/b")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(there, ["out.csv"]);
    let written = std::fs::read_to_string(place.path("a/b/out.csv")).unwrap();
    assert_eq!(written, place.run(&["analyze", "model.safetensors", "--format", "csv"]).ok());
}

#[test]
fn a_place_that_can_not_be_written_is_told_before_the_work_starts() {
    let place = with_model();
    place.write("file", b"no folder");
    // The model is broken, too: the output is complained about first.
    place.write("broken.safetensors", b"");
    let refused = place.run(&["analyze", "broken.safetensors", "-o", "file/out.csv"]).refused();
    assert!(refused.starts_with("heavytail: can't write file/out.csv: "), "{refused}");
    let refused = place.run(&["analyze", "broken.safetensors", "-o", "."]).refused();
    assert_eq!(refused, "heavytail: can't write .: it is a folder; name a file\n");
}

#[test]
fn a_failed_run_leaves_no_file_and_an_earlier_result_alone() {
    let place = with_model();
    place.write("out.csv", b"earlier");
    place.write("broken.safetensors", b"");
    place.run(&["analyze", "broken.safetensors", "--format", "csv", "-o", "out.csv"]).refused();
    assert_eq!(place.names(), ["broken.safetensors", "model.safetensors", "out.csv"]);
    assert_eq!(std::fs::read(place.path("out.csv")).unwrap(), b"earlier");
}

#[test]
fn parquet_needs_a_file() {
    let refused = with_model().run(&["analyze", "model.safetensors", "--format", "parquet"]).refused();
    assert_eq!(refused, "heavytail: --format parquet is no text; add --output FILE\n");
}

#[test]
fn every_format_holds_the_same_alpha() {
    let place = Place::new();
    let model = repository("examples/tiny-gpt-much-data");
    let csv = place.run(&["analyze", &model, "--format", "csv"]).ok();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let at = reader.headers().unwrap().iter().position(|name| name == "alpha").unwrap();
    let alphas: Vec<f64> = reader.records().map(|row| row.unwrap()[at].parse().unwrap()).collect();
    assert_eq!(alphas.len(), 18);
    let json: serde_json::Value =
        serde_json::from_str(&place.run(&["analyze", &model, "--format", "json"]).ok()).unwrap();
    let of_json: Vec<f64> =
        json["rows"].as_array().unwrap().iter().map(|row| row["alpha"].as_f64().unwrap()).collect();
    assert_eq!(of_json, alphas);
    let lines = place.run(&["analyze", &model, "--format", "jsonl"]).ok();
    let of_lines: Vec<f64> = lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["alpha"].as_f64().unwrap())
        .collect();
    assert_eq!(of_lines, alphas);
    place.run(&["analyze", &model, "--format", "parquet", "-o", "t.parquet"]).ok();
    place.run(&["analyze", &model, "--format", "csv", "-o", "t.csv"]).ok();
    // A saved table compares like the model itself.
    let of = |words: &[&str]| place.run(words).ok();
    let compared = of(&["compare", "t.parquet", "t.csv", "--format", "json"]);
    let compared: serde_json::Value = serde_json::from_str(&compared).unwrap();
    let of_parquet: Vec<f64> =
        compared["models"][0]["alphas"].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
    assert_eq!(of_parquet, alphas);
    assert_eq!(compared["models"][1]["alphas"], compared["models"][0]["alphas"]);
}

#[cfg(unix)]
#[test]
fn a_pipe_is_written_through_and_a_link_stays_a_link() {
    use std::os::unix::fs::FileTypeExt as _;

    let place = with_model();
    let printed = place.run(&["analyze", "model.safetensors", "--format", "csv"]).ok();
    let pipe = place.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || std::fs::read_to_string(pipe).unwrap()
    });
    place.run(&["analyze", "model.safetensors", "--format", "csv", "-o", "pipe"]).ok();
    assert_eq!(reader.join().unwrap(), printed);
    assert!(std::fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo());

    place.write("real.csv", b"");
    std::os::unix::fs::symlink("real.csv", place.path("link.csv")).unwrap();
    place.run(&["analyze", "model.safetensors", "--format", "csv", "-o", "link.csv"]).ok();
    assert!(place.path("link.csv").is_symlink());
    assert_eq!(std::fs::read_to_string(place.path("real.csv")).unwrap(), printed);
}
