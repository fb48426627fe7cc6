//! Eigenvalues and the shape of their matrix in, the number worth keeping out.
//!
//! # What it measures
//! How many directions of a noisy matrix carry signal: the cut that makes the truncated matrix closest to the one
//! without noise, whatever its rank (Gavish and Donoho 2014).
//!
//! # Definition
//! β = M/N, singular values above λ*(β)·√N·s are kept, with λ*(β) = √(2(β+1) + 8β/((β+1) + √(β² + 14β + 1))) and s the
//! standard deviation of the noise. Unknown noise is taken from the median eigenvalue, s² = median(λ)/(N·μ_β) with μ_β
//! the median of the Marchenko–Pastur law; the cut is then ω(β) times the median singular value.
//!
//! # How to read it
//! Beside `num_spikes`. The cut lies 10–30 % above the bulk's edge, so it counts fewer: what is between the two is signal,
//! but more noise than signal.
//!
//! # Edge cases
//! More than half of the eigenvalues 0: the median and with it the cut are 0, every positive value counts.

use crate::error::FitFailure;
use crate::mp_law::MarchenkoPastur;
use crate::tail::check_ascending;

/// Where the variance of the noise comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Noise {
    /// It is known: the variance of one entry.
    Variance(f64),
    /// The median eigenvalue, so that at most half of the directions may be signal.
    FromMedian,
}

/// The cut and what is above it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OptimalThreshold {
    /// The cut, in the units of the eigenvalues.
    pub threshold: f64,
    /// Eigenvalues above it.
    pub num_spikes: usize,
    /// Variance of one entry of the noise.
    pub noise_variance: f64,
}

/// Finds the cut for `eigenvalues` (finite, ≥ 0, ascending) of WᵀW, W of N×M, N = `rows` ≥ M = `columns` ≥ 1.
///
/// # Errors
/// No eigenvalues, not ascending or not finite.
pub fn optimal_threshold(
    eigenvalues: &[f64],
    rows: usize,
    columns: usize,
    noise: Noise,
) -> Result<OptimalThreshold, FitFailure> {
    check_ascending(eigenvalues)?;
    let count = eigenvalues.len();
    let (Some(low), Some(high)) = (eigenvalues.get(count.saturating_sub(1) / 2), eigenvalues.get(count / 2))
    else {
        return Err(FitFailure::TooFewValues { num_values: 0, above_cut: 0, needed: 1, cut: 0.0 });
    };
    let n = rows.max(1) as f64;
    let noise_variance = match noise {
        Noise::Variance(variance) => variance,
        Noise::FromMedian => {
            let law = MarchenkoPastur { sigma: 1.0, q: n / columns.max(1) as f64 };
            0.5 * (low + high) / (n * law.median())
        }
    };
    let threshold = optimal_cut(columns as f64 / n).powi(2) * n * noise_variance;
    let num_spikes = count - eigenvalues.partition_point(|&value| value <= threshold);
    Ok(OptimalThreshold { threshold, num_spikes, noise_variance })
}

/// λ*(β).
fn optimal_cut(beta: f64) -> f64 {
    let root = (beta * beta + 14.0 * beta + 1.0).sqrt();
    (2.0 * (beta + 1.0) + 8.0 * beta / (beta + 1.0 + root)).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cuts_are_those_of_the_paper() {
        assert!((optimal_cut(1.0) - 4.0 / 3f64.sqrt()).abs() < 1e-14);
        // ω(β) of its table IV.
        for (columns, omega) in [(1000, 2.8582), (500, 2.1711), (100, 1.6089)] {
            let cut = optimal_threshold(&[1.0], 1000, columns, Noise::FromMedian).unwrap();
            assert!((cut.threshold.sqrt() - omega).abs() < 2e-3, "{columns}: {}", cut.threshold.sqrt());
        }
    }

    #[test]
    fn planted_values_above_the_cut_are_counted() {
        let law = MarchenkoPastur { sigma: 1.0, q: 2.0 };
        let mut eigenvalues: Vec<f64> =
            (0..200).map(|k| 400.0 * law.upper_edge() * f64::from(k) / 250.0).collect();
        eigenvalues.extend([1700.0, 2500.0, 9000.0]);
        let found = optimal_threshold(&eigenvalues, 400, 200, Noise::Variance(1.0)).unwrap();
        assert_eq!(found.num_spikes, 3);
        assert!(found.threshold > 400.0 * law.upper_edge() && found.threshold < 1700.0, "{found:?}");
        assert!(optimal_threshold(&[], 4, 4, Noise::FromMedian).is_err());
    }
}
