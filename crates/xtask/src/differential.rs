//! heavytail against weightwatcher on random models: which values differ.

use crate::Outcome;
use crate::command::{command, release_binary, start, target};
use crate::venv;

/// Holds both against each other on as many random models as asked for.
pub(crate) fn run(seeds: &str) -> Outcome {
    let binary = release_binary()?;
    let reference = venv::weightwatcher()?;
    let mut differential = command(reference.python());
    differential.arg("bench/differential.py").arg(binary).args(["--seeds", seeds]);
    start(differential.arg("--out").arg(target().join("differential")))
}
