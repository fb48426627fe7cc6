//! A tuning in, what it changed by depth out: how far every layer moved, and how its alpha did.

use heavytail::tuning::{LayerChange, Tuning};

use crate::plots::figure::{Axis, Frame, WIDTH, titled};
use crate::plots::scene::{BLUE, Colour, GREEN, HAIR, SOFT, Scene, VERMILLION};
use crate::plots::scene_font::Font;

/// ‖ΔW‖_F as a share of ‖W‖_F over the difference of alpha, layer by layer.
pub(crate) fn change_by_depth(tuning: &Tuning, font: &Font) -> Scene {
    let layers = &tuning.layers;
    let depth = as_number(tuning.base.rows.len().max(2));
    let x = || Axis::linear("layer, from input to output", 1.0, depth).whole();
    let percent = |layer: &LayerChange| layer.relative.map(|share| 100.0 * share);
    let most = layers.iter().filter_map(percent).fold(0.0, f64::max);
    let scene = titled("What the training changed", WIDTH, 472.0, font);
    let y = Axis::linear(
        "size of ΔW in % of that of W (Frobenius norm)",
        0.0,
        if most > 0.0 { most * 1.05 } else { 1.0 },
    );
    let mut frame = Frame::panel(scene, (74.0, 216.0), x(), y);
    stems(&mut frame, layers, percent, |_| BLUE);
    let moved = |layer: &LayerChange| layer.delta_alpha;
    let span = layers.iter().filter_map(moved).map(f64::abs).fold(0.1, f64::max) * 1.05;
    let y = Axis::linear("alpha after less alpha before", -span, span);
    let mut frame = Frame::panel(frame.scene, (286.0, 428.0), x(), y);
    let zero = [frame.at((1.0, 0.0)), frame.at((depth, 0.0))];
    frame.scene.line(zero.to_vec(), SOFT, 0.75);
    stems(&mut frame, layers, moved, |value| if value > 0.0 { VERMILLION } else { GREEN });
    frame.scene
}

/// A line from zero and a dot for each layer with a value.
fn stems(
    frame: &mut Frame,
    layers: &[LayerChange],
    value: impl Fn(&LayerChange) -> Option<f64>,
    colour: impl Fn(f64) -> Colour,
) {
    for layer in layers {
        let Some(value) = value(layer) else { continue };
        let place = as_number(layer.base_row + 1);
        let (from, to) = (frame.at((place, 0.0)), frame.at((place, value)));
        frame.scene.line(vec![from, to], HAIR, 1.0);
        frame.scene.dots(vec![to], 2.4, colour(value));
    }
}

#[expect(clippy::cast_precision_loss, reason = "numbers of layers are far below 2^53")]
fn as_number(count: usize) -> f64 {
    count as f64
}
