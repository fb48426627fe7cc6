//! Truncated power laws: their normalisation against mpmath, their fits against the reference and
//! against planted truth.

use std::path::PathBuf;

use heavytail_fits::{
    FitFailure, PeakRule, PowerLawOptions, TruncatedPowerLaw, Xmax, XminMethod, fit_truncated, ln_upper_gamma,
};
use proptest::prelude::*;

use crate::golden::{Row, assert_close, eigenvalues, number, rows};
use crate::planted::{Plant, any_magnitudes, shapes};

/// The rows of a table in `fixtures/fits`, without its header.
pub(crate) fn table(file: &str) -> Vec<Vec<f64>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/fits").join(file);
    let text = std::fs::read_to_string(path).unwrap();
    let row = |line: &str| line.split(',').map(|field| field.parse().unwrap()).collect();
    text.lines().skip(1).map(row).collect()
}

#[test]
fn the_upper_incomplete_gamma_function_is_that_of_mpmath() {
    let table = table("upper_gamma.csv");
    assert!(table.len() > 100);
    for row in table {
        let ours = ln_upper_gamma(row[0], row[1]);
        let tolerance = 1e-11 * row[2].abs().max(1.0);
        assert!((ours - row[2]).abs() < tolerance, "s = {}, x = {}: {ours}, not {}", row[0], row[1], row[2]);
    }
}

/// Log-likelihood of `tail` under the law of `alpha` and `lambda` from its first value on.
fn log_likelihood(tail: &[f64], alpha: f64, lambda: f64) -> f64 {
    let xmin = tail[0];
    let normaliser = ln_upper_gamma(1.0 - alpha, lambda * xmin) + (alpha - 1.0) * lambda.ln();
    tail.iter().map(|value| -alpha * value.ln() - lambda * value - normaliser).sum()
}

fn fit(eigenvalues: &[f64], options: &PowerLawOptions) -> TruncatedPowerLaw {
    fit_truncated(eigenvalues, &options.check().unwrap()).unwrap()
}

/// At the reference's own xmin our law is at least as likely as its law; where its optimiser arrived
/// the laws are the same, and so is the choice of xmin.
fn assert_reference(row: &Row, eigenvalues: &[f64], options: &PowerLawOptions) {
    let (name, n) = (&row["name"], eigenvalues.len());
    let start = eigenvalues.partition_point(|value| *value < number(row, "xmin") * (1.0 - 1e-12));
    let (alpha, lambda) = (number(row, "alpha"), number(row, "Lambda"));
    let theirs = log_likelihood(&eigenvalues[start..], alpha, lambda);
    let there = XminMethod::Fraction((n - start) as f64 / n as f64 - 1e-9);
    let at_their_xmin = fit(eigenvalues, &PowerLawOptions { xmin_method: there, ..options.clone() });
    assert_eq!(at_their_xmin.xmin_index, start);
    assert!(at_their_xmin.log_likelihood >= theirs - 1e-9, "{name}: {theirs}, {at_their_xmin:?}");
    let found = fit(eigenvalues, options);
    let ours = log_likelihood(&eigenvalues[found.xmin_index..], found.alpha, found.lambda.max(1e-12));
    assert!((ours - found.log_likelihood).abs() < 1e-6 * ours.abs(), "{name}: {ours}");
    if at_their_xmin.log_likelihood - theirs < 1e-3 {
        assert_eq!(found.xmin_index, start, "{name}");
        assert!((found.alpha - alpha).abs() < 1e-3 && (found.lambda - lambda).abs() < 1e-3, "{found:?}");
        assert_close(row, "D", found.ks_distance, 2e-3);
    }
}

#[test]
fn no_fit_is_less_likely_than_the_references() {
    let plain = PowerLawOptions::package_powerlaw();
    let peak = XminMethod::Peak { rule: PeakRule::Reference, xmin_max: None };
    for (file, options) in [
        ("details_legacy_TPL.csv", plain.clone()),
        ("details_legacy_TPL_force.csv", PowerLawOptions { xmax: Xmax::Force, ..plain.clone() }),
        ("details_legacy_E_TPL.csv", PowerLawOptions { xmin_method: peak, ..plain }),
    ] {
        for (name, row) in rows(file) {
            let eigenvalues = eigenvalues(&name).unwrap();
            assert_reference(&row, &eigenvalues, &options);
        }
    }
}

/// Draws of the law by rejection from its power law or its exponential.
fn truncated(plant: &mut Plant, n: usize, alpha: f64, lambda: f64) -> Vec<f64> {
    plant.sorted(n, |plant| {
        loop {
            let x = 1.0 - plant.uniform().ln() / lambda;
            if plant.uniform() < x.powf(-alpha) {
                return x;
            }
        }
    })
}

#[test]
fn planted_cut_offs_are_found() {
    let all = PowerLawOptions { xmin_method: XminMethod::Fraction(1.0), ..Default::default() };
    for (alpha, lambda) in [(1.5, 0.1), (2.0, 0.5), (3.0, 0.2)] {
        let found = fit(&truncated(&mut Plant::new(4), 20_000, alpha, lambda), &all);
        let (alpha_sigma, lambda_sigma) = found.sigmas.unwrap();
        assert!((found.alpha - alpha).abs() < 4.0 * alpha_sigma && alpha_sigma < 0.1, "{found:?}");
        assert!((found.lambda - lambda).abs() < 4.0 * lambda_sigma && lambda_sigma < 0.05, "{found:?}");
        assert!(found.ks_distance < 0.01);
    }
}

