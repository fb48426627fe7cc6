//! The tests of object stores: real servers on loopback, started, told of and ended again.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use crate::Outcome;
use crate::command::{cargo, command, root, start, target};
use crate::venv;

/// The server for S3 and Google, and the clients that fill it and Azure's.
const PACKAGES: [&str; 3] = ["moto[server,s3]", "azure-storage-blob", "boto3"];

/// Runs the tests that `cargo test` leaves out for want of a store.
pub(crate) fn run() -> Outcome {
    let venv = venv::with("stores", &PACKAGES)?;
    let npm = target().join("npm-azurite");
    let azurite = npm.join("node_modules/.bin/azurite-blob");
    if !azurite.exists() {
        std::fs::create_dir_all(&npm).map_err(|error| format!("make {}: {error}", npm.display()))?;
        let install = ["install", "--no-audit", "--no-fund", "--silent", "--prefix"];
        start(command("npm").args(install).arg(&npm).arg("azurite"))?;
    }
    let mut servers = command(venv.python())
        .arg("crates/formats/tests/remote/stores.py")
        .arg(&azurite)
        .arg(root().join("fixtures/tiny"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("start the stores: {error}"))?;
    let mut text = String::new();
    if let Some(out) = servers.stdout.take() {
        for line in BufReader::new(out).lines() {
            let line = line.map_err(|error| format!("read what the stores print: {error}"))?;
            if line == "ready" {
                break;
            }
            text.push_str(&line);
            text.push('\n');
        }
    }
    let told = target().join("stores.txt");
    std::fs::write(&told, text).map_err(|error| format!("write {}: {error}", told.display()))?;
    let tests =
        ["test", "--package", "heavytail-formats", "--features", "remote", "--test", "main", "--quiet"];
    let done =
        start(cargo(&tests).args(["--", "--ignored", "remote::emulators"]).env("HEAVYTAIL_STORES", &told));
    // They end when their input does.
    drop(servers.stdin.take());
    servers.wait().map_err(|error| format!("end the stores: {error}"))?;
    done
}
