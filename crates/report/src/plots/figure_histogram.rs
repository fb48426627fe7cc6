//! Numbers of one or more models in, their histograms over each other out: the article's picture.

use heavytail::LayerVerdict;
use heavytail::density::mean;
use heavytail::layer_verdict::{OVER_TRAINED_BELOW, UNDER_TRAINED_ABOVE};

use crate::plots::figure::{Axis, Frame, legend, legend_line};
use crate::plots::scene::{BAND, BLUE, Colour, GREEN, MODELS, SOFT, STONE, Scene, VERMILLION};
use crate::plots::scene_font::Font;

/// Alphas above this are counted in the last bin: one layer at 38 would flatten the others.
const LAST_ALPHA: f64 = 15.0;

/// The alphas of one model, coloured by what they tell.
pub(crate) fn alpha_histogram(label: &str, alphas: &[f64], peak: Option<f64>, font: &Font) -> Scene {
    let bins = Bins::new(&[alphas], 0.5, LAST_ALPHA);
    let mut frame = alpha_frame(&format!("{label}: alphas of {} layers", alphas.len()), &bins, font);
    for (bin, count) in bins.counts[0].iter().enumerate() {
        let (from, to) = bins.edges(bin);
        frame.bar((from, to), *count, state_colour(f64::midpoint(from, to)), 1.0);
    }
    if let Some(peak) = peak {
        frame.mark(peak, &format!("densest at {peak:.2}"), SOFT, 0.0);
    }
    let states = [("under-trained", VERMILLION), ("well-trained", GREEN), ("over-trained", BLUE)];
    legend(&mut frame.scene, &states, font);
    frame.scene
}

/// The colour of a layer's state.
pub(crate) fn state_colour(alpha: f64) -> Colour {
    match LayerVerdict::of_alpha(alpha) {
        LayerVerdict::WellTrained => GREEN,
        LayerVerdict::UnderTrained => VERMILLION,
        LayerVerdict::OverTrained => BLUE,
        _ => STONE,
    }
}

/// The alphas of several models over each other.
pub(crate) fn alpha_overlay(models: &[(&str, Vec<f64>)], font: &Font) -> Scene {
    let series: Vec<&[f64]> = models.iter().map(|(_, values)| values.as_slice()).collect();
    let bins = Bins::new(&series, 0.5, LAST_ALPHA);
    let frame = alpha_frame("Alphas of the layers", &bins, font);
    let mut scene = overlaid(frame, &bins);
    keys(&mut scene, models, alpha_words, font);
    scene
}

/// The log spectral norms of several models over each other.
pub(crate) fn norm_overlay(models: &[(&str, Vec<f64>)], font: &Font) -> Scene {
    let series: Vec<&[f64]> = models.iter().map(|(_, values)| values.as_slice()).collect();
    let all = || series.iter().copied().flatten().copied();
    let span = all().fold(f64::NEG_INFINITY, f64::max) - all().fold(f64::INFINITY, f64::min);
    let width =
        [0.05, 0.1, 0.2, 0.25, 0.5, 1.0].into_iter().find(|width| span / width <= 28.0).unwrap_or(2.0);
    let bins = Bins::new(&series, width, f64::INFINITY);
    let x = Axis::linear("log spectral norm, log10 of the largest eigenvalue", bins.from, bins.end());
    let frame = Frame::new("Scale of the layers", x, counted(&bins), font);
    let mut scene = overlaid(frame, &bins);
    keys(&mut scene, models, |norms| format!("mean {:.2}", mean(norms)), font);
    scene
}

fn alpha_frame(title: &str, bins: &Bins, font: &Font) -> Frame {
    let (low, high) = (OVER_TRAINED_BELOW, UNDER_TRAINED_ABOVE);
    let capped = if bins.capped { format!("; last bin: {LAST_ALPHA:.0} and more") } else { String::new() };
    let label = format!("alpha; shaded: well-trained, {low} to {high}{capped}");
    let x = Axis::linear(label, bins.from.min(1.0), bins.end().max(high + 1.0));
    let mut frame = Frame::new(title, x, counted(bins), font);
    // Under the grid that is drawn already: the band comes first.
    let drawn = std::mem::take(&mut frame.scene.marks);
    frame.band_x(low, high, BAND);
    frame.scene.marks.extend(drawn);
    frame
}

fn counted(bins: &Bins) -> Axis {
    Axis::linear("layers", 0.0, bins.counts.iter().flatten().copied().fold(1.0, f64::max) * 1.1).whole()
}

