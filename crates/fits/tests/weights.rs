//! The laws of weights against scipy's numbers, and planted ones.

use heavytail_fits::{Side, WeightLaw, fit_weights};

use crate::planted::Plant;

/// The weights of `fixtures/fits/weight_laws.py`.
fn weights() -> Vec<f64> {
    let weight = |i: u32| {
        let i = f64::from(i);
        let share = (i * 0.618_033_988_749_894_9).fract();
        (share / (1.0 - share)).ln() * (0.02 + 0.01 * (i * 0.414_213_562_373_095_03).fract())
    };
    (1..=1000).map(weight).collect()
}

fn parameters(law: WeightLaw) -> (f64, f64) {
    match law {
        WeightLaw::PowerLaw { shape, scale } => (shape, scale),
        WeightLaw::Exponential { scale } => (scale, scale),
        WeightLaw::Lognormal { sigma, scale } => (sigma, scale),
        WeightLaw::Laplace { loc, scale } => (loc, scale),
    }
}

#[test]
fn every_law_is_that_of_scipy() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/fits/weight_laws.csv");
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.lines().skip(1);
    for side in [Side::Left, Side::Right] {
        let found = fit_weights(&weights(), side).unwrap();
        assert_eq!(found.fits.len(), 4);
        let close = |ours: f64, theirs: f64, tolerance: f64| {
            assert!((ours - theirs).abs() <= tolerance * theirs.abs(), "{ours}, not {theirs}");
        };
        for fit in &found.fits {
            let fields: Vec<&str> = lines.next().unwrap().split(',').collect();
            assert_eq!((fields[0], fields[1]), (side.name(), fit.law.name()));
            let number = |column: usize| fields[column].parse::<f64>().unwrap();
            let (first, second) = parameters(fit.law);
            close(first, number(2), 1e-9);
            close(second, number(3), 1e-9);
            close(fit.ks_distance, number(4), 1e-8);
            assert!((fit.ks_p - number(5)).abs() < 2e-4, "{fit:?}: p {}", number(5));
            close(fit.log_likelihood, number(6), 1e-9);
        }
    }
}

#[test]
fn planted_laws_are_the_best() {
    let mut plant = Plant::new(2);
    let exponential: Vec<f64> = (0..4000).map(|_| -plant.uniform().ln()).collect();
    let lognormal: Vec<f64> = (0..4000).map(|_| -plant.normal().exp()).collect();
    let power = plant.pareto(4000, 3.0, 0.1);
    let best = |weights: &[f64], side| {
        let found = fit_weights(weights, side).unwrap();
        found.fits[found.best].law.name()
    };
    assert_eq!(best(&exponential, Side::Right), "exponential");
    assert_eq!(best(&lognormal, Side::Left), "lognormal");
    assert_eq!(best(&power, Side::Right), "power_law");
}

#[test]
fn sides_without_values_or_spread_are_told() {
    assert!(fit_weights(&[1.0; 31], Side::Right).is_err());
    assert!(fit_weights(&[1.0; 100], Side::Left).is_err());
    let mut weights = vec![0.5; 40];
    weights.extend([0.0, f64::NAN, f64::INFINITY]);
    let found = fit_weights(&weights, Side::Right).unwrap();
    assert_eq!((found.count, found.fits.len()), (40, 2));
}
