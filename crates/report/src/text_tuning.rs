//! A tuning in, what it changed out as text: both models' alphas, a line a layer, and the sentences.

use heavytail::Comparison;
use heavytail::tuning::{LayerChange, Tuning};

use crate::escape::escaped;
use crate::grid::{Cell, GridColumn, rendered, total_width};
use crate::number::Notation;
use crate::style::{Ink, TextOptions};
use crate::text_compare::{only_in, overlays, summaries};
use crate::wrap::{elided, wrapped};

/// A name is not cut shorter than this, however narrow the terminal.
const SHORTEST_NAME: usize = 16;

/// What a training changed. `comparison` is that of the base and the tuned model, in this order.
#[must_use]
pub fn tuning(tuning: &Tuning, comparison: &Comparison, options: &TextOptions) -> String {
    let mut text = overlays(comparison, options);
    text.push_str(&summaries(comparison, options));
    if !tuning.layers.is_empty() {
        text.push('\n');
        text.push_str(&changes(&tuning.layers, options));
    }
    text.push('\n');
    text.push_str(&wrapped(&escaped(&tuning.sentence), options.width));
    text.push('\n');
    let label = |index: usize| comparison.models.get(index).map_or("?", |model| model.label.as_str());
    text += &only_in(label(0), &tuning.only_base, options);
    text + &only_in(label(1), &tuning.only_tuned, options)
}

/// A line a layer; ΔW is W of the tuned model less that of the base.
fn changes(layers: &[LayerChange], options: &TextOptions) -> String {
    let numbers = |head: &str, value: fn(&LayerChange) -> Option<f64>, notation: Option<Notation>| {
        let values = layers.iter().filter_map(value);
        let notation = notation.unwrap_or_else(|| Notation::of(values));
        column(head, layers, |layer| value(layer).map(|value| notation.print(value)))
    };
    let two = Some(Notation::Fixed(2));
    let mut columns = vec![
        numbers("alpha base", |layer| layer.alpha_base, two),
        numbers("tuned", |layer| layer.alpha_tuned, two),
        column("Δalpha", layers, |layer| layer.delta_alpha.map(signed)),
        numbers("‖ΔW‖F", |layer| layer.frobenius, None),
        column("of ‖W‖F", layers, |layer| layer.relative.map(percent)),
        numbers("‖ΔW‖2", |layer| layer.spectral, None),
        column("rank", layers, |layer| layer.rank.map(|rank| rank.to_string())),
        column("90 % in", layers, |layer| layer.rank_90.map(|rank| rank.to_string())),
        column("new spikes", layers, |layer| layer.new_spikes.map(|spikes| format!("{spikes:+}"))),
    ];
    let room = options
        .width
        .map_or(usize::MAX, |width| width.saturating_sub(total_width(&columns) + 2).max(SHORTEST_NAME));
    let names = layers.iter().map(|layer| Cell::plain(elided(&escaped(&layer.name), room))).collect();
    columns.insert(0, GridColumn { head: "layer".to_owned(), right: false, cells: names });
    rendered(&columns, options.color)
}

fn column(head: &str, layers: &[LayerChange], words: impl Fn(&LayerChange) -> Option<String>) -> GridColumn {
    let cell = |layer: &LayerChange| match words(layer) {
        Some(words) => Cell::plain(words),
        None => Cell { text: "-".to_owned(), ink: Ink::Dim },
    };
    GridColumn { head: head.to_owned(), right: true, cells: layers.iter().map(cell).collect() }
}

/// Two decimals with a sign; what rounds to nothing has none.
fn signed(value: f64) -> String {
    let text = format!("{value:+.2}");
    if text.ends_with("0.00") && text.len() == 5 { "0.00".to_owned() } else { text }
}

/// A share with a decimal: changes are small.
fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}
