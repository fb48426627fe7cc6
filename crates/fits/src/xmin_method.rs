//! A tail and a rule in, the indices where xmin may lie out.

use std::ops::Range;

use crate::error::FitFailure;
use crate::power_law_options::XminMethod;
use crate::tail::Tail;
use crate::xmin_peak::near_peak;

/// The candidates for xmin; never empty, and never the largest value.
pub(crate) fn xmin_candidates(tail: &Tail, method: XminMethod) -> Result<Range<usize>, FitFailure> {
    let last = tail.len() - 1;
    let only = |index: usize| index.min(last - 1)..index.min(last - 1) + 1;
    match method {
        XminMethod::Ks => Ok(0..last),
        XminMethod::Peak { rule, xmin_max } => near_peak(&tail.values, rule, xmin_max),
        XminMethod::Median => Ok(only(tail.len() / 2)),
        XminMethod::Fraction(share) => {
            let kept = (share * tail.len() as f64).ceil().max(1.0) as usize;
            Ok(only(tail.len().saturating_sub(kept)))
        }
    }
}
