//! Eigenvalues in, the tail whose product is one out: where the volume of the layer's strongest
//! directions is conserved.
//!
//! # What it measures
//! The exact renormalisation group condition of Martin and Hinrichs: at a well-trained layer the
//! eigenvalues that generalise have det = 1, and their number equals that of the power-law tail.
//!
//! # Definition
//! With λ scaled so that Σλ = n, the shortest tail whose product is below 1, walking down from the
//! largest; the walk ends at index 1. `num` is its length, the value that brought the product below 1
//! included. The ERG gap is `num` − `num_pl_spikes`.
//!
//! # Edge cases
//! No tail from index 1 on has a product below 1: `num` is n, with the value at index 1 (the
//! reference's count and index are one apart there). All values equal: `num` is 0, index 0.

use crate::error::FitFailure;
use crate::tail::check_ascending;

/// The tail whose product is one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DetX {
    /// Number of values in the tail: columns `detX_num`, `num_ERG_spikes`.
    pub num: usize,
    /// Index of the tail's first value.
    pub index: usize,
    /// The value there: column `detX_val`.
    pub value: f64,
    /// The same after scaling to Σλ = n: column `detX_val_unrescaled`, in spite of its name.
    pub scaled_value: f64,
    /// The number of values whose product is still at least 1: one less than `num` where the walk
    /// found its end.
    pub num_above_one: usize,
    /// Whether a running product in floats would have overflowed on the way, as the reference's does:
    /// it then finds no end and reports `num` = n, index 1.
    pub product_overflows: bool,
}

/// Finds the tail of `eigenvalues` (finite, ≥ 0, ascending).
///
/// # Errors
/// Fewer than two values, not ascending or not finite.
pub fn det_x(eigenvalues: &[f64]) -> Result<DetX, FitFailure> {
    check_ascending(eigenvalues)?;
    let n = eigenvalues.len();
    let (Some(&smallest), Some(&largest), true) = (eigenvalues.first(), eigenvalues.last(), n >= 2) else {
        return Err(FitFailure::TooFewValues { num_values: n, above_cut: n, needed: 2, cut: 0.0 });
    };
    let sum: f64 = eigenvalues.iter().sum();
    let scale = ((n as f64).sqrt() / sum.sqrt()).powi(2);
    if smallest >= largest {
        let scaled_value = if largest > 0.0 { scale * smallest } else { 0.0 };
        return Ok(DetX {
            num: 0,
            index: 0,
            value: smallest,
            scaled_value,
            num_above_one: 0,
            product_overflows: false,
        });
    }
    // Logarithms do not overflow where the product of thousands of values would.
    let mut log_product = 0.0;
    let mut highest = 0.0f64;
    let mut end = None;
    for (index, value) in eigenvalues.iter().enumerate().skip(1).rev() {
        log_product += (scale * value).max(0.0).ln();
        highest = highest.max(log_product);
        if log_product < 0.0 {
            end = Some(index);
            break;
        }
    }
    let index = end.unwrap_or(1);
    let num = if end.is_some() { n - index } else { n };
    let num_above_one = num - usize::from(end.is_some());
    let value = eigenvalues[index];
    Ok(DetX {
        num,
        index,
        value,
        scaled_value: scale * value,
        num_above_one,
        product_overflows: highest > f64::MAX.ln(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_planted_product_of_one_is_found() {
        // Five values above one and their reciprocals, between small ones and with Σλ = n.
        let above = [1.1, 1.5, 2.0, 3.0, 4.0];
        let mut values: Vec<f64> = above.iter().flat_map(|x| [1.0 / x, *x]).collect();
        let sum: f64 = values.iter().sum();
        // n values with sum n: fill up with small equal ones.
        let fill = 30;
        let small = (f64::from(fill) + 10.0 - sum) / f64::from(fill);
        values.extend((0..fill).map(|i| small * 0.2 + 1e-6 * f64::from(i)));
        values.sort_by(f64::total_cmp);
        let found = det_x(&values).unwrap();
        let scale = values.len() as f64 / values.iter().sum::<f64>();
        let product: f64 = values[found.index..].iter().map(|value| value * scale).product();
        let shorter: f64 = values[found.index + 1..].iter().map(|value| value * scale).product();
        assert!(product < 1.0 && shorter >= 1.0);
        assert_eq!((found.num, found.num_above_one), (values.len() - found.index, found.num - 1));
    }

    #[test]
    fn equal_values_have_no_tail_and_a_short_slice_a_reason() {
        assert_eq!(det_x(&[1.0; 4]).unwrap().num, 0);
        assert_eq!(det_x(&[0.0; 4]).unwrap().scaled_value.to_bits(), 0);
        assert!(det_x(&[1.0]).is_err());
    }
}