fn overlaid(mut frame: Frame, bins: &Bins) -> Scene {
    for (counts, colour) in bins.counts.iter().zip(MODELS.into_iter().cycle()) {
        for (bin, count) in counts.iter().enumerate() {
            frame.bar(bins.edges(bin), *count, colour, 0.45);
        }
        outlines(&mut frame, bins, counts, colour);
    }
    frame.scene
}

/// An outline keeps one model readable where the other covers it; empty bins have none.
fn outlines(frame: &mut Frame, bins: &Bins, counts: &[f64], colour: Colour) {
    let mut outline: Vec<(f64, f64)> = Vec::new();
    for (bin, count) in counts.iter().copied().chain([0.0]).enumerate() {
        let (from, to) = bins.edges(bin);
        match (outline.is_empty(), count > 0.0) {
            (true, false) => {}
            (true, true) => outline.extend([(from, 0.0), (from, count), (to, count)]),
            (false, true) => outline.extend([(from, count), (to, count)]),
            (false, false) => {
                outline.push((from, 0.0));
                let points = outline.drain(..).map(|point| frame.at(point)).collect();
                frame.scene.line(points, colour, 1.25);
            }
        }
    }
}

/// Names and colours; of a pair what each model's numbers say, too, a line each.
fn keys(scene: &mut Scene, models: &[(&str, Vec<f64>)], words: impl Fn(&[f64]) -> String, font: &Font) {
    let coloured = || models.iter().zip(MODELS.into_iter().cycle());
    if models.len() > 2 {
        let entries: Vec<(&str, Colour)> = coloured().map(|((label, _), colour)| (*label, colour)).collect();
        return legend(scene, &entries, font);
    }
    for (line, ((label, values), colour)) in coloured().enumerate() {
        let said = if values.is_empty() { "no layer with a fit".to_owned() } else { words(values) };
        legend_line(scene, line, (label, &format!(": {said}")), colour, font);
    }
}

fn alpha_words(alphas: &[f64]) -> String {
    let above = alphas.iter().filter(|alpha| **alpha > UNDER_TRAINED_ABOVE).count();
    format!("mean {:.2}, {above} of {} above {UNDER_TRAINED_ABOVE}", mean(alphas), alphas.len())
}

/// Numbers counted in bins of one width, common to all series.
struct Bins {
    from: f64,
    width: f64,
    counts: Vec<Vec<f64>>,
    capped: bool,
}

impl Bins {
    fn new(series: &[&[f64]], width: f64, cap: f64) -> Self {
        let all = || series.iter().copied().flatten().copied();
        let least = all().fold(f64::INFINITY, f64::min);
        let most = all().fold(f64::NEG_INFINITY, f64::max);
        if least > most {
            return Self { from: 1.0, width, counts: vec![vec![0.0]; series.len()], capped: false };
        }
        let from = (least.min(cap) / width).floor() * width;
        let bin = |value: f64| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a few bins from the first"
            )]
            let bin = ((value.min(cap) - from) / width + 1e-9).clamp(0.0, 10_000.0) as usize;
            bin
        };
        let counts = series
            .iter()
            .map(|values| {
                let mut counts = vec![0.0; bin(most) + 1];
                for value in *values {
                    counts[bin(*value)] += 1.0;
                }
                counts
            })
            .collect();
        Self { from, width, counts, capped: most >= cap }
    }

    fn edges(&self, bin: usize) -> (f64, f64) {
        #[expect(clippy::cast_precision_loss, reason = "a few bins")]
        let from = self.from + self.width * bin as f64;
        (from, from + self.width)
    }

    fn end(&self) -> f64 {
        self.edges(self.counts.first().map_or(1, Vec::len)).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_in_the_bin_that_holds_it() {
        let bins = Bins::new(&[&[1.9, 2.0, 2.49, 2.5, 6.0, 40.0], &[3.0]], 0.5, 15.0);
        assert_eq!(bins.edges(0), (1.5, 2.0));
        assert_eq!(bins.counts[0][..3], [1.0, 2.0, 1.0]);
        assert_eq!(bins.counts.concat().iter().sum::<f64>().to_string(), "7");
        assert_eq!(bins.counts[0].last(), Some(&1.0));
        assert!(bins.capped);
    }

    #[test]
    fn no_values_have_bins_too() {
        assert_eq!(Bins::new(&[&[]], 0.5, 15.0).edges(0), (1.0, 1.5));
    }
}
