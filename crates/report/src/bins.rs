//! Numbers of one or more models in, the bins of their common histogram out; of alphas 2 and 6 are always edges.

use heavytail::layer_verdict::{OVER_TRAINED_BELOW, UNDER_TRAINED_ABOVE};

/// From here on all alphas share one bin: how far above 6 a layer lies says little.
const OPEN_FROM: f64 = 10.0;

/// Widths of bins of anything else: the first that needs no more than [`MOST`] bins.
const STEPS: [f64; 8] = [0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];
const MOST: f64 = 18.0;

/// Equal bins over a range, the last one open where alphas exceed [`OPEN_FROM`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bins {
    /// What is counted.
    pub(crate) measure: &'static str,
    /// The stretch of well-trained layers, where the numbers are alphas.
    band: Option<(f64, f64)>,
    first: f64,
    step: f64,
    closed: usize,
    open: bool,
}

impl Bins {
    /// The bins that hold all the values, or none where there is none. NaN is no value.
    pub(crate) fn of(series: &[&[f64]]) -> Option<Self> {
        let values = || series.iter().flat_map(|values| values.iter().copied()).filter(|v| !v.is_nan());
        values().next()?;
        let lowest = values().fold(f64::INFINITY, f64::min).clamp(0.0, OPEN_FROM);
        let highest = values().fold(f64::NEG_INFINITY, f64::max);
        let end = highest.clamp(0.0, OPEN_FROM);
        // Binary fractions, so that edges are exact.
        let step = if end - lowest <= 4.0 { 0.25 } else { 0.5 };
        let first = (lowest / step).floor() * step;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 10/0.25")]
        let closed = (((end - first) / step).floor() as usize + 1).min(((OPEN_FROM - first) / step) as usize);
        let band = Some((OVER_TRAINED_BELOW, UNDER_TRAINED_ABOVE));
        Some(Self { measure: "alpha", band, first, step, closed, open: highest >= OPEN_FROM })
    }

    /// The same of log spectral norms, which no band judges; what is not finite is no value.
    pub(crate) fn of_norms(series: &[&[f64]]) -> Option<Self> {
        let values = || series.iter().flat_map(|values| values.iter().copied()).filter(|v| v.is_finite());
        values().next()?;
        let lowest = values().fold(f64::INFINITY, f64::min);
        let span = values().fold(f64::NEG_INFINITY, f64::max) - lowest;
        let widest = (span / MOST).max(10.0);
        let step = STEPS.into_iter().find(|step| span / step < MOST).unwrap_or(widest);
        let first = (lowest / step).floor() * step;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 19")]
        let closed = ((lowest + span - first) / step + 1e-9).floor() as usize + 1;
        Some(Self { measure: "log spectral norm", band: None, first, step, closed, open: false })
    }

    /// Whether there is a band of well-trained layers.
    pub(crate) fn has_band(&self) -> bool {
        self.band.is_some()
    }

    /// Number of bins.
    pub(crate) fn len(&self) -> usize {
        self.closed + usize::from(self.open)
    }

    /// Lower edge of a bin.
    #[expect(clippy::cast_precision_loss, reason = "a few dozen bins")]
    fn edge(&self, bin: usize) -> f64 {
        self.first + self.step * bin as f64
    }

    /// The middle of a bin, by which it is coloured.
    pub(crate) fn middle(&self, bin: usize) -> f64 {
        self.edge(bin) + self.step / 2.0
    }

    /// Whether a bin lies in the band of well-trained layers.
    pub(crate) fn in_band(&self, bin: usize) -> bool {
        self.band.is_some_and(|(low, high)| (low..high).contains(&self.middle(bin)))
    }

