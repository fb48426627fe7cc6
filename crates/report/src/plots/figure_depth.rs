//! Models in, alpha against depth out: the "correlation flow" from input to output.

use heavytail::columns_fit::ALPHA;
use heavytail::layer_verdict::{OVER_TRAINED_BELOW, UNDER_TRAINED_ABOVE};
use heavytail::{Details, LayerVerdict};

use crate::plots::figure::{Axis, Frame, legend};
use crate::plots::figure_histogram::state_colour;
use crate::plots::scene::{BAND, BLUE, Colour, GREEN, HAIR, MODELS, STONE, Scene, VERMILLION};
use crate::plots::scene_font::Font;

/// Alpha of every fitted layer in the order of the network; one model coloured by state, several by model.
pub(crate) fn correlation_flow(models: &[(&str, &Details)], font: &Font) -> Scene {
    let flows: Vec<Vec<(f64, f64)>> = models.iter().map(|(_, details)| flow(details)).collect();
    let depth = models.iter().map(|(_, details)| details.rows.len()).max().unwrap_or(1);
    let highest = flows.iter().flatten().map(|(_, alpha)| *alpha).fold(UNDER_TRAINED_ABOVE + 1.0, f64::max);
    let y = if highest > 16.0 {
        Axis::logarithmic("alpha", 1.0, highest * 1.1)
    } else {
        Axis::linear("alpha", 1.0, highest * 1.04)
    };
    let x = Axis::linear("layer, from input to output", 1.0, as_number(depth)).whole();
    let mut frame = Frame::new("Alpha by depth", x, y, font);
    let drawn = std::mem::take(&mut frame.scene.marks);
    frame.band_y(OVER_TRAINED_BELOW, UNDER_TRAINED_ABOVE, BAND);
    frame.scene.marks.extend(drawn);
    for (points, colour) in flows.iter().zip(MODELS.into_iter().cycle()) {
        let places: Vec<(f64, f64)> = points.iter().map(|point| frame.at(*point)).collect();
        if places.len() < 400 {
            frame.scene.line(places.clone(), if models.len() > 1 { colour } else { HAIR }, 0.75);
        }
        let radius = if places.len() < 400 { 2.4 } else { 1.4 };
        if models.len() > 1 {
            frame.scene.dots(places, radius, colour);
            continue;
        }
        for state in [GREEN, BLUE, VERMILLION] {
            let of = points.iter().filter(|(_, alpha)| state_colour(*alpha) == state);
            let places = of.map(|point| frame.at(*point)).collect();
            frame.scene.dots(places, radius, state);
        }
    }
    legend(&mut frame.scene, &keys(models), font);
    frame.scene
}

fn keys<'a>(models: &[(&'a str, &Details)]) -> Vec<(&'a str, Colour)> {
    match models {
        [_] => vec![("under-trained", VERMILLION), ("well-trained", GREEN), ("over-trained", BLUE)],
        [] => vec![("no model", STONE)],
        several => several
            .iter()
            .zip(MODELS.into_iter().cycle())
            .map(|((label, _), colour)| (*label, colour))
            .collect(),
    }
}

/// (place from 1, alpha) of the fitted layers.
fn flow(details: &Details) -> Vec<(f64, f64)> {
    details
        .rows
        .iter()
        .enumerate()
        .filter(|(_, row)| LayerVerdict::of_row(row) != LayerVerdict::NoFit)
        .filter_map(|(place, row)| Some((as_number(place + 1), row.number(&ALPHA)?)))
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "numbers of layers are far below 2^53")]
fn as_number(count: usize) -> f64 {
    count as f64
}
