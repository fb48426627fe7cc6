//! Ctrl-C: the run says what is done, ends with its own exit code, and leaves no partial file.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::harness::{Place, noise, safetensors};

#[test]
#[cfg(unix)]
fn an_interrupted_run_says_what_is_done_and_leaves_no_file() {
    let place = Place::new();
    // Layers enough that some are left when the signal arrives, on a busy machine too.
    let (side, shape) = (1024, [1024, 1024]);
    let names: Vec<String> = ('a'..='l').map(|letter| format!("{letter}.weight")).collect();
    let layer = noise(side * side, 1);
    let tensors: Vec<_> = names.iter().map(|name| (name.as_str(), &shape[..], layer.clone())).collect();
    let bytes = safetensors(&tensors);
    place.write("model.safetensors", &bytes);
    let mut child = Command::new(env!("CARGO_BIN_EXE_heavytail"))
        .current_dir(place.path("."))
        .args([
            "analyze",
            "model.safetensors",
            "--verbose",
            "--threads",
            "1",
            "--format",
            "csv",
            "-o",
            "out.csv",
        ])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap());
    let mut first = String::new();
    told.read_line(&mut first).unwrap();
    assert!(first.starts_with("a: alpha "), "{first}");
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    let mut rest = String::new();
    told.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{rest}");
    let last = rest.lines().last().unwrap();
    assert!(last.starts_with("heavytail: interrupted: "), "{rest}");
    assert!(last.contains(" of 12 layers of model.safetensors are done (a"), "{rest}");
    assert!(last.ends_with("; nothing was written"), "{rest}");
    assert_eq!(place.names(), ["model.safetensors"]);
}

#[test]
#[cfg(unix)]
fn an_interrupted_rewriting_leaves_neither_a_file_nor_a_part_of_one() {
    let place = Place::new();
    let (side, shape) = (1400, [1400, 1400]);
    let names: Vec<String> = ('a'..='h').map(|letter| format!("{letter}.weight")).collect();
    let layer = noise(side * side, 1);
    let tensors: Vec<_> = names.iter().map(|name| (name.as_str(), &shape[..], layer.clone())).collect();
    place.write("model.safetensors", &safetensors(&tensors));
    let attempt = |verb: &str| {
        let child = Command::new(env!("CARGO_BIN_EXE_heavytail"))
            .current_dir(place.path("."))
            .args([verb, "model.safetensors", "new.safetensors", "--threads", "1"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // A part is there from the start of the writing on.
        while place.names().len() < 2 {
            thread::sleep(Duration::from_millis(1));
        }
        let raised = Instant::now();
        assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        let late = raised.elapsed();
        assert_eq!(output.status.code(), Some(130), "{verb}");
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(told, "heavytail: interrupted; nothing was written\n", "{verb}");
        assert_eq!(place.names(), ["model.safetensors"], "{verb}");
        late
    };
    for verb in ["smooth", "sharpen", "remove-traps", "randomize"] {
        // A busy machine may spoil one attempt, but hardly three in turn.
        assert!((0..3).any(|_| attempt(verb) < Duration::from_millis(500)), "{verb}");
    }
}
