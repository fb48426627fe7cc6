//! The pruned search is the naive loop; the fit keeps the symmetries that its formula has.

use heavytail_fits::{
    Cut, FitFailure, PowerLaw, PowerLawOptions, SampleRule, Xmax, XminMethod, compare_alternatives,
    fit_power_law, ks_distance, power_law_candidates, stable_alpha,
};
use proptest::prelude::*;

use crate::planted::{Plant, any_magnitudes, shapes};

fn fit(eigenvalues: &[f64], options: &PowerLawOptions) -> Result<PowerLaw, FitFailure> {
    fit_power_law(eigenvalues, &options.check().unwrap())
}

/// Every candidate's distance in full, first least one wins.
fn naive(eigenvalues: &[f64], options: &PowerLawOptions) -> (usize, f64, f64) {
    let mut best = (0, 0.0, f64::INFINITY);
    for candidate in power_law_candidates(eigenvalues, &options.check().unwrap()).unwrap() {
        let distance = ks_distance(&eigenvalues[candidate.xmin_index..], candidate.alpha);
        assert_eq!(distance.to_bits(), candidate.ks_distance.to_bits());
        if distance < best.2 {
            best = (candidate.xmin_index, candidate.alpha, distance);
        }
    }
    best
}

fn assert_naive(name: &str, eigenvalues: &[f64]) {
    let options = PowerLawOptions { small_sample_rule: false, ..Default::default() };
    let (index, alpha, distance) = naive(eigenvalues, &options);
    let fit = fit(eigenvalues, &options).unwrap();
    let bits = |x: f64| x.to_bits();
    assert_eq!(
        (fit.xmin_index, bits(fit.alpha), bits(fit.ks_distance)),
        (index, bits(alpha), bits(distance)),
        "{name}, n = {}",
        eigenvalues.len()
    );
}

#[test]
fn the_pruned_search_is_the_naive_loop_bit_for_bit_on_every_shape() {
    for n in [2, 3, 19, 20, 21, 127, 128, 129, 130, 257, 1000] {
        for (name, eigenvalues) in shapes(n.max(4), n as u64) {
            assert_naive(name, &eigenvalues);
        }
    }
}