    /// How many values each bin holds; a lower edge belongs to its bin.
    pub(crate) fn counts(&self, values: &[f64]) -> Vec<usize> {
        let mut counts = vec![0; self.len()];
        for value in values.iter().filter(|value| value.is_finite() || (self.open && !value.is_nan())) {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "the cast saturates: what lies outside falls into the first or the last bin"
            )]
            let bin = ((value - self.first) / self.step + 1e-9).floor() as usize;
            let last = counts.len().saturating_sub(1);
            if let Some(count) = counts.get_mut(bin.min(last)) {
                *count += 1;
            }
        }
        counts
    }

    /// The bin's range in words.
    pub(crate) fn label(&self, bin: usize) -> String {
        let decimals = if self.step < 0.5 { 2 } else { 1 };
        let low = self.edge(bin);
        if self.open && bin == self.closed {
            return format!("{low:.decimals$} and up");
        }
        let between = if self.has_band() { "–" } else { " to " };
        format!("{low:.decimals$}{between}{:.decimals$}", low + self.step)
    }

    /// Cells of the widest label, or of what is counted.
    pub(crate) fn label_width(&self) -> usize {
        let labels = (0..self.len()).map(|bin| crate::wrap::width(&self.label(bin)));
        labels.fold(crate::wrap::width(self.measure), usize::max)
    }

    /// A line with the whole numbers above the bins that start with them, two cells a bin.
    pub(crate) fn ruler(&self) -> String {
        let mut line = String::new();
        for bin in 0..self.len() {
            let edge = self.edge(bin);
            let text = if (edge - edge.round()).abs() < 1e-9 { format!("{edge:.0}") } else { String::new() };
            line.push_str(&format!("{text:<2}"));
        }
        line.trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_counted_once_and_edges_belong_to_the_bin_above() {
        let values = [1.5, 2.0, 2.49, 5.99, 6.0, 9.99, 10.0, 42.0, f64::INFINITY, f64::NAN];
        let bins = Bins::of(&[&values]).unwrap();
        let counts = bins.counts(&values);
        assert_eq!(counts.iter().sum::<usize>(), 9);
        let of = |label: &str| counts[(0..bins.len()).find(|bin| bins.label(*bin) == label).unwrap()];
        assert_eq!((of("2.0–2.5"), of("5.5–6.0"), of("6.0–6.5"), of("10.0 and up")), (2, 1, 1, 3));
    }

    #[test]
    fn the_band_covers_two_to_six() {
        let bins = Bins::of(&[&[1.2, 8.0]]).unwrap();
        let inside: Vec<String> =
            (0..bins.len()).filter(|bin| bins.in_band(*bin)).map(|bin| bins.label(bin)).collect();
        assert_eq!(
            (inside.first().unwrap().as_str(), inside.last().unwrap().as_str()),
            ("2.0–2.5", "5.5–6.0")
        );
    }

    #[test]
    fn close_alphas_have_finer_bins_and_one_alpha_has_one() {
        assert_eq!(Bins::of(&[&[3.1]]).unwrap().len(), 1);
        assert_eq!(Bins::of(&[&[2.0], &[3.0]]).unwrap().label(0), "2.00–2.25");
        assert_eq!(Bins::of(&[&[], &[f64::NAN]]), None);
        assert_eq!(Bins::of(&[&[f64::INFINITY]]).unwrap().len(), 1);
    }

    #[test]
    fn norms_have_bins_of_their_own_width_and_no_band() {
        let values = [-0.31, -0.3, 0.0, 0.1, 1.2, f64::NEG_INFINITY];
        let bins = Bins::of_norms(&[&values]).unwrap();
        let counts = bins.counts(&values);
        assert_eq!((counts.iter().sum::<usize>(), counts[0], counts.last()), (5, 1, Some(&1)));
        assert_eq!(
            (bins.label(0), bins.label(1)),
            ("-0.40 to -0.30".to_owned(), "-0.30 to -0.20".to_owned())
        );
        assert!(!(0..bins.len()).any(|bin| bins.in_band(bin)));
        assert_eq!(Bins::of_norms(&[&[f64::NAN]]), None);
        assert!(Bins::of_norms(&[&[-300.0, 300.0]]).unwrap().len() < 20);
    }
}
