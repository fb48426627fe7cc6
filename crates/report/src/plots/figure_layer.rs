//! One layer in, its figures out: the ESD with its fit, and the search for xmin.

use heavytail::columns_fit::{ALPHA, KS_DISTANCE, NUM_PL_SPIKES, XMIN};
use heavytail::columns_mp::BULK_MAX;
use heavytail::layer_verdict::{OVER_TRAINED_BELOW, UNDER_TRAINED_ABOVE};
use heavytail::{LayerCurves, LayerVerdict, Row, TailCandidate};

use crate::page_curves::{LogHistogram, thinned};
use crate::plots::figure::{Axis, Frame, legend};
use crate::plots::scene::{BAND, BLUE, INK, STONE, Scene, VERMILLION};
use crate::plots::scene_font::Font;

/// The fit of a layer.
#[derive(Clone, Copy)]
struct Fit {
    alpha: f64,
    xmin: f64,
    tail: f64,
    distance: f64,
}

impl Fit {
    fn of(row: &Row) -> Option<Self> {
        if LayerVerdict::of_row(row) == LayerVerdict::NoFit {
            return None;
        }
        Some(Self {
            alpha: row.number(&ALPHA)?,
            xmin: row.number(&XMIN).filter(|xmin| *xmin > 0.0)?,
            tail: row.number(&NUM_PL_SPIKES)?,
            distance: row.number(&KS_DISTANCE)?,
        })
    }
}

/// The spectral density, log-log, with the power law on its tail; none where there is nothing to draw.
pub(crate) fn esd(name: &str, row: &Row, curves: &LayerCurves, font: &Font) -> Option<Scene> {
    let histogram = LogHistogram::new(&curves.eigenvalues);
    let all = as_number(curves.eigenvalues.len());
    let mut bars = Vec::new();
    let mut from = histogram.from;
    for count in &histogram.counts {
        let to = from * histogram.ratio;
        bars.push((from, to, as_number(*count) / (all * (to - from))));
        from = to;
    }
    let heights = || bars.iter().map(|(_, _, height)| *height).filter(|height| *height > 0.0);
    let lowest = heights().fold(f64::INFINITY, f64::min) / 2.5;
    let highest = heights().fold(0.0, f64::max) * 2.0;
    if !(lowest > 0.0 && highest.is_finite() && from.is_finite()) {
        return None;
    }
    let x = Axis::logarithmic("eigenvalue λ", histogram.from / 1.05, from * 1.05);
    let mut frame = Frame::new(name, x, Axis::logarithmic("density p(λ)", lowest, highest), font);
    let fit = Fit::of(row);
    for (from, to, height) in bars {
        // The bin in which the tail begins is shared.
        let tail = fit.map_or(to, |fit| fit.xmin.clamp(from, to));
        frame.bar((from, tail), height, STONE, 1.0);
        frame.bar((tail, to), height, VERMILLION, 1.0);
    }
    if let Some(fit) = fit {
        law(&mut frame, fit, fit.tail / all, (lowest, from));
        let words = format!("power law, alpha {:.2}, D {:.3}", fit.alpha, fit.distance);
        legend(&mut frame.scene, &[("bulk", STONE), ("tail", VERMILLION), (&words, INK)], font);
    }
    if let Some(edge) = row.number(&BULK_MAX).or(curves.bulk_edge) {
        frame.mark(edge, "MP edge", BLUE, 1.0);
    }
    Some(frame.scene)
}

/// p(λ) = share·(alpha − 1)/xmin·(λ/xmin)^−alpha, as far as the figure reaches.
fn law(frame: &mut Frame, fit: Fit, share: f64, (lowest, largest): (f64, f64)) {
    let density = |value: f64| share * (fit.alpha - 1.0) / fit.xmin * (value / fit.xmin).powf(-fit.alpha);
    let leaves = fit.xmin * (density(fit.xmin) / lowest).max(1.0).powf(1.0 / fit.alpha);
    let ends = [fit.xmin, leaves.min(largest)];
    let points = ends.map(|value| frame.at((value, density(value)))).to_vec();
    frame.scene.line(points, INK, 1.5);
    frame.mark(fit.xmin, "xmin", INK, 0.0);
}

