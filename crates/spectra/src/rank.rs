//! An ESD in, what is left of the layer's rank out.

use crate::Esd;
use crate::norms::norm;

/// The effective number of strong directions.
///
/// # What it measures
/// Over how many directions the weight is spread, in units of the strongest one.
/// # Definition
/// Σλ/λ_max.
/// # How to read it
/// Between 1 (one direction holds everything) and the number of eigenvalues (all are equal).
/// # Edge cases
/// NaN for a zero matrix (0/0).
#[must_use]
pub fn stable_rank(esd: &Esd) -> f64 {
    norm(esd) / esd.max()
}

/// The numerical rank.
///
/// # What it measures
/// How many directions are not lost to rounding.
/// # Definition
/// Number of √λ > √λ_max·N·eps over the ESD; `rows` is N, eps = 2⁻⁵².
/// # How to read it
/// Less than the number of eigenvalues means that some directions carry nothing.
/// # Edge cases
/// 0 for a zero matrix.
#[must_use]
pub fn matrix_rank(esd: &Esd, rows: usize) -> usize {
    let tolerance = esd.max().max(0.0).sqrt() * rows as f64 * f64::EPSILON;
    esd.count() - esd.eigenvalues().partition_point(|&lambda| lambda.max(0.0).sqrt() <= tolerance)
}

/// The number of eigenvalues below `tolerance` (an absolute λ; the reference takes 1e-6).
///
/// # What it measures
/// How many directions carry next to nothing.
/// # Definition
/// Number of λ < tolerance over the ESD.
/// # How to read it
/// It depends on the scale of the weights; compare like layers.
/// # Edge cases
/// All of them for a zero matrix.
#[must_use]
pub fn weak_rank_loss(esd: &Esd, tolerance: f64) -> usize {
    esd.eigenvalues().partition_point(|&lambda| lambda < tolerance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_eigenvalues_have_full_ranks() {
        let esd = Esd::new(vec![2.0; 10]).unwrap();
        assert!((stable_rank(&esd) - 10.0).abs() < 1e-14);
        assert_eq!(matrix_rank(&esd, 30), 10);
        assert_eq!(weak_rank_loss(&esd, 1e-6), 0);
    }

    #[test]
    fn a_single_direction_has_rank_one() {
        let esd = Esd::new(vec![0.0, 0.0, 5.0]).unwrap();
        assert!((stable_rank(&esd) - 1.0).abs() < 1e-15);
        assert_eq!(matrix_rank(&esd, 3), 1);
        assert_eq!(weak_rank_loss(&esd, 1e-6), 2);
    }

    #[test]
    fn a_zero_matrix_has_rank_zero() {
        let esd = Esd::new(vec![0.0; 4]).unwrap();
        assert_eq!(matrix_rank(&esd, 9), 0);
    }
}
