//! The shapes of a layer's eigenvectors in, the reference's two figures of them out: against the rank of their
//! eigenvalue, and the histograms of bulk and tail.

use heavytail::VectorShape;

use crate::plots::figure::{Axis, Frame, WIDTH, legend, titled};
use crate::plots::figure_density::{BINS, draw_bars, heights, range};
use crate::plots::scene::{BLUE, PURPLE, Scene, VERMILLION};
use crate::plots::scene_font::Font;

/// Height of the axes of a panel, and from one panel to the next.
const PANEL: f64 = 108.0;
const PITCH: f64 = 168.0;
const FIRST: f64 = 80.0;

type Measure = (&'static str, fn(&VectorShape) -> f64);

static SHAPES: [Measure; 3] = [
    ("vector entropy", |shape| shape.entropy),
    ("localization ratio", |shape| shape.localization),
    ("participation ratio", |shape| shape.participation),
];

/// What the eigenvectors look like, and their eigenvalues, by rank; `start` is the rank of xmin.
pub(crate) fn by_rank(
    title: &str,
    vectors: &[VectorShape],
    start: Option<usize>,
    font: &Font,
) -> Option<Scene> {
    let last: Measure = ("eigenvalue λ", |shape| shape.eigenvalue);
    let mut scene = panels(title, 4, font);
    for (place, (words, of)) in (0_u32..).zip(SHAPES.iter().chain([&last])) {
        let (low, high) = range(vectors.iter().map(of))?;
        let rank = if place == 3 { "rank of the eigenvalue" } else { "" };
        let x = Axis::linear(rank, 0.0, as_number(vectors.len()));
        let mut frame = Frame::panel(scene, stretch(place), x, Axis::few(*words, low, high));
        let dots = vectors.iter().enumerate().map(|(rank, shape)| frame.at((as_number(rank), of(shape))));
        let dots = dots.collect();
        frame.scene.dots(dots, 1.2, BLUE);
        if let Some(start) = start {
            frame.mark(as_number(start), "xmin", VERMILLION, 0.0);
        }
        scene = frame.scene;
    }
    Some(scene)
}

/// The densities of what the eigenvectors of the bulk look like, and of those of the tail from the rank `start` on.
pub(crate) fn bulk_and_tail(
    title: &str,
    vectors: &[VectorShape],
    start: usize,
    font: &Font,
) -> Option<Scene> {
    let (bulk, tail) = vectors.split_at_checked(start)?;
    let mut scene = panels(title, 3, font);
    legend(&mut scene, &[("bulk", BLUE), ("tail", PURPLE)], font);
    for (place, (words, of)) in (0_u32..).zip(&SHAPES) {
        let (low, high) = range(vectors.iter().map(of))?;
        let step = (high - low) / f64::from(BINS);
        let bars = [(bulk, BLUE), (tail, PURPLE)].map(|(shapes, fill)| {
            let values: Vec<f64> = shapes.iter().map(of).collect();
            (if values.is_empty() { Vec::new() } else { heights(&values, low, step) }, fill)
        });
        let highest = bars.iter().flat_map(|(heights, _)| heights).copied().fold(0.0, f64::max);
        let density = Axis::few("density", 0.0, highest * 1.05);
        let mut frame = Frame::panel(scene, stretch(place), Axis::linear(*words, low, high), density);
        for (heights, fill) in bars {
            draw_bars(&mut frame, (low, step), &heights, fill, 0.55);
        }
        scene = frame.scene;
    }
    Some(scene)
}

fn panels(title: &str, count: u32, font: &Font) -> Scene {
    titled(title, WIDTH, FIRST + PITCH * f64::from(count) - 16.0, font)
}

fn stretch(place: u32) -> (f64, f64) {
    let top = FIRST + PITCH * f64::from(place);
    (top, top + PANEL)
}

#[expect(clippy::cast_precision_loss, reason = "counts of eigenvectors are far below 2^53")]
fn as_number(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shapes(count: u32) -> Vec<VectorShape> {
        let shape = |rank: u32| {
            let value = f64::from(rank);
            VectorShape { eigenvalue: value, entropy: 4.0, localization: value + 1.0, participation: 2.0 }
        };
        (0..count).map(shape).collect()
    }

    #[test]
    fn a_layer_has_both_figures_also_where_bulk_or_tail_is_empty() {
        let (font, vectors) = (Font::new(), shapes(30));
        assert!(by_rank("a", &vectors, Some(20), &font).is_some());
        assert!(by_rank("a", &vectors, None, &font).is_some());
        for start in [0, 20, 30] {
            assert!(bulk_and_tail("a", &vectors, start, &font).is_some());
        }
    }

    #[test]
    fn without_eigenvectors_or_with_nan_alone_there_is_no_figure() {
        let font = Font::new();
        assert!(by_rank("a", &[], None, &font).is_none());
        assert!(bulk_and_tail("a", &[], 0, &font).is_none());
        assert!(bulk_and_tail("a", &shapes(3), 9, &font).is_none());
    }
}