/// Points of a search's curve.
const POINTS: usize = 800;

/// The distance between tail and law at every candidate for xmin.
pub(crate) fn distance_search(name: &str, row: &Row, curves: &LayerCurves, font: &Font) -> Option<Scene> {
    let fit = Fit::of(row);
    let search = Search::of(curves)?;
    let farthest = search.points.iter().map(|one| one.ks_distance).fold(0.01, f64::max);
    let y = Axis::linear("Kolmogorov–Smirnov distance D", 0.0, farthest * 1.05);
    let mut frame = Frame::new(name, search.axis(), y, font);
    search.draw(&mut frame, |one| one.ks_distance);
    chosen(&mut frame, fit, font, |fit| (fit.distance, format!("smallest distance, D {:.3}", fit.distance)));
    Some(frame.scene)
}

/// The alpha that every candidate for xmin would give.
pub(crate) fn alpha_search(name: &str, row: &Row, curves: &LayerCurves, font: &Font) -> Option<Scene> {
    let fit = Fit::of(row);
    let search = Search::of(curves)?;
    // The last candidates rest on a few eigenvalues and their exponents on nothing.
    let cap = fit.map_or(UNDER_TRAINED_ABOVE, |fit| fit.alpha * 2.0).max(UNDER_TRAINED_ABOVE + 2.0);
    let steepest =
        search.points.iter().map(|one| one.alpha.min(cap)).fold(UNDER_TRAINED_ABOVE + 1.0, f64::max);
    let y = Axis::linear("alpha; shaded: well-trained, 2 to 6", 1.0, steepest * 1.04);
    let mut frame = Frame::new(name, search.axis(), y, font);
    let drawn = std::mem::take(&mut frame.scene.marks);
    frame.band_y(OVER_TRAINED_BELOW, UNDER_TRAINED_ABOVE, BAND);
    frame.scene.marks.extend(drawn);
    search.draw(&mut frame, |one| one.alpha.min(cap));
    chosen(&mut frame, fit, font, |fit| {
        (fit.alpha, format!("chosen by the smallest distance, alpha {:.2}", fit.alpha))
    });
    Some(frame.scene)
}

/// What the fit considered, thinned to what a line can show.
struct Search {
    points: Vec<TailCandidate>,
    from: f64,
    to: f64,
}

impl Search {
    fn of(curves: &LayerCurves) -> Option<Self> {
        let points = thinned(&curves.candidates, POINTS);
        let (from, to) = (points.first()?.xmin / 1.05, points.last()?.xmin * 1.05);
        Some(Self { points, from, to })
    }

    fn axis(&self) -> Axis {
        Axis::logarithmic("xmin, where the tail begins", self.from, self.to)
    }

    fn draw(&self, frame: &mut Frame, value: impl Fn(&TailCandidate) -> f64) {
        let points = self.points.iter().map(|one| frame.at((one.xmin, value(one)))).collect();
        frame.scene.line(points, INK, 1.0);
    }
}

fn chosen(frame: &mut Frame, fit: Option<Fit>, font: &Font, told: impl Fn(Fit) -> (f64, String)) {
    let Some(fit) = fit else { return };
    let (value, words) = told(fit);
    frame.mark(fit.xmin, "xmin", VERMILLION, 0.0);
    let at = frame.at((fit.xmin, value));
    frame.scene.dots(vec![at], 3.0, VERMILLION);
    legend(&mut frame.scene, &[(&words, VERMILLION)], font);
}

#[expect(clippy::cast_precision_loss, reason = "counts of eigenvalues are far below 2^53")]
fn as_number(count: usize) -> f64 {
    count as f64
}
