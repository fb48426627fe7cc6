//! Ctrl-C: the run says what is done, ends with its own exit code, and leaves no partial file.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};

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
