//! Shuffled copies of layers: the reference's numbers within their scatter, the same bytes for the same seed.

use std::collections::BTreeMap;

use heavytail::column::find;
use heavytail::columns_fit::ALPHA;
use heavytail::columns_random::{MAX_RAND_EVAL, NUM_TRAPS, RAND_DISTANCE, WW_MAXDIST, WW_SOFTRANK};
use heavytail::columns_spectrum::LAMBDA_MAX;
use heavytail::{AnalyzeOptions, Model};
use serde_json::Value;

use crate::golden_run::{compat, golden, matrices, row, run};
use crate::memory_model::{noise, table, tensor};

const SEEDS: u64 = 6;
/// Runs of the reference behind each mean.
const GOLDEN_RUNS: f64 = 10.0;

#[test]
fn randomised_columns_are_within_four_standard_errors_of_the_references() {
    let text = std::fs::read_to_string(golden("randomize_stats.json")).unwrap();
    let golden: BTreeMap<String, BTreeMap<String, Value>> = serde_json::from_str(&text).unwrap();
    let source = matrices();
    let names: Vec<String> = golden.keys().cloned().collect();
    let runs: Vec<_> = (0..SEEDS)
        .map(|seed| {
            let options = AnalyzeOptions { randomize: true, seed, layers: names.clone(), ..compat() };
            run(&Model::new(source.as_ref()), options)
        })
        .collect();
    for (name, columns) in &golden {
        for (column, moments) in columns {
            let (mean, sd) = (moments["mean"].as_f64().unwrap(), moments["sd"].as_f64().unwrap());
            let of = |details| row(details, name).number(find(column).unwrap()).unwrap();
            let ours = runs.iter().map(of).sum::<f64>() / SEEDS as f64;
            let error = sd * (1.0 / GOLDEN_RUNS + 1.0 / SEEDS as f64).sqrt();
            let allowed = 4.0 * error + 1e-8 * mean.abs();
            assert!((ours - mean).abs() <= allowed, "{name} {column}: {ours}, {mean} ± {error}");
        }
    }
}

#[test]
fn the_same_seed_gives_the_same_row_on_any_number_of_threads_and_another_seed_another() {
    let tensors = || {
        vec![
            tensor("a.weight", &[60, 40], &noise(2400, 1)),
            tensor("b.weight", &[60, 40], &noise(2400, 1)),
            tensor("c.weight", &[200, 150], &noise(30_000, 2)),
        ]
    };
    let of = |seed, threads| {
        table(tensors(), AnalyzeOptions { randomize: true, seed, threads, ..AnalyzeOptions::default() })
    };
    let one = of(1, 1);
    assert_eq!(one.rows, of(1, 4).rows);
    let distance = |details: &heavytail::Details, name| row(details, name).get(&RAND_DISTANCE).cloned();
    assert_ne!(distance(&one, "a"), distance(&of(2, 1), "a"));
    // Two equal layers are shuffled apart.
    assert_ne!(distance(&one, "a"), distance(&one, "b"));
    assert_eq!(row(&one, "a").number(&ALPHA), row(&one, "b").number(&ALPHA));
}

#[test]
fn a_planted_trap_is_found_and_noise_has_none() {
    let mut trapped = noise(300 * 200, 5);
    trapped[17] = 40.0;
    trapped[31_234] = -40.0;
    let details = table(
        vec![
            tensor("noise.weight", &[300, 200], &noise(60_000, 4)),
            tensor("trap.weight", &[300, 200], &trapped),
        ],
        AnalyzeOptions { randomize: true, ..AnalyzeOptions::default() },
    );
    assert_eq!(row(&details, "noise").integer(&NUM_TRAPS), Some(0));
    let trap = row(&details, "trap");
    assert_eq!(trap.integer(&NUM_TRAPS), Some(2));
    // Shuffling moves the huge elements and keeps their size.
    assert!(trap.number(&MAX_RAND_EVAL).unwrap() > 1600.0);
    let (softrank, distance) = (trap.number(&WW_SOFTRANK).unwrap(), trap.number(&WW_MAXDIST).unwrap());
    let largest = trap.number(&LAMBDA_MAX).unwrap();
    assert!((largest * (1.0 - softrank) - distance).abs() < 1e-9 * largest);
}
