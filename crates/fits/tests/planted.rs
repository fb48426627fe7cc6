//! Spectra whose truth is known, for the other test modules.
//!
//! A small generator of its own keeps the tests independent of the crate's random numbers.

use proptest::prelude::*;

/// SplitMix64 (Steele, Lea and Flood 2014): one multiplication-free state, good enough to plant with.
pub(crate) struct Plant(u64);

impl Plant {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Uniform in (0, 1].
    pub(crate) fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((z ^ (z >> 31)) >> 11) + 1) as f64 / (1u64 << 53) as f64
    }

    /// Standard normal, by Box and Muller.
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// `n` sorted draws.
    pub(crate) fn sorted(&mut self, n: usize, mut draw: impl FnMut(&mut Self) -> f64) -> Vec<f64> {
        let mut values: Vec<f64> = (0..n).map(|_| draw(self)).collect();
        values.sort_by(f64::total_cmp);
        values
    }

    /// `n` sorted draws of the power law with density exponent `alpha` from `xmin` on.
    pub(crate) fn pareto(&mut self, n: usize, alpha: f64, xmin: f64) -> Vec<f64> {
        self.sorted(n, |plant| xmin * plant.uniform().powf(-1.0 / (alpha - 1.0)))
    }
}

/// The shapes that a search for xmin has to survive, by name.
pub(crate) fn shapes(n: usize, seed: u64) -> Vec<(&'static str, Vec<f64>)> {
    let mut plant = Plant::new(seed);
    let mut plateau = vec![0.5; n / 3];
    plateau.extend(plant.pareto(n - n / 3, 2.5, 0.5));
    let mut stairs = plant.sorted(n, |plant| (plant.uniform() * 12.0).ceil());
    if let Some(last) = stairs.last_mut() {
        *last += 1.0;
    }
    let mut top = plant.pareto(n - n / 4, 3.0, 1.0);
    let largest = top.last().copied().unwrap_or(1.0);
    top.extend(vec![largest; n / 4]);
    vec![
        ("power law", plant.pareto(n, 3.0, 1.0)),
        ("heavier than its mean", plant.pareto(n, 1.3, 1e-3)),
        ("lognormal", plant.sorted(n, |plant| plant.normal().exp())),
        ("uniform", plant.sorted(n, Plant::uniform)),
        ("geometric", (0..n).map(|i| 0.01 * (i as f64 * 8.0 / n as f64).exp()).collect()),
        ("nearly flat", plant.sorted(n, |plant| 1.0 + 1e-9 * plant.uniform())),
        ("plateau under a power law", plateau),
        ("stairs", stairs),
        ("plateau on top", top),
        ("quantiles of a power law", (0..n).map(|i| (1.0 - i as f64 / n as f64).powf(-0.5)).collect()),
    ]
}

/// The largest eigenvalue of WᵀW for W (`rows`×`columns`, `rows` ≥ `columns`) of standard normal entries, by the
/// bidiagonal matrix of chi variables that has the same singular values (Dumitriu and Edelman 2002) and bisection
/// on the signs of its Sturm sequence.
pub(crate) fn largest_of_random_matrix(plant: &mut Plant, rows: usize, columns: usize) -> f64 {
    let mut chi_squared = |degrees: usize| -> f64 { (0..degrees).map(|_| plant.normal().powi(2)).sum() };
    let diagonal: Vec<f64> = (0..columns).map(|k| chi_squared(rows - k)).collect();
    let above: Vec<f64> = (1..columns).map(|k| chi_squared(columns - k)).collect();
    // BᵀB is tridiagonal: squares on its diagonal, products beside it.
    let largest = |x: f64| {
        let mut q = 1.0;
        (0..columns).all(|k| {
            let own = diagonal[k] + if k > 0 { above[k - 1] } else { 0.0 };
            let beside = if k > 0 { diagonal[k - 1] * above[k - 1] } else { 0.0 };
            q = own - x - beside / q;
            q < 0.0
        })
    };
    let (mut low, mut high) = (0.0, 16.0 * (rows + columns) as f64);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if largest(middle) { high = middle } else { low = middle }
    }
    0.5 * (low + high)
}

/// Up to `n` ascending numbers of any finite kind: over all magnitudes, or all at the small or the large end.
pub(crate) fn any_magnitudes(n: usize) -> impl Strategy<Value = Vec<f64>> {
    use proptest::collection::vec;
    use proptest::num::f64 as kinds;
    let all = vec(kinds::NORMAL | kinds::ZERO | kinds::SUBNORMAL, 0..n);
    let smallest = vec(kinds::SUBNORMAL | kinds::NORMAL, 0..n)
        .prop_map(|values| values.iter().map(|value| value.abs().min(1e-300)).collect());
    let largest = vec(1e300..f64::MAX, 0..n);
    let narrow = vec(0..9u32, 0..n)
        .prop_map(|steps| steps.iter().map(|&step| 1.0 + f64::from(step) * f64::EPSILON).collect());
    prop_oneof![3 => all, 1 => smallest, 1 => largest, 1 => narrow].prop_map(|mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values
    })
}