#[test]
fn the_greatest_likelihood_is_greater_than_all_around_it() {
    for (name, eigenvalues) in shapes(200, 3) {
        let options = PowerLawOptions::package_powerlaw();
        let found = fit(&eigenvalues, &options);
        if name == "nearly flat" || found.lambda * found.xmin < 1e-5 {
            continue;
        }
        let tail = &eigenvalues[found.xmin_index..];
        for (da, dl) in [(1.01, 1.0), (0.99, 1.0), (1.0, 1.01), (1.0, 0.99), (1.01, 0.99), (0.99, 1.01)] {
            let (alpha, lambda) = (1.0 + (found.alpha - 1.0) * da, found.lambda * dl);
            let nearby = log_likelihood(tail, alpha, lambda);
            assert!(nearby <= found.log_likelihood + 1e-7, "{name}: {nearby} at {da}, {dl}: {found:?}");
        }
    }
}

#[test]
fn one_value_far_out_does_not_lead_the_climb_astray() {
    for far in [1e3, 1e4, 1e7, 1e12] {
        let mut eigenvalues: Vec<f64> = (0..300).map(|i| 1.0 / (1.0 - f64::from(i) / 300.0)).collect();
        eigenvalues.push(far);
        let all = PowerLawOptions { xmin_method: XminMethod::Fraction(1.0), ..Default::default() };
        let found = fit(&eigenvalues, &all);
        for alpha in [1.01, 1.2, 1.5, 1.8, 1.9, 2.0, 2.2, 3.0] {
            for exponent in -26..2 {
                let lambda = 10f64.powf(0.5 * f64::from(exponent));
                let other = log_likelihood(&eigenvalues, alpha, lambda);
                assert!(
                    other <= found.log_likelihood + 1e-6,
                    "{far}: {other} at {alpha}, {lambda}: {found:?}"
                );
            }
        }
    }
}

/// The least distance over all candidates, each fitted alone.
fn naive(eigenvalues: &[f64]) -> (usize, f64) {
    let n = eigenvalues.len();
    let mut best = (0, f64::INFINITY);
    for start in 0..n - 1 {
        let xmin_method = XminMethod::Fraction((n - start) as f64 / n as f64 - 1e-9);
        let options = PowerLawOptions { xmin_method, ..Default::default() };
        let Ok(found) = fit_truncated(eigenvalues, &options.check().unwrap()) else { continue };
        if found.ks_distance < best.1 {
            best = (found.xmin_index, found.ks_distance);
        }
    }
    best
}

#[test]
fn refusing_candidates_early_changes_nothing() {
    for n in [20, 61, 130, 300] {
        for (name, eigenvalues) in shapes(n, n as u64) {
            let found = fit(&eigenvalues, &PowerLawOptions::default());
            let (index, distance) = naive(&eigenvalues);
            assert!(
                (found.ks_distance - distance).abs() < 1e-9,
                "{name}, n = {n}: {found:?}, not {distance}"
            );
            // Equal values have many starts of the same distance, up to rounding.
            let same = eigenvalues[found.xmin_index].to_bits() == eigenvalues[index].to_bits();
            assert!(same || name == "nearly flat", "{name}, n = {n}: {} for {index}", found.xmin_index);
        }
    }
}

#[test]
fn a_pure_power_law_has_no_cut_off() {
    let eigenvalues: Vec<f64> = (0..500).map(|i| (1.0 - f64::from(i) / 500.0).powf(-0.8)).collect();
    let all = PowerLawOptions { xmin_method: XminMethod::Fraction(1.0), ..Default::default() };
    let found = fit(&eigenvalues, &all);
    assert!(found.lambda < 0.01, "{found:?}");
}

#[test]
fn a_cut_off_that_no_number_holds_is_no_fit() {
    let values = [2.09248014450989e-309, 3.501864854227135e-309];
    let options = PowerLawOptions { cut: heavytail_fits::Cut::RelativeToMax(1e-9), ..Default::default() };
    let failure = fit_truncated(&values, &options.check().unwrap()).unwrap_err();
    assert!(matches!(failure, FitFailure::Overflow { .. }), "{failure}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_finite_ascending_input_gives_finite_numbers_or_a_reason(
        eigenvalues in any_magnitudes(40),
        relative in any::<bool>(),
    ) {
        use heavytail_fits::Cut;
        let cut = if relative { Cut::RelativeToMax(1e-9) } else { Cut::Absolute(1e-5) };
        let options = PowerLawOptions { cut, ..Default::default() }.check().unwrap();
        if let Ok(found) = fit_truncated(&eigenvalues, &options) {
            prop_assert!(found.alpha >= 1.0 && found.alpha.is_finite());
            prop_assert!(found.lambda >= 0.0 && found.lambda.is_finite() && found.log_likelihood.is_finite());
            prop_assert!((0.0..=1.0 + 1e-9).contains(&found.ks_distance), "{found:?}");
        }
    }
}
