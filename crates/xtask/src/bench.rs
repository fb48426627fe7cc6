//! Jobs that measure heavytail against others; each one's section of docs/performance.md out.
//!
//! Whatever is compared runs in turn in one run, so that ratios hold on a busy machine too.

use std::path::{Path, PathBuf};

use crate::Outcome;
use crate::command::{cargo, command, output, release_binary, root, start, target};
use crate::performance;
use crate::venv;

/// SciPy's OpenBLAS, and MKL from its PyPI package.
const LAPACK: &[&str] = &["numpy", "scipy", "mkl"];

/// A measurement with a name.
struct Job {
    name: &'static str,
    title: &'static str,
    kind: Kind,
}

enum Kind {
    /// Eigensolvers alone.
    Eigen,
    /// Exponents of growth.
    Growth,
    /// Figures against weightwatcher's plot mode.
    Figures,
    /// Size of reports, and time to write them and to use them.
    Pages,
    /// A notebook's lines against weightwatcher's, in one interpreter.
    Notebook,
    /// Whole processes on a model, with these words for bench/side_by_side.py.
    Model { words: &'static [&'static str], limit: bool },
}

const fn model(name: &'static str, title: &'static str, words: &'static [&'static str], limit: bool) -> Job {
    Job { name, title, kind: Kind::Model { words, limit } }
}

const JOBS: &[Job] = &[
    model("gpt2", "A model of GPT-2-small's shapes with its embedding", &[], false),
    model("square", "Layers of 4096×4096", &["--against", "weightwatcher,numpy"], true),
    model("tall", "Layers of 14336×4096", &[], true),
    model("conv", "A model of ResNet-50's shapes", &[], false),
    model("small", "300 layers, 64 to 256 wide", &[], false),
    model(
        "llama",
        "Llama of 7 billion parameters, bf16",
        &["--against", "", "--memory", "1.5G", "--pace"],
        true,
    ),
    Job { name: "eigen", title: "Eigenvalues of a symmetric matrix", kind: Kind::Eigen },
    Job { name: "growth", title: "Growth", kind: Kind::Growth },
    Job { name: "figures", title: "Figures of a model of GPT-2-small's shapes", kind: Kind::Figures },
    Job {
        name: "notebook",
        title: "A notebook on a torch model of GPT-2-small's shapes",
        kind: Kind::Notebook,
    },
    Job { name: "pages", title: "The report of 50, 500 and 2,000 layers", kind: Kind::Pages },
];

/// Runs the job named first, or `all` of them, and without a name the first; the other words are for its script, and a
/// model's number of layers can be cut with `--layers N`.
pub(crate) fn run(words: &[&str]) -> Outcome {
    let (jobs, words) = match words {
        ["all", rest @ ..] => (JOBS, rest),
        [name, rest @ ..] if !name.starts_with('-') => {
            let job = JOBS.iter().find(|job| job.name == *name).ok_or_else(|| unknown(name))?;
            (std::slice::from_ref(job), rest)
        }
        _ => (&JOBS[..1], words),
    };
    for job in jobs {
        let table = measure(job, words)?;
        println!("{table}");
        performance::write(job.name, job.title, &table)?;
    }
    Ok(())
}

fn unknown(name: &str) -> String {
    let names: Vec<&str> = JOBS.iter().map(|job| job.name).collect();
    format!("no job {name}; there are {}", names.join(", "))
}

/// What the job's script prints.
fn measure(job: &Job, words: &[&str]) -> Result<String, String> {
    match job.kind {
        Kind::Eigen => {
            let python = venv::with("lapack", LAPACK)?.python();
            output(command(python).arg("bench/eigen.py").arg(programs()?).args(words))
        }
        Kind::Growth => {
            let python = venv::weightwatcher()?.python();
            let mut growth = command(python);
            output(growth.arg("bench/growth.py").arg(release_binary()?).arg(models()?).args(words))
        }
        Kind::Figures => {
            let python = venv::weightwatcher()?.python();
            let model = make(&python, "gpt2", None)?;
            output(command(python).arg("bench/figures.py").arg(release_binary()?).arg(model).args(words))
        }
        Kind::Notebook => {
            let venv = venv::weightwatcher()?;
            venv.install(&["--no-deps", "--force-reinstall", "."])?;
            output(command(venv.python()).arg("bench/notebook.py").args(words))
        }
        Kind::Pages => {
            let folder = target().join("bench-pages");
            let page =
                ["run", "--release", "--package", "heavytail-report", "--example", "planted_pages", "--"];
            let written = output(cargo(&page).arg(&folder))?;
            let mut node = command("node");
            output(node.arg("web/measure.mjs").arg(&folder).env("WRITTEN", written).args(words))
        }
        Kind::Model { words: own, limit } => {
            let python = venv::weightwatcher()?.python();
            let (layers, words) = match words {
                ["--layers", count, rest @ ..] => (Some(*count), rest),
                _ => (None, words),
            };
            let model = make(&python, job.name, layers)?;
            let mut bench = command(&python);
            bench.arg("bench/side_by_side.py").arg(release_binary()?).arg(model);
            if limit {
                bench.arg("--rate").arg(programs()?.join("rate"));
            }
            output(bench.args(own).args(words))
        }
    }
}

/// The folder of the measuring programs, built first.
fn programs() -> Result<PathBuf, String> {
    start(&mut cargo(&["build", "--release", "--package", "heavytail-bench"]))?;
    Ok(target().join("release"))
}

/// The folder of made models.
fn models() -> Result<PathBuf, String> {
    let folder = target().join("bench-models");
    std::fs::create_dir_all(&folder).map_err(|error| format!("make {}: {error}", folder.display()))?;
    Ok(folder)
}

/// The model of a job, made if it is not there.
pub(crate) fn make(python: &Path, name: &str, layers: Option<&str>) -> Result<PathBuf, String> {
    let folder = models()?;
    let path = match (name, layers) {
        ("gpt2", _) => folder.join("gpt2s_a.safetensors"),
        (_, Some(count)) => folder.join(format!("{name}_{count}.safetensors")),
        (_, None) => folder.join(format!("{name}.safetensors")),
    };
    if path.exists() {
        return Ok(path);
    }
    let mut make = command(python);
    match name {
        "gpt2" => make.arg(root().join("bench/mk_models.py")).arg(&folder).args(["--only", "a"]),
        _ => make.arg(root().join("bench/mk_shapes.py")).arg(name).arg(&path),
    };
    if let (Some(count), false) = (layers, name == "gpt2") {
        make.args(["--layers", count]);
    }
    start(&mut make)?;
    Ok(path)
}
