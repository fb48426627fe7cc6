//! How far to trust alpha: intervals, other laws and other edges on spectra whose truth is planted.

use heavytail::columns_certainty::{
    ALPHA_CI_METHOD, ALPHA_FARMS, ALPHA_SENSITIVITY, BEST_FIT, GOF_P, HILL_ALPHA, LR_EXPONENTIAL,
    LR_TRUNCATED, NUM_SPIKES_GD, TW_P,
};
use heavytail::columns_fit::{ALPHA, ALPHA_CI_HIGH, ALPHA_CI_LOW};
use heavytail::columns_fit_options::NUM_FINGERS;
use heavytail::columns_layer::{NAME, VERDICT};
use heavytail::columns_mp::NUM_SPIKES;
use heavytail::columns_stable::ALPHA_STABLE;
use heavytail::{AnalyzeOptions, FixFingers, Model, Row};

use crate::golden_run::{matrices, run};
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

#[test]
fn the_edge_of_noise_is_passed_as_often_as_its_p_says() {
    let options = || AnalyzeOptions { mp_fit: true, ..AnalyzeOptions::default() };
    let p: Vec<f64> = (0..40)
        .map(|seed| of(&noise(200 * 100, 100 + seed), (200, 100), options()).number(&TW_P).unwrap())
        .collect();
    let below = |limit: f64| p.iter().filter(|p| **p < limit).count();
    // Uniform would be 4, 20 and 36 of 40; six standard errors would still pass.
    assert!(below(0.1) <= 11 && (8..=32).contains(&below(0.5)) && (26..=40).contains(&below(0.9)), "{p:?}");
}

#[test]
fn a_matrix_without_a_bulk_of_noise_has_no_edge_to_test() {
    let mut low_rank = vec![0.0; 300 * 200];
    for (k, factor) in noise(20 * 500, 9).chunks(500).enumerate() {
        for (i, row) in low_rank.chunks_mut(200).enumerate() {
            row.iter_mut()
                .zip(&factor[300..])
                .for_each(|(x, right)| *x += (k + 1) as f64 * factor[i] * right);
        }
    }
    let options = || AnalyzeOptions { mp_fit: true, ..AnalyzeOptions::default() };
    let row = of(&low_rank, (300, 200), options());
    assert_eq!((row.number(&TW_P), row.integer(&NUM_SPIKES_GD)), (None, None));
    let inverse = of(&noise(300 * 200, 3), (300, 200), AnalyzeOptions { inverse: true, ..options() });
    assert_eq!((inverse.number(&TW_P), inverse.integer(&NUM_SPIKES_GD)), (None, None));
}

#[test]
fn what_stands_beside_a_clipped_alpha_leaves_the_fingers_out() {
    let source = matrices();
    let model = Model::new(source.as_ref());
    let clip = AnalyzeOptions {
        fix_fingers: FixFingers::ClipXmax,
        finger_thresh: 0.2,
        layers: vec!["-mid".to_owned()],
        ..AnalyzeOptions::default()
    };
    let clipped = run(&model, clip);
    let with_fingers = |row: &&Row| row.integer(&NUM_FINGERS).is_some_and(|fingers| fingers > 0);
    let found: Vec<&Row> = clipped.rows.iter().filter(with_fingers).collect();
    assert!(!found.is_empty());
    for row in found {
        let layers = vec![row.text(&NAME).to_owned()];
        let xmax = row.integer(&NUM_FINGERS).unwrap() + 1;
        let plain = run(&model, AnalyzeOptions { xmax, layers, ..AnalyzeOptions::default() });
        for column in [&ALPHA, &ALPHA_STABLE, &HILL_ALPHA, &ALPHA_SENSITIVITY, &ALPHA_CI_HIGH] {
            let (a, b) = (row.number(column).unwrap(), plain.rows[0].number(column).unwrap());
            assert!((a - b).abs() < 1e-9, "{} of {}: {a} {b}", column.name, row.text(&NAME));
        }
    }
}
