//! Eigenvalues in, the indices near the peak of their histogram out: `fix_fingers="xmin_peak"`.
//!
//! The peak is the left edge of the fullest of 100 equal bins of log10 λ (the first one among
//! equals). The reference then compares the logarithm of the lower bound with plain values, so that
//! for peaks up to about 1 there is no lower bound; [`PeakRule::Log`] compares like with like.

use std::ops::Range;

use crate::error::FitFailure;

/// Bins of the histogram.
const BINS: usize = 100;

/// Which values count as near the peak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PeakRule {
    /// 0.95·peak ≤ xmin ≤ `xmin_max`, or 1.5·peak.
    #[default]
    Log,
    /// log10(0.95·peak) ≤ xmin ≤ `xmin_max`, or 1.5·peak, and never the largest of these: the reference.
    Reference,
}

/// Indices of the candidates among `values` (positive, ascending, not all equal).
pub(crate) fn near_peak(
    values: &[f64],
    rule: PeakRule,
    xmin_max: Option<f64>,
) -> Result<Range<usize>, FitFailure> {
    let peak = 10f64.powf(peak_log10(values));
    let high = xmin_max.unwrap_or(1.5 * peak);
    let low = match rule {
        PeakRule::Log => 0.95 * peak,
        PeakRule::Reference => (0.95 * peak).log10(),
    };
    let start = values.partition_point(|&value| value < low);
    let mut end = values.partition_point(|&value| value <= high).max(start);
    if let (PeakRule::Reference, Some(&largest)) = (rule, values[start..end].last()) {
        end = values.partition_point(|&value| value < largest).max(start);
    }
    end = end.min(values.len() - 1);
    if start < end { Ok(start..end) } else { Err(FitFailure::NoXminInRange { low, high }) }
}

/// Left edge of the fullest bin.
fn peak_log10(values: &[f64]) -> f64 {
    let logs: Vec<f64> = values.iter().map(|value| value.log10()).collect();
    let (first, last) = (logs[0], logs[logs.len() - 1]);
    let step = (last - first) / BINS as f64;
    let edge = |bin: usize| if bin == BINS { last } else { first + bin as f64 * step };
    let mut counts = [0usize; BINS];
    for &log in &logs {
        let guess = (((log - first) / step) as usize).min(BINS - 1);
        // A value on an edge belongs to the bin on its right; the quotient may round to the left.
        let bin = match guess {
            bin if log < edge(bin) => bin - 1,
            bin if bin + 1 < BINS && log >= edge(bin + 1) => bin + 1,
            bin => bin,
        };
        counts[bin] += 1;
    }
    let fullest = (0..BINS).fold(0, |best, bin| if counts[bin] > counts[best] { bin } else { best });
    edge(fullest)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 1000 values spread evenly in log10 over [−1, 2), and 100 more in [10, 10.5].
    fn peaked() -> Vec<f64> {
        let mut values: Vec<f64> = (0..1000).map(|i| 10f64.powf(-1.0 + 3e-3 * f64::from(i))).collect();
        values.extend((0..100).map(|i| 10.0 + 5e-3 * f64::from(i)));
        values.sort_by(f64::total_cmp);
        values
    }

    #[test]
    fn candidates_surround_the_planted_peak() {
        let values = peaked();
        let range = near_peak(&values, PeakRule::Log, None).unwrap();
        assert!(values[range.start] > 9.0 && values[range.start] < 10.0);
        assert!(values[range.end - 1] > 14.0 && values[range.end - 1] < 15.5);
    }

    #[test]
    fn the_references_lower_bound_is_a_logarithm() {
        let values = peaked();
        let range = near_peak(&values, PeakRule::Reference, Some(12.0)).unwrap();
        assert!(values[range.start] > 0.9 && values[range.start] < 1.0);
        assert!(values[range.end] <= 12.0, "the largest is no candidate");
    }

    #[test]
    fn a_bound_below_the_spectrum_leaves_no_candidate() {
        let failure = near_peak(&peaked(), PeakRule::Log, Some(1e-3)).unwrap_err();
        assert!(matches!(failure, FitFailure::NoXminInRange { .. }));
    }
}
