//! The largest eigenvalue and the shape of its matrix in, the probability that a random matrix has as
//! large a one out.
//!
//! # What it measures
//! Whether the largest eigenvalue stands out of the bulk, at a stated risk of being wrong.
//!
//! # Definition
//! For W (N×M) with independent entries of variance v, (λ_max/v − μ)/τ follows the Tracy–Widom law of order 1, where
//! μ = (√(N−½) + √(M−½))² and τ = √μ·(1/√(N−½) + 1/√(M−½))^(1/3) (Johnstone 2001, with the halves of Ma 2012).
//! p = 1 − F₁ there; with c matrices pooled, 1 − F₁^c. F₁(s) = det(1 − B), the Fredholm determinant of
//! B(x, y) = Ai(x + y + s) on x, y ≥ 0 (Ferrari and Spohn 2005), by Gauss–Legendre nodes (Bornemann 2010).
//!
//! # How to read it
//! Small p: the layer has learnt at least one direction. The variance must be that of the bulk; where it is fitted to
//! the same spectrum, an error of 1 % of it moves the statistic by about M^(2/3)/100·1.5.
//!
//! # Edge cases
//! p below about 1e-300 is 0.

use std::f64::consts::PI;

use crate::gauss_legendre::GAUSS_16;

/// Ai(16) is below 1e-19: the kernel ends there.
const KERNEL_END: f64 = 16.0;
/// Nodes are laid out at least this far, for relative precision of small p.
const SHORTEST: f64 = 6.0;
const PANELS: usize = 3;
/// F₁ is below 1e-18 here.
const LOWEST: f64 = -10.0;
/// p is below 1e-300 here.
const HIGHEST: f64 = 100.0;

/// The largest eigenvalue against the edge of a random matrix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EdgeTest {
    /// The largest eigenvalue, centred and scaled.
    pub statistic: f64,
    /// Probability of a larger one without any signal.
    pub p: f64,
}

/// Tests `largest`, the largest eigenvalue of WᵀW over `matrices` matrices N×M, N = `rows` ≥ M = `columns` ≥ 1, whose
/// entries have variance `variance` > 0 in the bulk. NaN where these do not hold.
#[must_use]
pub fn edge_test(largest: f64, rows: usize, columns: usize, variance: f64, matrices: usize) -> EdgeTest {
    let (n, m) = ((rows as f64 - 0.5).sqrt(), (columns as f64 - 0.5).sqrt());
    let scale = (n + m) * (n.recip() + m.recip()).cbrt();
    let statistic = (largest / variance - (n + m) * (n + m)) / scale;
    let one = tracy_widom_p(statistic);
    // 1 − (1 − p)^c without the rounding of 1 − p.
    let p = -(matrices.max(1) as f64 * (-one).ln_1p()).exp_m1();
    EdgeTest { statistic, p }
}

/// 1 − F₁(s): the probability that a variable of the Tracy–Widom law of order 1 exceeds `s`.
#[must_use]
pub fn tracy_widom_p(s: f64) -> f64 {
    if s.is_nan() {
        return f64::NAN;
    }
    if s <= LOWEST || s >= HIGHEST {
        return if s <= LOWEST { 1.0 } else { 0.0 };
    }
    let half = 0.5 * (KERNEL_END - s).max(SHORTEST) / PANELS as f64;
    let (mut nodes, mut roots) = (Vec::new(), Vec::new());
    for panel in 0..PANELS {
        let middle = half * (2 * panel + 1) as f64;
        for (x, weight) in GAUSS_16 {
            nodes.extend([middle - half * x, middle + half * x]);
            roots.extend([(half * weight).sqrt(); 2]);
        }
    }
    let n = nodes.len();
    let mut kernel = vec![0.0; n * n];
    for i in 0..n {
        for j in 0..=i {
            let value = -roots[i] * airy(nodes[i] + nodes[j] + s) * roots[j];
            kernel[i * n + j] = value;
            kernel[j * n + i] = value;
        }
    }
    -log_determinant_of_one_plus(&mut kernel, n).exp_m1()
}

/// ln det(1 + K) of a symmetric K with 1 + K positive definite. The pivots are kept as what they differ from 1, so
/// that a determinant close to 1 keeps its digits.
fn log_determinant_of_one_plus(k: &mut [f64], n: usize) -> f64 {
    let mut sum = 0.0;
    for pivot in 0..n {
        let excess = k[pivot * n + pivot].max(-1.0 + f64::EPSILON);
        sum += excess.ln_1p();
        for i in pivot + 1..n {
            let factor = k[i * n + pivot] / (1.0 + excess);
            for j in pivot + 1..n {
                k[i * n + j] -= factor * k[pivot * n + j];
            }
        }
    }
    sum
}

/// The Airy function Ai for x ≥ −11, within 1e-9 below 2 and within 1e-13 of itself above.
fn airy(x: f64) -> f64 {
    if x < 2.0 { airy_series(x) } else { airy_integral(x) }
}

/// Maclaurin's series of Ai = Ai(0)·f + Ai'(0)·g.
fn airy_series(x: f64) -> f64 {
    const AT_ZERO: f64 = 0.355_028_053_887_817_2;
    const SLOPE_AT_ZERO: f64 = -0.258_819_403_792_806_8;
    let cube = x * x * x;
    let (mut f, mut g) = (1.0, x);
    let (mut f_term, mut g_term) = (1.0, x);
    for k in 1..60 {
        let three_k = 3.0 * f64::from(k);
        f_term *= cube / (three_k * (three_k - 1.0));
        g_term *= cube / (three_k * (three_k + 1.0));
        f += f_term;
        g += g_term;
    }
    AT_ZERO * f + SLOPE_AT_ZERO * g
}

/// e^(−⅔x^(3/2))/π ∫ e^(−√x·t²) cos(t³/3) dt over t ≥ 0, by the trapezoidal rule, which converges geometrically.
fn airy_integral(x: f64) -> f64 {
    const STEP: f64 = 0.15;
    let root = x.sqrt();
    let width = root.sqrt().recip();
    let integrand = |k: i32| {
        let t = STEP * f64::from(k) * width;
        (-root * t * t).exp() * (t * t * t / 3.0).cos()
    };
    let sum = 0.5 + (1..42).map(integrand).sum::<f64>();
    (-2.0 / 3.0 * x * root).exp() / PI * sum * STEP * width
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_airy_function_has_its_known_values() {
        // DLMF, section 9.4 and table 9.18; the two forms meet at 2.
        assert!((airy(0.0) - 0.355_028_053_887_817_2).abs() < 1e-15);
        assert!((airy(1.0) - 0.135_292_416_312_881_42).abs() < 1e-14);
        assert!((airy_series(2.0) - airy_integral(2.0)).abs() < 1e-14);
        // Its first zero.
        assert!(airy(-2.338_107_410_459_767).abs() < 1e-13);
    }

    #[test]
    fn pooled_matrices_make_a_large_value_likelier() {
        let one = edge_test(2000.0, 500, 400, 1.0, 1);
        let nine = edge_test(2000.0, 500, 400, 1.0, 9);
        assert!(nine.p > one.p && nine.p < 9.0 * one.p);
    }
}
