//! Options of the fit where heavytail does not do what the reference does, and both ways of doing it.

use heavytail::columns_fit::{ALPHA, NUM_PL_SPIKES, STATUS, XMAX, XMIN};
use heavytail::columns_fit_options::LAMBDA;
use heavytail::columns_layer::REASON;
use heavytail::columns_spectrum::{LAMBDA_MAX, NORM, SV_MAX};
use heavytail::{AnalyzeOptions, Details, FitLaw, FixFingers, Model, XminRule};

use crate::golden_run::{compat, matrices, row, run};
use crate::memory_model::{noise, table, tensor};

fn of(options: AnalyzeOptions) -> Details {
    let source = matrices();
    run(&Model::new(source.as_ref()), options)
}

#[test]
fn xmax_past_half_is_no_fit_and_in_compat_mode_a_cut_at_that_eigenvalue() {
    let details = of(AnalyzeOptions { xmax: 7, ..AnalyzeOptions::default() });
    let small = row(&details, "small12");
    assert_eq!(small.text(&REASON), "no fit: xmax drops 7 of 12 eigenvalues, at most half may go");
    assert_eq!(row(&details, "dense_tall").text(&STATUS), "success");
    let details = of(AnalyzeOptions { xmax: 7, ..compat() });
    let small = row(&details, "small12");
    assert_eq!(small.text(&STATUS), "success");
    let (xmax, largest) = (small.number(&XMAX).unwrap(), small.number(&LAMBDA_MAX).unwrap());
    // The eigenvalue nearest to 7 is not further from it than the largest is.
    assert!((xmax - 7.0).abs() < (largest - 7.0).abs(), "{xmax} {largest}");
}

#[test]
fn an_xmin_near_the_peak_fits_with_the_default_package() {
    let details = of(AnalyzeOptions { fix_fingers: FixFingers::XminPeak, ..AnalyzeOptions::default() });
    let gauss = row(&details, "gauss");
    assert_eq!(gauss.text(&STATUS), "success");
    let peak = AnalyzeOptions { xmin_method: XminRule::Peak, ..AnalyzeOptions::default() };
    assert_eq!(row(&of(peak), "gauss").number(&XMIN), gauss.number(&XMIN));
}

#[test]
fn a_share_and_the_median_say_how_long_the_tail_is() {
    let quarter = AnalyzeOptions { xmin_method: XminRule::Fraction(0.25), ..AnalyzeOptions::default() };
    assert_eq!(row(&of(quarter), "gauss").integer(&NUM_PL_SPIKES), Some(50));
    let median = AnalyzeOptions { xmin_method: XminRule::Median, ..AnalyzeOptions::default() };
    assert_eq!(row(&of(median), "gauss").integer(&NUM_PL_SPIKES), Some(100));
}

#[test]
fn a_truncated_law_needs_no_package_and_is_less_steep_than_the_power_law() {
    let details = of(AnalyzeOptions { fit: FitLaw::Truncated, ..AnalyzeOptions::default() });
    let gauss = row(&details, "gauss");
    assert!(gauss.number(&LAMBDA).unwrap() > 0.0);
    let plain = of(AnalyzeOptions { layers: vec!["gauss".to_owned()], ..AnalyzeOptions::default() });
    assert!(gauss.number(&ALPHA).unwrap() < row(&plain, "gauss").number(&ALPHA).unwrap());
}

#[test]
fn every_eigenvalue_of_a_convolution_is_inverted_once() {
    let (plain, inverse) = (
        of(AnalyzeOptions {
            layers: vec!["conv3".to_owned()],
            keep_curves: true,
            ..AnalyzeOptions::default()
        }),
        of(AnalyzeOptions { layers: vec!["conv3".to_owned()], inverse: true, ..AnalyzeOptions::default() }),
    );
    let eigenvalues = &plain.curves[0].as_ref().unwrap().eigenvalues;
    let sum: f64 = eigenvalues.iter().map(|lambda| lambda.recip()).sum();
    let conv = row(&inverse, "conv3");
    assert!((conv.number(&NORM).unwrap() / sum - 1.0).abs() < 1e-12);
    assert_eq!(conv.number(&SV_MAX), row(&plain, "conv3").number(&SV_MAX));
}

#[test]
fn a_singular_matrix_has_no_inverse_and_says_so() {
    let mut singular = noise(40 * 20, 3);
    singular.chunks_mut(20).for_each(|row| row[4] = 0.0);
    singular.chunks_mut(20).for_each(|row| row[9] = 0.0);
    let options = AnalyzeOptions { inverse: true, ..AnalyzeOptions::default() };
    let details = table(vec![tensor("w.weight", &[40, 20], &singular)], options);
    let reason = row(&details, "w").text(&REASON);
    assert_eq!(reason, "has no inverse: 2 of its 20 eigenvalues are 0");
}
