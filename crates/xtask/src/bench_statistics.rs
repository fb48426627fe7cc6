//! Measurements of the statistics beside the spectra: fits alone, and options against the reference.

use crate::Outcome;
use crate::command::{cargo, command, output, release_binary, root, target};
use crate::performance;
use crate::venv;

/// The last version whose truncated law the reference can call.
const POWERLAW: &str = "powerlaw==1.5";

/// Milliseconds of every fit on spectra of many shapes, on one core.
pub(crate) fn fits() -> Outcome {
    let words = ["run", "--release", "--quiet", "--package", "heavytail-fits", "--example", "fit_speed"];
    let table = output(&mut cargo(&words))?;
    println!("{table}");
    performance::write("fits", "Fits", &table)
}

/// Options of an analysis against the reference's, on one block of a model of GPT-2-small's shapes.
pub(crate) fn options(words: &[&str]) -> Outcome {
    let reference = venv::weightwatcher()?;
    let package = target().join("powerlaw-1.5");
    if !package.exists() {
        let mut pip = command(reference.python());
        pip.args(["-m", "pip", "install", "--quiet", "--no-deps", POWERLAW, "--target"]).arg(&package);
        crate::command::start(&mut pip)?;
    }
    let mut bench = command(reference.python());
    bench.arg(root().join("bench/options.py")).arg(release_binary()?);
    bench.arg("--powerlaw").arg(&package).args(words);
    let table = output(&mut bench)?;
    println!("{table}");
    performance::write("options", "Options", &table)
}
