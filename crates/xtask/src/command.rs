//! Runs programs of the toolchain and says which one failed.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    // This crate lies two folders below it.
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map_or_else(PathBuf::new, Path::to_path_buf)
}

/// The folder of build outputs.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// A command that starts in the root of the workspace.
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    command
}

/// A call of the cargo that runs us.
pub(crate) fn cargo(words: &[&str]) -> Command {
    let mut command = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(words);
    command
}

/// Runs a command with its output shown; fails with the command's words.
pub(crate) fn start(command: &mut Command) -> Outcome {
    println!("$ {}", words(command));
    let status = command.status().map_err(|error| format!("start {}: {error}", words(command)))?;
    if status.success() { Ok(()) } else { Err(format!("{} ended with {status}", words(command))) }
}

/// Runs a command and returns what it printed; fails with its words and what it printed as errors.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|error| format!("start {}: {error}", words(command)))?;
    if output.status.success() {
        String::from_utf8(output.stdout).map_err(|error| format!("{}: {error}", words(command)))
    } else {
        let errors = String::from_utf8_lossy(&output.stderr);
        Err(format!("{} ended with {}\n{errors}", words(command), output.status))
    }
}

fn words(command: &Command) -> String {
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|word| word.to_string_lossy().into_owned()));
    words.join(" ")
}

/// The release binary, built first.
pub(crate) fn release_binary() -> Result<PathBuf, String> {
    start(&mut cargo(&["build", "--release", "--package", "heavytail-cli"]))?;
    Ok(target().join("release").join(format!("heavytail{}", std::env::consts::EXE_SUFFIX)))
}

/// Reads a text file, with its path in the message when that fails.
pub(crate) fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("read {}: {error}", path.display()))
}
