//! A layer's curves in, the few numbers that draw them out: a histogram, the largest eigenvalues, the fit's search.
//!
//! A page of 2,000 layers can't carry every eigenvalue. What a reader looks at stays exact: the counts of the
//! histogram, the largest eigenvalues, and the smallest distance of every stretch of the search for xmin.

use heavytail::{LayerCurves, TailCandidate};
use serde::Serialize;

/// Bytes that the curves of all layers together may take on a page, roughly.
const ALL_CURVES: usize = 8_000_000;
/// Bytes of one point of the rank plot and one of the search.
const BYTES_A_POINT: usize = 36;
/// Below the largest eigenvalue by this factor nothing is drawn: numerically zero eigenvalues would flatten the rest.
const DRAWN_RANGE: f64 = 1e-10;

/// How many points each curve of a page of `layers` layers may have.
pub(crate) fn points_a_curve(layers: usize) -> usize {
    (ALL_CURVES / BYTES_A_POINT / layers.max(1)).clamp(40, 360)
}

/// What the page draws of one layer.
#[derive(Debug, Serialize)]
pub(crate) struct PageCurves {
    /// Edges of the histogram: the first, and the ratio of one to the next.
    from: f64,
    ratio: f64,
    /// Eigenvalues in each bin.
    counts: Vec<usize>,
    /// Eigenvalues below the first edge.
    below: usize,
    /// Number of eigenvalues.
    all: usize,
    /// (rank from the largest, eigenvalue), the largest first.
    ranks: Vec<(usize, f64)>,
    /// (xmin, alpha, D) of the search, ascending in xmin.
    search: Vec<(f64, f64, f64)>,
    /// Where the Marchenko–Pastur bulk ends.
    edge: Option<f64>,
}

impl PageCurves {
    /// Thins a layer's curves to about `points` points each.
    pub(crate) fn new(curves: &LayerCurves, points: usize) -> Self {
        let histogram = LogHistogram::new(&curves.eigenvalues);
        Self {
            from: short(histogram.from),
            ratio: histogram.ratio,
            below: histogram.below,
            all: curves.eigenvalues.len(),
            counts: histogram.counts,
            ranks: ranks(&curves.eigenvalues, points),
            search: thinned(&curves.candidates, points)
                .into_iter()
                .map(|one| (short(one.xmin), short(one.alpha), short(one.ks_distance)))
                .collect(),
            edge: curves.bulk_edge.map(short),
        }
    }
}

/// Eigenvalues counted in bins of equal width in log λ.
#[derive(Debug, PartialEq)]
pub(crate) struct LogHistogram {
    /// The lower edge of the first bin.
    pub(crate) from: f64,
    /// Upper over lower edge of every bin.
    pub(crate) ratio: f64,
    /// Eigenvalues in each bin.
    pub(crate) counts: Vec<usize>,
    /// Eigenvalues below the first bin.
    pub(crate) below: usize,
}

impl LogHistogram {
    /// Counts ascending eigenvalues in 2√n bins, at least 12 and at most 80.
    pub(crate) fn new(eigenvalues: &[f64]) -> Self {
        let largest = eigenvalues.last().copied().unwrap_or(0.0);
        let floor = largest * DRAWN_RANGE;
        let below = eigenvalues.partition_point(|value| *value <= floor || *value <= 0.0);
        let drawn = &eigenvalues[below..];
        let Some(from) = drawn.first().copied() else {
            return Self { from: 1.0, ratio: 10.0, counts: Vec::new(), below };
        };
        let bins = (2 * drawn.len().isqrt()).clamp(12, 80);
        let span = (largest / from).ln().max(f64::MIN_POSITIVE);
        let mut counts = vec![0; bins];
        for value in drawn {
            counts[bin_of((value / from).ln() / span, bins)] += 1;
        }
        Self { from, ratio: (span / as_number(bins)).exp(), counts, below }
    }
}

/// The bin of a place between 0 and 1, both ends included.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and the number of bins"
)]
fn bin_of(place: f64, bins: usize) -> usize {
    ((place.clamp(0.0, 1.0) * as_number(bins)) as usize).min(bins - 1)
}

