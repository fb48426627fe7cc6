//! Python environments under `target/`, made once for a list of packages.

use std::path::PathBuf;

use crate::command::{command, output, start, target};

/// A Python environment.
pub(crate) struct Venv {
    folder: PathBuf,
}

impl Venv {
    /// A program that the environment holds.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        let bin = if cfg!(windows) { "Scripts" } else { "bin" };
        self.folder.join(bin).join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// Its interpreter.
    pub(crate) fn python(&self) -> PathBuf {
        self.program("python")
    }

    /// Installs more into it.
    pub(crate) fn install(&self, packages: &[&str]) -> Result<(), String> {
        let mut pip = command(self.python());
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        start(pip.args(packages))
    }
}

/// The environment of the reference, one for all that is held against it.
pub(crate) fn weightwatcher() -> Result<Venv, String> {
    with("weightwatcher", &["weightwatcher==0.7.7", "torch", "h5py", "safetensors"])
}

/// The environment of the Python tests where it is there and can import these modules, else one of that name with them.
///
/// PyTorch with what it depends on takes 6 GB, so that two copies of it don't fit on every machine.
pub(crate) fn sharing(name: &str, modules: &[&str]) -> Result<Venv, String> {
    let tests = Venv { folder: target().join("venv-python") };
    let import = format!("import {}", modules.join(", "));
    if output(command(tests.python()).args(["-c", &import])).is_ok() {
        return Ok(tests);
    }
    with(name, modules)
}

/// The environment of that name with these packages; made anew when the list changes.
pub(crate) fn with(name: &str, packages: &[&str]) -> Result<Venv, String> {
    let venv = Venv { folder: target().join(format!("venv-{name}")) };
    let stamp = venv.folder.join("packages.txt");
    let list = packages.join("\n");
    if std::fs::read_to_string(&stamp).is_ok_and(|known| known == list) {
        return Ok(venv);
    }
    let python = if cfg!(windows) { "python" } else { "python3" };
    start(command(python).args(["-m", "venv", "--clear"]).arg(&venv.folder))?;
    venv.install(packages)?;
    std::fs::write(&stamp, list).map_err(|error| format!("write {}: {error}", stamp.display()))?;
    Ok(venv)
}
