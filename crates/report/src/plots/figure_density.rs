//! Samples in, their densities side by side on linear scales out, with marks and a curve.

use crate::plots::figure::{Axis, Frame, legend};
use crate::plots::scene::{Colour, INK, Scene};
use crate::plots::scene_font::Font;

/// Bars of a histogram, as many as the reference's have.
pub(crate) const BINS: u32 = 100;

/// Numbers whose density is drawn.
pub(crate) struct Series<'a> {
    pub(crate) words: &'a str,
    pub(crate) values: Vec<f64>,
    pub(crate) fill: Colour,
}

/// What a picture of densities shows.
pub(crate) struct Densities<'a> {
    pub(crate) title: &'a str,
    pub(crate) unit: &'a str,
    pub(crate) series: Vec<Series<'a>>,
    /// A law to hold them against: its words and its points.
    pub(crate) curve: Option<(&'a str, Vec<(f64, f64)>)>,
    /// Places with a name.
    pub(crate) marks: Vec<(f64, &'a str, Colour)>,
}

impl Densities<'_> {
    /// The picture; none where there is no number.
    pub(crate) fn scene(&self, font: &Font) -> Option<Scene> {
        let (low, high) = range(self.series.iter().flat_map(|one| one.values.iter().copied()))?;
        let step = (high - low) / f64::from(BINS);
        let bars: Vec<Vec<f64>> = self.series.iter().map(|one| heights(&one.values, low, step)).collect();
        let tallest = bars.iter().flatten().copied().fold(0.0, f64::max);
        // A law may be infinite at 0: it leaves the picture a little above the bars.
        let on_curve = self.curve.iter().flat_map(|(_, points)| points.iter().map(|point| point.1));
        let highest = on_curve.fold(tallest, f64::max).min(1.25 * tallest);
        let x = Axis::linear(self.unit, low, high);
        let mut frame = Frame::new(self.title, x, Axis::linear("density", 0.0, highest * 1.05), font);
        let opacity = if self.series.len() > 1 { 0.55 } else { 1.0 };
        for (one, heights) in self.series.iter().zip(bars) {
            draw_bars(&mut frame, (low, step), &heights, one.fill, opacity);
        }
        let mut words: Vec<(&str, Colour)> = self.series.iter().map(|one| (one.words, one.fill)).collect();
        if let Some((law, points)) = &self.curve {
            let points = points.iter().filter(|point| point.1 <= highest);
            let points = points.map(|point| frame.at(*point)).collect();
            frame.scene.line(points, INK, 1.5);
            words.push((law, INK));
        }
        if words.len() > 1 {
            legend(&mut frame.scene, &words, font);
        }
        for (level, (value, words, stroke)) in (0_u32..).zip(&self.marks) {
            frame.mark(*value, words, *stroke, f64::from(level));
        }
        Some(frame.scene)
    }
}

/// Where values lie; a little around them where all are the same, none where there is none.
pub(crate) fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let (low, high) =
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| (low.min(x), high.max(x)));
    if !(low.is_finite() && high.is_finite()) {
        return None;
    }
    let room = low.abs().max(1.0) * 1e-3;
    Some(if high - low > room * 1e-9 { (low, high) } else { (low - room, high + room) })
}

/// Draws bars from `low` on, each `step` wide.
pub(crate) fn draw_bars(
    frame: &mut Frame,
    (low, step): (f64, f64),
    heights: &[f64],
    fill: Colour,
    opacity: f64,
) {
    for (bin, height) in (0..BINS).zip(heights) {
        let from = low + step * f64::from(bin);
        frame.bar((from, from + step), *height, fill, opacity);
    }
}

/// Heights of bars of one width whose areas add up to one.
pub(crate) fn heights(values: &[f64], low: f64, step: f64) -> Vec<f64> {
    let mut heights = vec![0.0; BINS as usize];
    #[expect(clippy::cast_precision_loss, reason = "counts of eigenvalues are far below 2^53")]
    let one = 1.0 / (step * values.len() as f64);
    for value in values {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a bin")]
        let bin = ((value - low) / step).clamp(0.0, f64::from(BINS - 1)) as usize;
        heights[bin] += one;
    }
    heights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_have_unit_area() {
        let heights = heights(&[0.0, 0.2, 0.25, 1.0], 0.0, 0.01);
        assert!((heights.iter().sum::<f64>() * 0.01 - 1.0).abs() < 1e-12);
        assert!((heights[99] - 25.0).abs() < 1e-9, "the largest value is in the last bar");
    }

    #[test]
    fn no_number_is_no_picture_and_one_number_is_one() {
        let of = |values: Vec<f64>| Densities {
            title: "",
            unit: "",
            series: vec![Series { words: "", values, fill: INK }],
            curve: None,
            marks: Vec::new(),
        };
        let font = Font::new();
        assert!(of(Vec::new()).scene(&font).is_none());
        assert!(of(vec![f64::NAN]).scene(&font).is_none());
        assert!(of(vec![3.0; 5]).scene(&font).is_some());
    }
}
