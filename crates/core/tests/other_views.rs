//! Options that look at the same weights in another way: whole convolutions, other axes, other scales, gaps.

use heavytail::columns_fit::ALPHA;
use heavytail::columns_layer::{M, N, RF};
use heavytail::columns_spectrum::{LAMBDA_MAX, NUM_EVALS, SPACING_RATIO, SV_MAX};
use heavytail::{AnalyzeOptions, Channels, Row};

use crate::memory_model::{noise, table, tensor};

fn options() -> AnalyzeOptions {
    AnalyzeOptions::default()
}

fn dense(options: AnalyzeOptions) -> Row {
    table(vec![tensor("w.weight", &[120, 80], &noise(120 * 80, 3))], options).rows.swap_remove(0)
}

/// A convolution of 20 outputs and 12 inputs whose kernel is zero but at its centre.
fn pointlike(options: AnalyzeOptions) -> Row {
    let mut elements = noise(20 * 12 * 9, 4);
    elements.iter_mut().enumerate().filter(|(at, _)| at % 9 != 4).for_each(|(_, x)| *x = 0.0);
    table(vec![tensor("c.weight", &[20, 12, 3, 3], &elements)], options).rows.swap_remove(0)
}

#[test]
fn a_whole_convolution_has_its_matrix_at_every_frequency_where_the_kernel_is_one_point() {
    let (sliced, whole) = (pointlike(options()), pointlike(AnalyzeOptions { conv2d_fft: true, ..options() }));
    let largest = |row: &Row| row.number(&LAMBDA_MAX).unwrap();
    assert!((largest(&whole) / largest(&sliced) - 1.0).abs() < 1e-12);
    // 130 of 256 frequencies: one of each pair of conjugates.
    assert_eq!((sliced.integer(&NUM_EVALS), whole.integer(&NUM_EVALS)), (Some(108), Some(130 * 12)));
    let plain = dense(options());
    assert_eq!(dense(AnalyzeOptions { conv2d_fft: true, ..options() }), plain);
}

#[test]
fn the_order_of_a_convolutions_axes_can_be_given() {
    let of = |channels| {
        let tensors = vec![tensor("c.weight", &[3, 3, 12, 20], &noise(9 * 240, 5))];
        let row = table(tensors, AnalyzeOptions { channels, ..options() }).rows.swap_remove(0);
        [&N, &M, &RF].map(|column| row.integer(column).unwrap())
    };
    assert_eq!(of(Channels::Last), [20, 12, 9]);
    assert_eq!(of(Channels::First), [3, 3, 240]);
    assert_eq!(of(Channels::Auto), of(Channels::First));
}

#[test]
fn glorots_scale_changes_the_scale_alone_and_nothing_in_compat_mode() {
    let (plain, scaled) = (dense(options()), dense(AnalyzeOptions { glorot_fix: true, ..options() }));
    let ratio = scaled.number(&SV_MAX).unwrap() / plain.number(&SV_MAX).unwrap();
    assert!((ratio - 100.0_f64.sqrt()).abs() < 1e-9, "{ratio}");
    assert!((scaled.number(&ALPHA).unwrap() - plain.number(&ALPHA).unwrap()).abs() < 1e-6);
    let compat = |glorot_fix| dense(AnalyzeOptions { compat: true, glorot_fix, ..options() });
    assert_eq!(compat(true), compat(false));
}

#[test]
fn a_fourier_transform_changes_no_row_and_says_so() {
    let run = |fft| {
        let tensors = vec![tensor("w.weight", &[60, 40], &noise(2400, 6))];
        table(tensors, AnalyzeOptions { fft, ..options() })
    };
    let (plain, transformed) = (run(false), run(true));
    assert_eq!(plain.rows, transformed.rows);
    assert!(plain.warnings.is_empty());
    assert!(transformed.warnings[0].contains("changes no singular value"), "{:?}", transformed.warnings);
}

#[test]
fn the_gaps_of_a_random_matrix_repel_each_other_and_those_of_independent_values_do_not() {
    let deltas = || AnalyzeOptions { deltas: true, ..options() };
    let random = dense(deltas()).number(&SPACING_RATIO).unwrap();
    assert!((0.47..0.65).contains(&random), "{random}");
    let mut elements = vec![0.0; 300 * 300];
    for (at, x) in noise(300, 9).into_iter().enumerate() {
        elements[at * 301] = x.abs().sqrt();
    }
    let rows = table(vec![tensor("w.weight", &[300, 300], &elements)], deltas()).rows;
    let independent = rows[0].number(&SPACING_RATIO).unwrap();
    assert!((independent - 0.386).abs() < 0.06, "{independent}");
    assert_eq!(dense(options()).number(&SPACING_RATIO), None);
}

#[test]
fn factors_without_peft_are_told_of() {
    let run = |peft| {
        let tensors = vec![
            tensor("q.lora_A.weight", &[16, 64], &noise(16 * 64, 7)),
            tensor("q.lora_B.weight", &[48, 16], &noise(48 * 16, 8)),
        ];
        table(tensors, AnalyzeOptions { peft, ..options() })
    };
    let alone = run(heavytail::Peft::No);
    assert_eq!(alone.rows.len(), 2);
    assert_eq!(
        alone.warnings,
        ["1 pair of low-rank factors is analysed as layers of its own; --peft analyses what it adds"]
    );
    assert!(run(heavytail::Peft::Lora).warnings.is_empty());
}
