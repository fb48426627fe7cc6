//! Options of the fit where heavytail does not do what the reference does, and both ways of doing it.

use heavytail::columns_fit::{ALPHA, KS_DISTANCE, LOG_ALPHA_NORM, NUM_PL_SPIKES, STATUS, XMAX, XMIN};
use heavytail::columns_fit_options::{LAMBDA, NUM_FINGERS, RAW_ALPHA};
use heavytail::columns_layer::REASON;
use heavytail::columns_spectrum::{LAMBDA_MAX, NORM, SV_MAX};
use heavytail::inspect::esd;
use heavytail::{AnalyzeOptions, Details, FitLaw, FixFingers, Model, XminRule};
use heavytail_formats::MemorySource;

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
fn compat_mode_counts_the_eigenvalues_past_xmax_and_keeps_the_number_where_that_leaves_no_fit() {
    // Diagonal: the eigenvalues are 1, 2, …, 8 and 21, …, 28. The one nearest to 9 is 8, the one nearest to 1 the first.
    let diagonal = |shift: f64, name: &str| {
        let entry = |i: usize| if i.is_multiple_of(9) { (shift + (i / 9 + 1) as f64).sqrt() } else { 0.0 };
        tensor(name, &[8, 8], &(0..64).map(entry).collect::<Vec<_>>())
    };
    let of = |options| table(vec![diagonal(0.0, "low.weight"), diagonal(20.0, "high.weight")], options);
    let details = of(AnalyzeOptions { xmax: 6, ..compat() });
    let low = row(&details, "low");
    assert_eq!((low.number(&XMIN), low.integer(&NUM_PL_SPIKES)), (Some(1.0), Some(8)));
    assert!((low.number(&XMAX).unwrap() - 6.0).abs() < 1e-6);
    let high = row(&details, "high");
    assert_eq!((high.text(&STATUS), high.number(&XMAX)), ("failed", Some(6.0)));
    assert_eq!(high.text(&REASON), "no fit up to xmax = 6: 1 of 1 eigenvalues above the cut 1e-5, needs 2");
    let right = of(AnalyzeOptions { xmax: 6, ..AnalyzeOptions::default() });
    assert_eq!(row(&right, "high").number(&XMAX), None);
}

#[test]
fn fingers_that_leave_one_eigenvalue_keep_the_plain_fit_and_in_compat_mode_fail() {
    // λ = 10, …, 17: steep whatever is taken away, so that eight eigenvalues run out.
    let entry = |i: usize| if i.is_multiple_of(9) { ((10 + i / 9) as f64).sqrt() } else { 0.0 };
    let elements: Vec<f64> = (0..64).map(entry).collect();
    let clip = |options| {
        let options = AnalyzeOptions { fix_fingers: FixFingers::ClipXmax, ..options };
        row(&table(vec![tensor("w.weight", &[8, 8], &elements)], options), "w").clone()
    };
    let right = clip(AnalyzeOptions::default());
    assert_eq!((right.text(&STATUS), right.integer(&NUM_FINGERS)), ("success", Some(0)));
    let faulty = clip(compat());
    assert_eq!((faulty.text(&STATUS), faulty.number(&RAW_ALPHA)), ("failed", Some(-1.0)));
    assert!(faulty.text(&REASON).contains("clip_xmax leaves fewer than 2 eigenvalues"));
}

#[test]
fn a_norm_beyond_the_largest_number_is_finite_and_in_compat_mode_infinite() {
    // λ = 1000 and a little more: steep, so that λ^alpha overflows.
    let entry = |i: usize| if i.is_multiple_of(9) { (1000.0 + i as f64 / 9.0).sqrt() } else { 0.0 };
    let elements: Vec<f64> = (0..64).map(entry).collect();
    let norm = |options| {
        let details = table(vec![tensor("w.weight", &[8, 8], &elements)], options);
        row(&details, "w").number(&LOG_ALPHA_NORM).unwrap()
    };
    let right = norm(AnalyzeOptions::default());
    assert!(right.is_finite() && right > 308.0, "{right}");
    assert!(norm(compat()).is_infinite());
}

#[test]
fn a_tail_of_equal_eigenvalues_is_none_and_in_compat_mode_has_an_infinite_exponent() {
    // λ = 1, 2, 3 and 27 times 9; weightwatcher 0.7.7 says alpha = inf, D = 0.5, xmin = 9, 27 spikes.
    let lambda = |i: usize| if i < 3 { (i + 1) as f64 } else { 9.0 };
    let entry = |i: usize| if i.is_multiple_of(31) { lambda(i / 31).sqrt() } else { 0.0 };
    let elements: Vec<f64> = (0..900).map(entry).collect();
    let of = |options| row(&table(vec![tensor("w.weight", &[30, 30], &elements)], options), "w").clone();
    let right = of(AnalyzeOptions::default());
    assert!(
        (right.number(&ALPHA).unwrap() - 1.4909).abs() < 1e-3 && right.number(&KS_DISTANCE).unwrap() > 0.5
    );
    let faulty = of(compat());
    assert!(faulty.number(&ALPHA).unwrap().is_infinite());
    assert_eq!((faulty.number(&KS_DISTANCE), faulty.integer(&NUM_PL_SPIKES)), (Some(0.5), Some(27)));
}

#[test]
fn compat_mode_rounds_the_weights_to_single_precision() {
    let elements = noise(64 * 32, 7);
    let rounded: Vec<f64> = elements.iter().map(|x| f64::from(*x as f32)).collect();
    let largest = |elements: &[f64], options| {
        let details = table(vec![tensor("w.weight", &[64, 32], elements)], options);
        row(&details, "w").number(&LAMBDA_MAX).unwrap()
    };
    let exact = largest(&elements, AnalyzeOptions::default());
    assert_ne!(exact.to_bits(), largest(&rounded, AnalyzeOptions::default()).to_bits());
    assert_eq!(largest(&elements, compat()).to_bits(), largest(&rounded, compat()).to_bits());
    // A layer's spectrum by itself is that of its row.
    let source = MemorySource::new(vec![tensor("w.weight", &[64, 32], &elements)]).unwrap();
    let alone = esd(&Model::new(&source), "w", &compat().check().unwrap()).unwrap();
    assert_eq!(alone.max().to_bits(), largest(&rounded, compat()).to_bits());
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