/// The larger half of the points exact, the others evenly in the logarithm of the rank.
fn ranks(ascending: &[f64], points: usize) -> Vec<(usize, f64)> {
    let positive = ascending.iter().rev().take_while(|value| **value > 0.0).count();
    let at = |rank: usize| (rank, short(ascending[ascending.len() - rank]));
    if positive <= points {
        return (1..=positive).map(at).collect();
    }
    let exact = points / 2;
    let mut chosen: Vec<usize> = (1..=exact).collect();
    let rest = points - exact;
    let span = as_number(positive) / as_number(exact);
    for step in 1..=rest {
        let rank = as_number(exact) * span.powf(as_number(step) / as_number(rest));
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 1 and the count"
        )]
        chosen.push((rank.round() as usize).min(positive));
    }
    chosen.dedup();
    chosen.into_iter().map(at).collect()
}

/// Of every stretch of equal width in log xmin the candidates with the smallest and the largest distance.
pub(crate) fn thinned(candidates: &[TailCandidate], points: usize) -> Vec<TailCandidate> {
    let (Some(first), Some(last)) = (candidates.first(), candidates.last()) else { return Vec::new() };
    if candidates.len() <= points {
        return candidates.to_vec();
    }
    let stretches = points / 2;
    let span = (last.xmin / first.xmin).ln().max(f64::MIN_POSITIVE);
    let stretch = |one: &TailCandidate| bin_of((one.xmin / first.xmin).ln() / span, stretches);
    candidates.chunk_by(|a, b| stretch(a) == stretch(b)).flat_map(extremes).collect()
}

/// The candidates of the smallest and the largest distance, in their order.
fn extremes(stretch: &[TailCandidate]) -> Vec<TailCandidate> {
    let by_distance = |a: &&TailCandidate, b: &&TailCandidate| a.ks_distance.total_cmp(&b.ks_distance);
    let mut kept: Vec<TailCandidate> =
        [stretch.iter().min_by(by_distance), stretch.iter().max_by(by_distance)]
            .into_iter()
            .flatten()
            .copied()
            .collect();
    kept.sort_by(|a, b| a.xmin.total_cmp(&b.xmin));
    kept.dedup_by(|a, b| a.xmin.total_cmp(&b.xmin).is_eq());
    kept
}

/// Five digits: more than a screen shows.
fn short(value: f64) -> f64 {
    format!("{value:.4e}").parse().unwrap_or(value)
}

#[expect(clippy::cast_precision_loss, reason = "counts of eigenvalues are far below 2^53")]
fn as_number(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ascending(n: u32) -> Vec<f64> {
        (0..n).map(|i| 0.001 * 1.01_f64.powi(i32::try_from(i).unwrap())).collect()
    }

    #[test]
    fn every_eigenvalue_is_counted_once() {
        let mut eigenvalues = vec![-1e-18, 0.0, 1e-30];
        eigenvalues.extend(ascending(700));
        let histogram = LogHistogram::new(&eigenvalues);
        assert_eq!(histogram.below, 3);
        assert_eq!(histogram.counts.iter().sum::<usize>(), 700);
        assert_eq!(histogram.counts.len(), 52);
    }

    #[test]
    fn no_spectrum_and_equal_eigenvalues_have_a_histogram() {
        assert!(LogHistogram::new(&[]).counts.is_empty());
        assert_eq!(LogHistogram::new(&[2.0; 30]).counts.iter().sum::<usize>(), 30);
    }

    #[test]
    fn the_largest_eigenvalues_stay_exact_and_the_smallest_is_kept() {
        let eigenvalues = ascending(2000);
        let kept = ranks(&eigenvalues, 100);
        assert!(kept.len() <= 100);
        assert_eq!(
            kept[..50].iter().map(|(rank, _)| *rank).collect::<Vec<_>>(),
            (1..=50).collect::<Vec<_>>()
        );
        assert_eq!(kept.last().unwrap().0, 2000);
    }

    #[test]
    fn the_smallest_distance_survives_thinning() {
        let candidates: Vec<TailCandidate> = ascending(3000)
            .into_iter()
            .enumerate()
            .map(|(i, xmin)| TailCandidate {
                xmin,
                alpha: 3.0,
                ks_distance: if i == 1234 { 0.01 } else { 0.2 },
            })
            .collect();
        let kept = thinned(&candidates, 100);
        assert!(kept.len() <= 100);
        assert!(kept.iter().any(|one| one.ks_distance < 0.02));
        assert!(kept.is_sorted_by(|a, b| a.xmin < b.xmin));
    }
}
