//! Numbers in, the place where they are densest out: the peak of the alpha histogram.

/// The mode of a Gaussian kernel density estimate, or none for no numbers.
///
/// Bandwidth by Silverman's rule, 0.9·min(sd, IQR/1.34)·n^(−1/5) (Density Estimation, 1986, eq. 3.31): the smaller of
/// the two spreads keeps a few outlying alphas from flattening the peak.
#[must_use]
pub fn peak(values: &[f64]) -> Option<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let (first, last) = (*sorted.first()?, *sorted.last()?);
    let bandwidth = silverman(&sorted);
    if bandwidth <= 0.0 || last <= first {
        return Some(quantile(&sorted, 0.5));
    }
    let weight = |at: f64, value: f64| (-0.5 * ((at - value) / bandwidth).powi(2)).exp();
    let density = |at: f64| -> f64 { sorted.iter().map(|value| weight(at, *value)).sum() };
    let densest = sorted.iter().copied().fold((first, 0.0), |best, at| {
        let here = density(at);
        if here > best.1 { (at, here) } else { best }
    });
    // Uphill from the densest of the values by mean shift (Comaniciu, Meer, IEEE PAMI 24, 603, 2002).
    let shifted = |at: f64| sorted.iter().map(|value| value * weight(at, *value)).sum::<f64>() / density(at);
    Some((0..CLIMB).fold(densest.0, |at, _| shifted(at)))
}

/// Steps uphill; each shortens the way by a fixed share.
const CLIMB: usize = 50;

fn silverman(sorted: &[f64]) -> f64 {
    let n = count(sorted.len());
    let mean = sorted.iter().sum::<f64>() / n;
    let variance = sorted.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
    let spread = (quantile(sorted, 0.75) - quantile(sorted, 0.25)) / 1.34;
    let sd = variance.sqrt();
    let narrow = if spread > 0.0 { sd.min(spread) } else { sd };
    0.9 * narrow * n.powf(-0.2)
}

/// The quantile of ascending numbers, linear between neighbours; NaN for none.
#[must_use]
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let place = share.clamp(0.0, 1.0) * count(last);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the last index"
    )]
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    let part = place - place.floor();
    sorted[below] * (1.0 - part) + sorted[above] * part
}

/// The median of numbers in any order; NaN for none.
#[must_use]
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    quantile(&sorted, 0.5)
}

/// The mean; NaN for none.
#[must_use]
pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / count(values.len())
}

/// A number of things as a number to calculate with.
#[expect(clippy::cast_precision_loss, reason = "numbers of layers and eigenvalues are far below 2^53")]
pub(crate) fn count(things: usize) -> f64 {
    things as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_where_most_values_are() {
        let values: Vec<f64> =
            (0..40).map(|i| 3.5 + 0.01 * f64::from(i - 20)).chain([9.0, 12.0, 15.0]).collect();
        let at = peak(&values).unwrap();
        assert!((at - 3.5).abs() < 0.1, "{at}");
        // However far away the outlier is.
        let far: Vec<f64> = values.iter().copied().chain([1e8]).collect();
        assert!((peak(&far).unwrap() - 3.5).abs() < 0.1);
    }

    #[test]
    fn equal_values_peak_at_their_value() {
        assert_eq!(peak(&[2.5, 2.5, 2.5]), Some(2.5));
        assert_eq!(peak(&[4.0]), Some(4.0));
        assert_eq!(peak(&[]), None);
    }

    #[test]
    fn quantiles_lie_between_neighbours() {
        assert!((quantile(&[1.0, 2.0, 4.0], 0.75) - 3.0).abs() < 1e-15);
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < 1e-15);
        assert!(median(&[]).is_nan());
    }
}
