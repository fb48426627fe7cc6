//! How far to trust alpha: intervals, other laws and other edges on spectra whose truth is planted.

use heavytail::columns_certainty::{
    ALPHA_CI_METHOD, ALPHA_FARMS, ALPHA_SENSITIVITY, BEST_FIT, GOF_P, HILL_ALPHA, LR_EXPONENTIAL,
    LR_TRUNCATED, NUM_SPIKES_GD, TW_P,
};
use heavytail::columns_fit::{ALPHA, ALPHA_CI_HIGH, ALPHA_CI_LOW};
use heavytail::columns_layer::VERDICT;
use heavytail::columns_mp::NUM_SPIKES;
use heavytail::{AnalyzeOptions, Row};

use crate::memory_model::{noise, table, tensor};

/// A diagonal matrix, whose eigenvalues are the squares of these: the quantiles of a Pareto law of density exponent
/// `alpha` in λ.
fn pareto(alpha: f64, count: usize) -> Vec<f64> {
    let mut elements = vec![0.0; count * count];
    for i in 0..count {
        let share = (i as f64 + 0.5) / count as f64;
        elements[i * count + i] = share.powf(-0.5 / (alpha - 1.0));
    }
    elements
}

fn of(elements: &[f64], side: (usize, usize), options: AnalyzeOptions) -> Row {
    let tensors = vec![tensor("w.weight", &[side.0, side.1], elements)];
    table(tensors, options).rows.swap_remove(0)
}

#[test]
fn a_planted_tail_lies_in_its_interval_and_is_called_by_its_name() {
    let options = AnalyzeOptions { bootstrap: 60, alternatives: true, ..AnalyzeOptions::default() };
    let row = of(&pareto(3.0, 200), (200, 200), options);
    let number = |column| row.number(column).unwrap();
    assert!(number(&ALPHA_CI_LOW) < 3.0 && 3.0 < number(&ALPHA_CI_HIGH));
    assert_eq!((row.text(&ALPHA_CI_METHOD), row.text(&BEST_FIT)), ("bootstrap", "power_law"));
    assert!(number(&GOF_P) > 0.1);
    assert!((number(&HILL_ALPHA) - 3.0).abs() < 0.3);
    assert!(number(&ALPHA_SENSITIVITY) < 1.0);
    assert!(number(&LR_EXPONENTIAL) > 0.0);
    // The truncated law contains the power law and is never less likely.
    assert!(number(&LR_TRUNCATED) <= 0.0);
    assert_eq!(row.text(&VERDICT), "well-trained");
}

#[test]
fn an_interval_over_six_is_uncertain() {
    let row = of(&pareto(6.2, 60), (60, 60), AnalyzeOptions::default());
    assert!(row.number(&ALPHA).unwrap() > 6.0);
    assert!(row.number(&ALPHA_CI_LOW).unwrap() < 6.0);
    assert_eq!((row.text(&ALPHA_CI_METHOD), row.text(&VERDICT)), ("asymptotic", "uncertain"));
}

#[test]
fn the_same_seed_gives_the_same_interval_on_any_number_of_threads() {
    let run = |seed, threads| {
        let options =
            AnalyzeOptions { bootstrap: 40, farms: true, seed, threads, ..AnalyzeOptions::default() };
        of(&noise(80 * 60, 4), (80, 60), options)
    };
    assert_eq!(run(1, 1), run(1, 4));
    assert_ne!(run(1, 1).get(&ALPHA_CI_LOW), run(2, 1).get(&ALPHA_CI_LOW));
    assert!(run(1, 1).number(&ALPHA_FARMS).unwrap() > 1.0);
}

#[test]
fn random_matrix_edges_tell_noise_from_a_planted_direction() {
    let plain = noise(400 * 200, 6);
    let mut planted = plain.clone();
    for (i, row) in planted.chunks_mut(200).enumerate() {
        let up = if i % 2 == 0 { 0.25 } else { -0.25 };
        row.iter_mut().enumerate().for_each(|(j, x)| *x += if j % 3 == 0 { up } else { -up });
    }
    let options = || AnalyzeOptions { mp_fit: true, ..AnalyzeOptions::default() };
    let (noise, signal) = (of(&plain, (400, 200), options()), of(&planted, (400, 200), options()));
    assert!(noise.number(&TW_P).unwrap() > 0.01);
    assert_eq!((noise.integer(&NUM_SPIKES), noise.integer(&NUM_SPIKES_GD)), (Some(0), Some(0)));
    assert!(signal.number(&TW_P).unwrap() < 1e-6);
    assert_eq!((signal.integer(&NUM_SPIKES), signal.integer(&NUM_SPIKES_GD)), (Some(1), Some(1)));
}
