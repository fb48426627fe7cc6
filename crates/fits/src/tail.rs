//! Eigenvalues in, the data of a tail fit out: what is above the cut, its logarithms and their sums.
//!
//! Logarithms are taken relative to the largest value. That makes every result independent of the
//! scale, and keeps the precision of spectra that are nearly flat: there ln(λ/λ_max) is close to 0.

use crate::error::FitFailure;
use crate::power_law_options::{Cut, Xmax};

/// The least number of values that has an exponent.
const LEAST_VALUES: usize = 2;

/// The values of a fit: finite, positive, ascending, at least two of them, not all equal.
#[derive(Clone, Debug)]
pub(crate) struct Tail {
    /// The data, ascending.
    pub(crate) values: Vec<f64>,
    /// ln(λ_j / λ_max) of the data, so never above 0.
    pub(crate) logs: Vec<f64>,
    /// Σ_{j ≥ i} ln(λ_j / λ_i) for every index i.
    pub(crate) log_sums: Vec<f64>,
    /// Eigenvalues at or below the cut.
    pub(crate) num_below_cut: usize,
}

impl Tail {
    /// Selects the data of a fit from all the eigenvalues of a layer.
    pub(crate) fn select(eigenvalues: &[f64], cut: Cut, xmax: Xmax) -> Result<Self, FitFailure> {
        check_ascending(eigenvalues)?;
        let num_values = eigenvalues.len();
        let dropped = match xmax {
            Xmax::None | Xmax::Force => 0,
            Xmax::DropLargest(k) => k,
        };
        if dropped > num_values / 2 {
            return Err(FitFailure::XmaxTooLarge { dropped, num_values });
        }
        let cut = match cut {
            Cut::Absolute(cut) => cut,
            Cut::RelativeToMax(share) => share * eigenvalues.last().copied().unwrap_or(0.0),
        };
        let num_below_cut = eigenvalues.partition_point(|&value| value <= cut.max(0.0));
        let values = eigenvalues.get(num_below_cut..num_values - dropped).unwrap_or_default();
        let (Some(&smallest), Some(&largest)) = (values.first(), values.last()) else {
            return Err(FitFailure::TooFewValues { num_values, above_cut: 0, needed: LEAST_VALUES, cut });
        };
        if values.len() < LEAST_VALUES {
            let above_cut = values.len();
            return Err(FitFailure::TooFewValues { num_values, above_cut, needed: LEAST_VALUES, cut });
        }
        if smallest >= largest {
            return Err(FitFailure::AllEqual { value: largest, count: values.len() });
        }
        Ok(Self::from_values(values.to_vec(), num_below_cut))
    }

    /// Takes values that are known to be positive, ascending and not all equal.
    pub(crate) fn from_values(values: Vec<f64>, num_below_cut: usize) -> Self {
        let logs = logs_relative_to_last(&values);
        let log_sums = log_sums(&logs);
        Self { values, logs, log_sums, num_below_cut }
    }

    /// Number of values n.
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// Maximum-likelihood exponent of the tail from index `i`: 1 + m / Σ ln(λ_j/λ_i); infinite where
    /// all values of that tail are equal.
    pub(crate) fn alpha(&self, i: usize) -> f64 {
        1.0 + (self.len() - i) as f64 / self.log_sums[i]
    }

    /// The same, corrected for the bias of a short tail: 1 + (m − 1) / Σ ln(λ_j/λ_i).
    pub(crate) fn alpha_small(&self, i: usize) -> f64 {
        1.0 + (self.len() - i - 1) as f64 / self.log_sums[i]
    }
}

/// ln(λ_j / λ_last), precise also where λ_j is close to λ_last.
pub(crate) fn logs_relative_to_last(values: &[f64]) -> Vec<f64> {
    let largest = values.last().copied().unwrap_or(1.0);
    let log = |&value: &f64| {
        // The difference of neighbours is exact (Sterbenz), their quotient is not.
        if value > 0.5 * largest { ((value - largest) / largest).ln_1p() } else { ln_ratio(value, largest) }
    };
    values.iter().map(log).collect()
}

/// ln(a/b) for positive a < b, also where a/b would underflow.
fn ln_ratio(a: f64, b: f64) -> f64 {
    let ratio = a / b;
    if ratio > f64::MIN_POSITIVE { ratio.ln() } else { a.ln() - b.ln() }
}

/// Σ_{j ≥ i} (l_j − l_i) for every i, as a sum of steps that are never negative: nothing cancels.
fn log_sums(logs: &[f64]) -> Vec<f64> {
    let n = logs.len();
    let mut sums = vec![0.0; n];
    for i in (0..n.saturating_sub(1)).rev() {
        sums[i] = sums[i + 1] + (n - 1 - i) as f64 * (logs[i + 1] - logs[i]);
    }
    sums
}

/// Every fit reads finite, ascending values.
pub(crate) fn check_ascending(eigenvalues: &[f64]) -> Result<(), FitFailure> {
    if let Some(index) = eigenvalues.iter().position(|value| !value.is_finite()) {
        return Err(FitFailure::NotFinite { index, value: eigenvalues[index] });
    }
    match eigenvalues.windows(2).position(|pair| pair[1] < pair[0]) {
        Some(before) => Err(FitFailure::NotAscending { index: before + 1 }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_sums_are_the_sums_they_stand_for() {
        let values: Vec<f64> = (1..200).map(|i| (f64::from(i) * 0.37).exp2() / 1e9).collect();
        let tail = Tail::from_values(values.clone(), 0);
        for i in 0..values.len() {
            let literal: f64 = values[i..].iter().map(|value| (value / values[i]).ln()).sum();
            assert!((tail.log_sums[i] - literal).abs() <= 1e-12 * literal, "{i}");
        }
    }

    #[test]
    fn a_nearly_flat_spectrum_keeps_its_exponent() {
        let values: Vec<f64> = (0..50).map(|i| 1e5 * (1.0 + f64::from(i) * 1e-10)).collect();
        let tail = Tail::from_values(values, 0);
        let expected = 1.0 + 50.0 / (1e-10 * 49.0 * 50.0 / 2.0);
        assert!((tail.alpha(0) / expected - 1.0).abs() < 1e-4);
    }

    #[test]
    fn each_reason_for_no_tail_is_told() {
        let select = |values: &[f64], xmax| Tail::select(values, Cut::Absolute(1e-5), xmax).unwrap_err();
        let none = Xmax::None;
        assert_eq!(select(&[1e-7, 1.0], none).to_string(), "1 of 2 eigenvalues above the cut 1e-5, needs 2");
        assert_eq!(select(&[], none).to_string(), "0 of 0 eigenvalues above the cut 1e-5, needs 2");
        assert_eq!(select(&[0.0, 2.0, 2.0], none).to_string(), "all 2 eigenvalues above the cut equal 2e0");
        assert_eq!(select(&[1.0, f64::NAN], none).to_string(), "eigenvalue 1 is NaN");
        assert!(matches!(select(&[2.0, 1.0], none), FitFailure::NotAscending { index: 1 }));
        assert!(matches!(select(&[1.0, 2.0, 3.0], Xmax::DropLargest(2)), FitFailure::XmaxTooLarge { .. }));
    }
}
