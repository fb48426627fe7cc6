//! Two ESDs in, how far apart they are out.

use crate::Error;

/// The Jensen–Shannon distance between two spectra of equal length.
///
/// # What it measures
/// How much a layer's spectrum differs from that of its shuffled copy.
/// # Definition
/// √((KL(p‖m) + KL(q‖m))/2) in nats, with p and q the eigenvalues, ascending, each divided by their sum, m = (p + q)/2
/// and KL(p‖m) = Σ p ln(p/m), where 0·ln 0 = 0.
/// # How to read it
/// 0: the same shape; √ln 2 ≈ 0.83: nothing in common.
/// # Edge cases
/// NaN if either sum is zero.
///
/// # Errors
/// [`Error::Length`] if the spectra are not equally long.
pub fn jensen_shannon_distance(p: &[f64], q: &[f64]) -> Result<f64, Error> {
    if p.len() != q.len() {
        return Err(Error::Length { len: q.len(), expected: p.len() });
    }
    let (p_sum, q_sum): (f64, f64) = (p.iter().sum(), q.iter().sum());
    if p_sum <= 0.0 || q_sum <= 0.0 {
        return Ok(f64::NAN);
    }
    let divergence: f64 = p
        .iter()
        .zip(q)
        .map(|(p, q)| {
            let (p, q) = (p / p_sum, q / q_sum);
            let m = f64::midpoint(p, q);
            relative_entropy(p, m) + relative_entropy(q, m)
        })
        .sum();
    // Rounding can leave a sum that ought to be zero a little below it.
    Ok((divergence / 2.0).max(0.0).sqrt())
}

fn relative_entropy(p: f64, m: f64) -> f64 {
    if p <= 0.0 { 0.0 } else { p * (p / m).ln() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_shapes_are_at_distance_zero() {
        assert!(jensen_shannon_distance(&[1.0, 2.0, 5.0], &[2.0, 4.0, 10.0]).unwrap() < 1e-8);
    }

    #[test]
    fn disjoint_spectra_are_at_the_largest_distance() {
        let distance = jensen_shannon_distance(&[0.0, 3.0], &[7.0, 0.0]).unwrap();
        assert!((distance - std::f64::consts::LN_2.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn unequal_lengths_are_refused() {
        assert!(matches!(jensen_shannon_distance(&[1.0], &[1.0, 2.0]), Err(Error::Length { .. })));
    }
}
