//! heavytail against weightwatcher on a GPT-2-small-shaped model: whole processes, in turn, in one run.

use crate::Outcome;
use crate::command::{command, release_binary, start, target};
use crate::venv;

/// What the other side needs.
const REFERENCE: &[&str] = &["weightwatcher==0.7.7", "torch", "h5py", "safetensors"];

/// Makes the model once, then times both.
pub(crate) fn run(words: &[&str]) -> Outcome {
    let binary = release_binary()?;
    let reference = venv::with("weightwatcher", REFERENCE)?;
    let models = target().join("bench-models");
    let model = models.join("gpt2s_a.safetensors");
    if !model.exists() {
        start(command(reference.python()).arg("bench/mk_models.py").arg(&models))?;
    }
    let mut bench = command(reference.python());
    bench.arg("bench/side_by_side.py").arg(&binary).arg(&model).arg("--out").arg(&models).args(words);
    start(&mut bench)
}
