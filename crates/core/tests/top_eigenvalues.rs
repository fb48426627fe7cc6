//! The K largest eigenvalues alone: what the table says of a tail, against the table of whole spectra.

use heavytail::columns_fit::{ALPHA, KS_DISTANCE, NUM_PL_SPIKES, SIGMA, XMAX, XMIN};
use heavytail::columns_layer::REASON;
use heavytail::columns_spectrum::{HAS_ESD, LAMBDA_MAX, NORM, NUM_EVALS, SPECTRUM_METHOD, SV_MAX, SV_MIN};
use heavytail::columns_stable::ALPHA_STABLE;
use heavytail::{AnalyzeOptions, Column, Details, Eigs};
use heavytail_formats::MemoryTensor;

use crate::golden_run::row;
use crate::memory_model::{noise, table, tensor};

/// Forty columns that shrink like a power above many small ones, so that the eigenvalues have a tail as long.
fn heavy(rows: usize, cols: usize, seed: u64) -> Vec<f64> {
    let mut elements = noise(rows * cols, seed);
    for row in elements.chunks_exact_mut(cols) {
        for (j, x) in row.iter_mut().enumerate() {
            *x *= if j < 40 { (40.0 / (j + 1) as f64).powf(0.6) } else { 0.2 };
        }
    }
    elements
}

fn tensors() -> Vec<MemoryTensor> {
    vec![
        tensor("wide.weight", &[400, 430], &heavy(400, 430, 1)),
        tensor("conv.weight", &[48, 40, 2, 2], &heavy(48 * 40, 4, 2)),
        tensor("narrow.weight", &[90, 30], &heavy(90, 30, 3)),
    ]
}

fn of(eigs: Eigs) -> Details {
    table(tensors(), AnalyzeOptions { eigs, keep_curves: true, ..AnalyzeOptions::default() })
}

fn assert_near(top: &Details, all: &Details, name: &str, column: &Column) {
    let (top, all) = (row(top, name).number(column).unwrap(), row(all, name).number(column).unwrap());
    assert!((top / all - 1.0).abs() < 1e-6, "{} of {name}: {top} for {all}", column.name);
}

#[test]
fn a_tail_among_the_largest_is_the_tail_of_the_whole_spectrum() {
    let (top, all) = (of(Eigs::Top(60)), of(Eigs::All));
    for name in ["wide", "conv"] {
        for column in [&LAMBDA_MAX, &SV_MAX, &XMAX, &NUM_EVALS] {
            assert_near(&top, &all, name, column);
        }
    }
    let spikes = row(&all, "wide").integer(&NUM_PL_SPIKES).unwrap();
    assert!(spikes < 60, "the test needs a shorter tail than {spikes}");
    for column in [&ALPHA, &XMIN, &KS_DISTANCE, &SIGMA, &NUM_PL_SPIKES] {
        assert_near(&top, &all, "wide", column);
    }
}

#[test]
fn the_largest_of_a_wide_layer_are_found_without_the_others() {
    let mut elements = noise(1100 * 1040, 4);
    for row in elements.chunks_exact_mut(1040) {
        row.iter_mut().enumerate().for_each(|(j, x)| *x *= 0.8_f64.powi(j.min(60) as i32));
    }
    let of = |eigs| {
        let tensors = vec![tensor("wider.weight", &[1100, 1040], &elements)];
        table(tensors, AnalyzeOptions { eigs, ..AnalyzeOptions::default() })
    };
    let (top, all) = (of(Eigs::Top(20)), of(Eigs::All));
    assert_near(&top, &all, "wider", &LAMBDA_MAX);
    assert_eq!(row(&top, "wider").text(&SPECTRUM_METHOD), "lanczos");
}

#[test]
fn columns_that_need_the_others_are_null_and_the_reason_says_so() {
    let top = of(Eigs::Top(60));
    for (at, (name, count)) in [("wide", 400), ("conv", 160)].into_iter().enumerate() {
        let row = row(&top, name);
        for column in [&NORM, &SV_MIN, &ALPHA_STABLE] {
            assert!(!row.has(column), "{} of {name}", column.name);
        }
        assert_eq!(row.get(&HAS_ESD), Some(&false.into()));
        let start = format!("only the 60 largest of {count} eigenvalues were computed");
        assert!(row.text(&REASON).starts_with(&start), "{}", row.text(&REASON));
        assert!(top.curves[at].is_none());
    }
}

#[test]
fn a_layer_with_no_more_eigenvalues_is_whole() {
    let (top, all) = (of(Eigs::Top(60)), of(Eigs::All));
    assert_eq!(row(&top, "narrow"), row(&all, "narrow"));
    assert!(top.curves[2].is_some());
}