#[test]
fn exponents_are_the_literal_maximum_likelihood() {
    for (name, eigenvalues) in shapes(150, 7) {
        if name == "nearly flat" {
            continue;
        }
        let options = PowerLawOptions::default().check().unwrap();
        for candidate in power_law_candidates(&eigenvalues, &options).unwrap() {
            let tail = &eigenvalues[candidate.xmin_index..];
            let sum: f64 = tail.iter().map(|value| (value / tail[0]).ln()).sum();
            let literal = 1.0 + tail.len() as f64 / sum;
            assert!((candidate.alpha - literal).abs() <= 1e-10 * literal, "{name}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn the_pruned_search_is_the_naive_loop_bit_for_bit(
        mut logs in prop::collection::vec(-9.0..9.0f64, 2..400),
        steps in 1u32..40,
    ) {
        // Rounded logarithms make ties and plateaus.
        for log in &mut logs {
            *log = (*log * f64::from(steps)).round() / f64::from(steps);
        }
        let mut eigenvalues: Vec<f64> = logs.iter().map(|log| log.exp()).collect();
        eigenvalues.sort_by(f64::total_cmp);
        prop_assume!(eigenvalues[0] < eigenvalues[eigenvalues.len() - 1]);
        assert_naive("random logarithms", &eigenvalues);
    }

    #[test]
    fn any_finite_ascending_input_gives_finite_numbers_or_a_reason(
        eigenvalues in any_magnitudes(60),
        cut in prop_oneof![Just(Cut::Absolute(1e-5)), Just(Cut::Absolute(0.0)), Just(Cut::RelativeToMax(1e-9))],
    ) {
        let options = PowerLawOptions { cut, ..Default::default() };
        if let Ok(found) = fit(&eigenvalues, &options) {
            prop_assert!(found.alpha > 1.0 && found.alpha.is_finite() && found.sigma.is_finite());
            prop_assert!((0.0..=1.0).contains(&found.ks_distance));
            if let Ok(rivals) = compare_alternatives(&eigenvalues, &found) {
                for test in [rivals.lognormal, rivals.exponential, rivals.truncated] {
                    prop_assert!(test.ratio.is_finite() && (0.0..=1.0).contains(&test.p), "{rivals:?}");
                }
                prop_assert!(rivals.exponential_rate.is_finite() && rivals.truncated_law.1.is_finite());
            }
            let stable = stable_alpha(&eigenvalues, &found, &options.check().unwrap()).unwrap();
            prop_assert!(stable.alpha_stable > 1.0 && stable.alpha_stable.is_finite());
            prop_assert!(stable.tail_effective > 0.0 && stable.tail_effective <= 1.0 + 1e-12);
        }
    }

    #[test]
    fn a_relative_cut_makes_the_fit_free_of_scale(seed in 0u64..500, power in -6..=6i32) {
        let eigenvalues = Plant::new(seed).pareto(120, 3.0, 1.0);
        let scale = 10f64.powi(2 * power);
        let scaled: Vec<f64> = eigenvalues.iter().map(|value| value * scale).collect();
        let options = PowerLawOptions { cut: Cut::RelativeToMax(1e-7), ..Default::default() };
        let (one, other) = (fit(&eigenvalues, &options).unwrap(), fit(&scaled, &options).unwrap());
        prop_assert_eq!(one.xmin_index, other.xmin_index);
        prop_assert!((one.alpha - other.alpha).abs() < 1e-12 * one.alpha);
    }
}

#[test]
fn the_rule_for_small_samples_ends_at_twenty_values() {
    for (n, rule) in [
        (7, SampleRule::Tiny),
        (8, SampleRule::Small),
        (19, SampleRule::Small),
        (20, SampleRule::Plain),
        (21, SampleRule::Plain),
    ] {
        let eigenvalues = Plant::new(3).pareto(n, 2.5, 1.0);
        let found = fit(&eigenvalues, &PowerLawOptions::default()).unwrap();
        assert_eq!(found.rule, rule, "n = {n}");
        if rule != SampleRule::Plain {
            assert!(found.tail_len >= n.min(8), "n = {n}");
            let tail = &eigenvalues[found.xmin_index..];
            let sum: f64 = tail.iter().map(|value| (value / tail[0]).ln()).sum();
            let expected = 1.0 + (tail.len() - 1) as f64 / sum;
            assert!((found.alpha - expected).abs() < 1e-12 * expected);
        }
    }
}

#[test]
fn dropping_the_largest_is_fitting_what_is_left() {
    let eigenvalues = Plant::new(11).pareto(200, 3.0, 1.0);
    let dropped = PowerLawOptions { xmax: Xmax::DropLargest(5), ..Default::default() };
    assert_eq!(
        fit(&eigenvalues, &dropped).unwrap(),
        fit(&eigenvalues[..195], &PowerLawOptions::default()).unwrap()
    );
}

#[test]
fn two_near_ties_are_an_ambiguous_row() {
    // A power law of exponent 2 whose upper tenth falls off with exponent 6.
    let n = 400;
    let eigenvalues: Vec<f64> = (0..n)
        .map(|i| {
            let above = 1.0 - f64::from(i) / f64::from(n);
            if above > 0.1 { 1.0 / above } else { 10.0 * (above / 0.1).powf(-0.2) }
        })
        .collect();
    let options = PowerLawOptions::default();
    let found = fit(&eigenvalues, &options).unwrap();
    let stable = stable_alpha(&eigenvalues, &found, &options.check().unwrap()).unwrap();
    let rival = stable.rival.unwrap();
    assert!(stable.ambiguous() && rival.ks_distance <= found.ks_distance + 0.02);
    assert!(rival.tail_len >= 2 * found.tail_len || 2 * rival.tail_len <= found.tail_len);
}

#[test]
fn the_stable_alpha_is_the_weighted_mean_of_its_definition() {
    for (name, eigenvalues) in shapes(300, 5) {
        let options = PowerLawOptions::default().check().unwrap();
        let (mut weights, mut weighted) = (0.0, 0.0);
        for candidate in power_law_candidates(&eigenvalues, &options).unwrap() {
            if candidate.tail_len >= 10 {
                let weight = (-2.0 * candidate.tail_len as f64 * candidate.ks_distance.powi(2)).exp();
                weights += weight;
                weighted += weight / (candidate.alpha - 1.0);
            }
        }
        let found = fit_power_law(&eigenvalues, &options).unwrap();
        let stable = stable_alpha(&eigenvalues, &found, &options).unwrap();
        let expected = 1.0 + weights / weighted;
        assert!((stable.alpha_stable - expected).abs() <= 1e-9 * expected, "{name}");
    }
}

#[test]
fn the_hill_rules_take_their_tail_from_ranks_alone() {
    let eigenvalues = Plant::new(17).pareto(301, 2.7, 1.0);
    for (xmin_method, index) in
        [(XminMethod::Median, 150), (XminMethod::Fraction(0.1), 270), (XminMethod::Fraction(1.0), 0)]
    {
        let found = fit(&eigenvalues, &PowerLawOptions { xmin_method, ..Default::default() }).unwrap();
        let tail = &eigenvalues[index..];
        let sum: f64 = tail.iter().map(|value| (value / tail[0]).ln()).sum();
        assert_eq!(found.xmin_index, index);
        assert!((found.alpha - 1.0 - tail.len() as f64 / sum).abs() < 1e-12 * found.alpha);
        assert_eq!(found.ks_distance.to_bits(), ks_distance(tail, found.alpha).to_bits());
    }
}

#[test]
fn where_no_tail_is_plausible_the_stable_alpha_is_that_of_the_least_implausible() {
    // Half 1, half 2: every distance is about a half, so that all weights underflow.
    let eigenvalues: Vec<f64> = (0..600).map(|i| if i < 300 { 1.0 } else { 2.0 }).collect();
    let options = PowerLawOptions::default().check().unwrap();
    let found = fit_power_law(&eigenvalues, &options).unwrap();
    let stable = stable_alpha(&eigenvalues, &found, &options).unwrap();
    assert!(stable.alpha_stable.is_finite() && stable.alpha_stable > 1.0, "{stable:?}");
    assert!(stable.alpha_stable_spread.is_finite() && stable.tail_effective > 0.0, "{stable:?}");
}
