//! An ESD in, the norms of the layer's weights out.

use crate::Esd;

/// The squared Frobenius norm.
///
/// # What it measures
/// How large the weights are, all together.
/// # Definition
/// ‖W‖_F² = Σλ over the ESD.
/// # How to read it
/// It grows with size and scale of the layer; compare its logarithm between like layers only.
/// # Edge cases
/// 0 for a zero matrix.
#[must_use]
pub fn norm(esd: &Esd) -> f64 {
    sum(esd.eigenvalues())
}

/// log₁₀ of [`norm`]; −∞ for a zero matrix.
#[must_use]
pub fn log_norm(esd: &Esd) -> f64 {
    norm(esd).log10()
}

/// The largest eigenvalue, λ_max = σ_max².
///
/// # What it measures
/// How far the layer stretches the vector that it stretches most.
/// # Definition
/// λ_max of the ESD, the square of the spectral norm proper.
/// # How to read it
/// Far above the bulk of the ESD it marks strong correlation, or a trap.
/// # Edge cases
/// 0 for a zero matrix.
#[must_use]
pub fn spectral_norm(esd: &Esd) -> f64 {
    esd.max()
}

/// log₁₀ of [`spectral_norm`]; −∞ for a zero matrix.
#[must_use]
pub fn log_spectral_norm(esd: &Esd) -> f64 {
    spectral_norm(esd).log10()
}

/// The logarithm of the alpha norm, the Schatten norm of order 2·alpha to its own power.
///
/// # What it measures
/// Size and heavy tail in one number, which correlates with test accuracy across models of one family.
/// # Definition
/// log₁₀ Σ λ^alpha, computed as m + log₁₀ Σ 10^(alpha·log₁₀λ − m) with m the largest exponent, so that nothing overflows.
/// # How to read it
/// Smaller is better between models of one architecture.
/// # Edge cases
/// A zero eigenvalue adds nothing if alpha > 0, one if alpha = 0, and makes the norm +∞ if alpha < 0. A negative
/// eigenvalue counts as zero. NaN for a NaN alpha; alpha = +∞ gives ∞ times log₁₀λ_max.
#[must_use]
pub fn log_alpha_norm(esd: &Esd, alpha: f64) -> f64 {
    if alpha.is_nan() {
        return f64::NAN;
    }
    if alpha.is_infinite() {
        return infinite_alpha_norm(esd, alpha);
    }
    let exponents = || esd.eigenvalues().iter().map(|&lambda| exponent(lambda, alpha));
    let largest = exponents().fold(f64::NEG_INFINITY, f64::max);
    if largest.is_infinite() {
        return largest;
    }
    largest + exponents().map(|x| 10.0_f64.powf(x - largest)).sum::<f64>().log10()
}

/// alpha·log₁₀ λ, with λ⁰ = 1 for every λ.
fn exponent(lambda: f64, alpha: f64) -> f64 {
    if alpha == 0.0 { 0.0 } else { alpha * lambda.max(0.0).log10() }
}

/// The limit of the alpha norm: the number of unit eigenvalues if none is beyond one, else 0 or ∞.
fn infinite_alpha_norm(esd: &Esd, alpha: f64) -> f64 {
    let beyond = if alpha > 0.0 { esd.max() > 1.0 } else { esd.min() < 1.0 };
    let units = esd.eigenvalues().iter().filter(|lambda| lambda.to_bits() == 1.0_f64.to_bits()).count();
    if beyond { f64::INFINITY } else { (units as f64).log10() }
}

/// Σx of ascending values, small ones first, which loses least.
pub(crate) fn sum(ascending: &[f64]) -> f64 {
    ascending.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_alpha_norm_does_not_overflow() {
        let esd = Esd::new(vec![1e-3, 1.0, 1e3]).unwrap();
        let expected = 3e3 + (1.0_f64 + 1e-300).log10();
        assert!((log_alpha_norm(&esd, 1000.0) - expected).abs() < 1e-9);
        assert!((log_alpha_norm(&esd, 1.0) - norm(&esd).log10()).abs() < 1e-15);
    }

    #[test]
    fn zero_eigenvalues_follow_the_power() {
        let esd = Esd::new(vec![0.0, 4.0]).unwrap();
        assert!((log_alpha_norm(&esd, 2.0) - 16.0_f64.log10()).abs() < 1e-15);
        assert!((log_alpha_norm(&esd, 0.0) - 2.0_f64.log10()).abs() < 1e-15);
        let norm = log_alpha_norm(&esd, -1.0);
        assert!(norm.is_infinite() && norm > 0.0);
    }

    #[test]
    fn an_infinite_alpha_counts_the_units() {
        let identity = Esd::new(vec![1.0; 24]).unwrap();
        assert!((log_alpha_norm(&identity, f64::INFINITY) - 24.0_f64.log10()).abs() < 1e-15);
    }
}
