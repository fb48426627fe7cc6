//! Networks trained with much, some and little data in, a table of what their alphas tell of it out.
//!
//! Everything but the data is the same: architecture, optimiser, number of steps and, seed by seed, the initial weights. The
//! question is whether a model's mean alpha knows which of them had little. d′ is the difference of the means over seeds
//! in units of the seeds' standard deviation, (mean a − mean b)/√((sd a² + sd b²)/2).

use std::fmt::Write as _;
use std::path::Path;

use heavytail::columns_fit::ALPHA;
use heavytail::columns_stable::ALPHA_STABLE;
use heavytail::{AnalyzeOptions, Cancel, Model, Silent, analyze, open};

use crate::Outcome;
use crate::command::{command, output, start, target};
use crate::venv;

/// What the training scripts need.
const TRAINING: &[&str] = &["torch", "numpy", "safetensors", "scikit-learn"];

/// Networks that differ in their data alone.
struct Experiment {
    name: &'static str,
    title: &'static str,
    script: &'static str,
    /// Words for the script, the same for all.
    shared: &'static [&'static str],
    /// From much data to little: a name, and words for the script.
    amounts: [(&'static str, &'static [&'static str]); 3],
    /// The name of the loss or accuracy that shows what the data were worth.
    worth: &'static str,
}

const EXPERIMENTS: &[Experiment] = &[
    Experiment {
        name: "gpt",
        title: "The GPT of `examples/`: 30.7 MB, 1.5 MB, 150 kB of text",
        script: "examples/train_gpt.py",
        shared: &[],
        amounts: [
            ("much", &["--train-bytes", "0"]),
            ("some", &["--train-bytes", "1500000"]),
            ("little", &["--train-bytes", "150000"]),
        ],
        worth: "held_out_loss",
    },
    Experiment {
        name: "small-gpt",
        title: "A smaller GPT (width 128, context 64, 3000 steps): 30.7 MB, 250 kB, 25 kB of text",
        script: "examples/train_gpt.py",
        shared: &[
            "--width",
            "128",
            "--depth",
            "4",
            "--heads",
            "4",
            "--context",
            "64",
            "--steps",
            "3000",
            "--lr",
            "2e-3",
            "--precision",
            "float32",
        ],
        amounts: [
            ("much", &["--train-bytes", "0"]),
            ("some", &["--train-bytes", "250000"]),
            ("little", &["--train-bytes", "25000"]),
        ],
        worth: "held_out_loss",
    },
    Experiment {
        name: "digits",
        title: "The digits network: 1347 images, 67 images, 1347 images with random labels",
        script: "examples/train_digits.py",
        shared: &[],
        amounts: [("much", &[]), ("few", &["--fraction", "0.05"]), ("random", &["--random-labels"])],
        worth: "held_out_accuracy",
    },
];

/// What one network tells.
struct Told {
    alpha: f64,
    alpha_stable: f64,
    worth: String,
}

/// Trains what is not there yet under `target/experiment` and prints the table: an experiment's name, then the seeds.
pub(crate) fn run(words: &[&str]) -> Outcome {
    let (name, seeds) = match words {
        [] => ("gpt", &["1", "2", "3"][..]),
        [name, seeds @ ..] => (*name, if seeds.is_empty() { &["1", "2", "3"][..] } else { seeds }),
    };
    let experiment = EXPERIMENTS.iter().find(|known| known.name == name);
    let experiment =
        experiment.ok_or_else(|| format!("no experiment {name}; there are gpt, small-gpt, digits"))?;
    let folder = target().join("experiment");
    std::fs::create_dir_all(&folder).map_err(|error| format!("make {}: {error}", folder.display()))?;
    let mut told: Vec<[Told; 3]> = Vec::new();
    for seed in seeds {
        let [much, some, little] = &experiment.amounts;
        let of = |(amount, own)| told_by(experiment, amount, own, seed, &folder);
        told.push([of(*much)?, of(*some)?, of(*little)?]);
    }
    println!("{}", table(experiment, seeds, &told));
    Ok(())
}

/// Trains a network, unless it is there, and measures it.
fn told_by(
    experiment: &Experiment,
    amount: &str,
    own: &[&str],
    seed: &str,
    folder: &Path,
) -> Result<Told, String> {
    let stem = folder.join(format!("{}-{amount}-{seed}", experiment.name));
    let (weights, record) = (stem.with_extension("safetensors"), stem.with_extension("json"));
    if !record.exists() {
        let python = venv::with("training", TRAINING)?.python();
        let mut train = command(python);
        train.arg(experiment.script).arg("--out").arg(&stem).args(["--seed", seed]);
        start(train.args(experiment.shared).args(own))?;
    }
    let (alpha, alpha_stable) = means(&weights)?;
    Ok(Told { alpha, alpha_stable, worth: field(&record, experiment.worth)? })
}

/// The means over the layers: of the reference's alpha, which the column `alpha` is, and of the stable one.
fn means(weights: &Path) -> Result<(f64, f64), String> {
    let failed = |error: &dyn std::fmt::Display| format!("analyse {}: {error}", weights.display());
    let source = open(weights).map_err(|error| failed(&error))?;
    let options = AnalyzeOptions::default().check().map_err(|error| failed(&error))?;
    let details = analyze(&Model::new(source.as_ref()), &options, &Silent, &Cancel::new());
    let details = details.map_err(|error| failed(&error))?;
    Ok((mean(&details.fitted(&ALPHA)), mean(&details.fitted(&ALPHA_STABLE))))
}

/// A number of the training's record, a flat JSON object with a field a line.
fn field(record: &Path, name: &str) -> Result<String, String> {
    let text = crate::command::read(record)?;
    let key = format!("\"{name}\":");
    let line = text.lines().map(str::trim).find(|line| line.starts_with(&key));
    let value = line.and_then(|line| line.strip_prefix(&key)).map(|value| value.trim().trim_end_matches(','));
    value.map(str::to_owned).ok_or_else(|| format!("{} has no {name}", record.display()))
}

fn table(experiment: &Experiment, seeds: &[&str], told: &[[Told; 3]]) -> String {
    let names = experiment.amounts.map(|(name, _)| name).join(" / ");
    let commit = output(command("git").args(["rev-parse", "--short", "HEAD"])).unwrap_or_default();
    let mut text = format!(
        "### {}\n\n`cargo xtask experiment {} {}`",
        experiment.title,
        experiment.name,
        seeds.join(" ")
    );
    let _ = write!(
        text,
        " at {}\n\n| seed | {} ({names}) | alpha | alpha_stable |\n|---|---|---|---|\n",
        commit.trim(),
        experiment.worth
    );
    for (seed, row) in seeds.iter().zip(told) {
        let worth = row.each_ref().map(|told| told.worth.as_str()).join(" / ");
        let cell = |of: fn(&Told) -> f64| {
            let values = row.each_ref().map(of);
            let order = if values.is_sorted_by(|a, b| a < b) { "" } else { " (wrong order)" };
            format!("{}{order}", values.map(|value| format!("{value:.3}")).join(" / "))
        };
        let _ = writeln!(
            text,
            "| {seed} | {worth} | {} | {} |",
            cell(|told| told.alpha),
            cell(|told| told.alpha_stable)
        );
    }
    let prime = |of: fn(&Told) -> f64, other: usize| {
        let column = |at: usize| told.iter().map(|row| of(&row[at])).collect::<Vec<f64>>();
        d_prime(&column(0), &column(other))
    };
    // One seed has no deviation to hold a difference against.
    let others = experiment.amounts.iter().enumerate().skip(if seeds.len() > 1 { 1 } else { 3 });
    for (other, (name, _)) in others {
        let _ = writeln!(
            text,
            "| d′ {} against {name} | | {:.1} | {:.1} |",
            experiment.amounts[0].0,
            prime(|told| told.alpha, other),
            prime(|told| told.alpha_stable, other)
        );
    }
    text
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (values.len().max(2) - 1) as f64
}

/// How far the second lies above the first, in standard deviations of the seeds.
fn d_prime(first: &[f64], second: &[f64]) -> f64 {
    (mean(second) - mean(first)) / f64::midpoint(variance(first), variance(second)).sqrt()
}
