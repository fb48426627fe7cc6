//! A layer that can't be analysed is a row with its reason, and the other layers are complete.

use heavytail::columns_fit::{ALPHA, STATUS};
use heavytail::columns_layer::{NAME, REASON, VERDICT};
use heavytail::columns_spectrum::{HAS_ESD, LAMBDA_MAX};
use heavytail::{AnalyzeOptions, Details, Row, Value};

use crate::memory_model::{noise, table, tensor};

fn row<'a>(details: &'a Details, name: &str) -> &'a Row {
    details.rows.iter().find(|row| row.text(&NAME) == name).unwrap()
}

#[test]
fn a_nan_or_an_infinity_costs_its_own_layer_only() {
    let mut with_nan = noise(64 * 32, 1);
    with_nan[5 * 32 + 7] = f64::NAN;
    let mut with_infinity = noise(32 * 64, 2);
    // A wide matrix is seen as its transpose: element (1, 3) stands at row 3, column 1.
    with_infinity[64 + 3] = f64::INFINITY;
    let details = table(
        vec![
            tensor("nan.weight", &[64, 32], &with_nan),
            tensor("inf.weight", &[32, 64], &with_infinity),
            tensor("good.weight", &[64, 32], &noise(64 * 32, 3)),
        ],
        AnalyzeOptions::default(),
    );
    let nan = row(&details, "nan");
    assert_eq!(nan.text(&REASON), "the weights are not finite: NaN at row 5, column 7 of the 64x32 matrix");
    assert_eq!((nan.text(&STATUS), nan.text(&VERDICT)), ("failed", "no fit"));
    assert_eq!((nan.number(&ALPHA), nan.get(&HAS_ESD)), (None, Some(&Value::Flag(false))));
    let infinite = row(&details, "inf");
    assert_eq!(
        infinite.text(&REASON),
        "the weights are not finite: inf at row 3, column 1 of the 64x32 matrix"
    );
    let good = row(&details, "good");
    assert_eq!((good.text(&STATUS), good.text(&REASON)), ("success", ""));
    assert!(good.number(&ALPHA).unwrap() > 1.0);
}

#[test]
fn a_layer_of_zeros_has_a_spectrum_and_no_fit() {
    let details = table(vec![tensor("zero.weight", &[32, 16], &[0.0; 512])], AnalyzeOptions::default());
    let zero = row(&details, "zero");
    assert_eq!(zero.text(&REASON), "no fit: 0 of 16 eigenvalues above the cut 1e-5, needs 2");
    assert_eq!((zero.number(&ALPHA), zero.number(&LAMBDA_MAX)), (Some(-1.0), Some(0.0)));
    assert_eq!(zero.text(&STATUS), "failed");
}

#[test]
fn a_single_element_is_out_of_limits_and_with_lower_limits_has_no_fit() {
    let one = || vec![tensor("one.weight", &[1, 1], &[3.0])];
    let details = table(one(), AnalyzeOptions::default());
    assert!(details.rows.is_empty());
    assert_eq!(details.coverage[0].message, "has 1 eigenvalue, fewer than min_evals = 8");
    let details = table(one(), AnalyzeOptions { min_evals: 1, ..AnalyzeOptions::default() });
    assert_eq!(row(&details, "one").text(&REASON), "no fit: 1 of 1 eigenvalues above the cut 1e-5, needs 2");
}

#[test]
fn a_layer_larger_than_the_memory_allowed_says_so() {
    let options = AnalyzeOptions { memory: Some(16 << 20), ..AnalyzeOptions::default() };
    let side = 1024;
    let details = table(
        vec![
            tensor("large.weight", &[side, side], &noise(side * side, 1)),
            tensor("small.weight", &[32, 16], &noise(512, 2)),
        ],
        options,
    );
    let reason = row(&details, "large").text(&REASON);
    assert!(
        reason.starts_with("needs ") && reason.ends_with("M of memory, more than --memory 16M allows"),
        "{reason}"
    );
    assert_eq!(row(&details, "small").text(&STATUS), "success");
}

#[test]
fn tiny_weights_lose_eigenvalues_to_the_cut_and_the_row_says_so() {
    let small: Vec<f64> = noise(64 * 32, 9).iter().map(|x| x * 2e-3).collect();
    let tensors = || vec![tensor("small.weight", &[64, 32], &small)];
    let details = table(tensors(), AnalyzeOptions::default());
    let reason = row(&details, "small").text(&REASON).to_owned();
    assert!(reason.contains("of 32 eigenvalues are at or below the cut 1e-5"), "{reason}");
    let details = table(tensors(), AnalyzeOptions { scale_free: true, ..AnalyzeOptions::default() });
    assert_eq!(row(&details, "small").text(&REASON), "");
}
