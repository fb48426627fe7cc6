//! An ESD in, the entropy of the spectrum out.

use crate::Esd;
use crate::norms::norm;

/// The entropy of the spectrum.
///
/// # What it measures
/// How evenly the weight is spread over the directions.
/// # Definition
/// −Σ p ln p / ln(rank + 1e-10) with p = λ/Σλ + 1e-10 and `rank` from [`matrix_rank`](crate::rank::matrix_rank).
/// # How to read it
/// Near 1: evenly spread, near random. Low: few directions hold most.
/// # Edge cases
/// Rank 1 divides by 1e-10, which gives a number in the hundreds, as in the reference; NaN for a zero matrix.
#[must_use]
pub fn matrix_entropy(esd: &Esd, rank: usize) -> f64 {
    const SHIFT: f64 = 1e-10;
    let total = norm(esd);
    let entropy: f64 = esd
        .eigenvalues()
        .iter()
        .map(|lambda| {
            let p = lambda / total + SHIFT;
            -p * p.ln()
        })
        .sum();
    entropy / (rank as f64 + SHIFT).ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_eigenvalues_have_entropy_one() {
        let esd = Esd::new(vec![2.0; 10]).unwrap();
        assert!((matrix_entropy(&esd, 10) - 1.0).abs() < 1e-7);
    }

    #[test]
    fn a_zero_matrix_has_no_entropy() {
        assert!(matrix_entropy(&Esd::new(vec![0.0; 4]).unwrap(), 0).is_nan());
    }
}
