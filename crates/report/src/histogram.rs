//! Numbers of one or more models in, their histograms in block characters out, of alphas with the 2–6 band marked.
//!
//! One model: a bar a bin. Two: both bars on one line, told apart by their glyphs, so that it reads without colour.
//! More: one strip a model over a common axis.

use std::fmt::Write as _;

use heavytail::LayerVerdict;
use heavytail::layer_verdict::{OVER_TRAINED_BELOW, UNDER_TRAINED_ABOVE};

use crate::bins::Bins;
use crate::escape::escaped;
use crate::number::percent;
use crate::style::{Ink, TextOptions, painted};
use crate::wrap::{elided, width};

/// Bars are no longer than this, however wide the terminal.
const LONGEST_BAR: usize = 60;

/// Eighths of a cell, from one to seven.
const EIGHTHS: [char; 7] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/// Heights of a cell, from one eighth to all.
const HEIGHTS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The histogram of one model's alphas, a line a bin; empty for no alphas.
#[must_use]
pub fn histogram(alphas: &[f64], options: &TextOptions) -> String {
    let Some(bins) = Bins::of(&[alphas]) else { return String::new() };
    let counts = bins.counts(alphas);
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let room = bar_room(&bins, options, 8);
    let mut text = heading(&bins, &["layers"], options);
    for (bin, count) in counts.iter().enumerate() {
        let bar = bar(*count * room * 8 / most);
        let ink = Ink::of(LayerVerdict::of_alpha(bins.middle(bin)));
        text.push_str(&label(&bins, bin));
        text.push_str(&painted(&bar, ink, options.color));
        if *count > 0 {
            let _ = write!(text, " {count}");
        }
        end_line(&mut text);
    }
    text
}

/// Ends the line where its last mark is.
fn end_line(text: &mut String) {
    text.truncate(text.trim_end_matches(' ').len());
    text.push('\n');
}

/// A bar of so many eighths of a cell; what is there at all is seen.
fn bar(eighths: usize) -> String {
    let mut bar = "█".repeat(eighths / 8);
    if let Some(part) = (eighths % 8).checked_sub(1).and_then(|part| EIGHTHS.get(part)) {
        bar.push(*part);
    }
    bar
}

/// The histograms of two or more models over one axis, each with the label by which to speak of it. Bars are shares
/// of each model's layers, so that a small model compares with a large one.
#[must_use]
pub fn overlay(series: &[(&str, &[f64])], options: &TextOptions) -> String {
    drawn(of_alphas(series), series, options)
}

/// The same of log spectral norms: the scale, which the article shows beside alpha.
#[must_use]
pub fn norm_overlay(series: &[(&str, &[f64])], options: &TextOptions) -> String {
    drawn(of_norms(series), series, options)
}

pub(crate) fn of_alphas(series: &[(&str, &[f64])]) -> Option<Bins> {
    Bins::of(&values(series))
}

pub(crate) fn of_norms(series: &[(&str, &[f64])]) -> Option<Bins> {
    Bins::of_norms(&values(series))
}

fn values<'a>(series: &[(&str, &'a [f64])]) -> Vec<&'a [f64]> {
    series.iter().map(|(_, values)| *values).collect()
}

fn drawn(bins: Option<Bins>, series: &[(&str, &[f64])], options: &TextOptions) -> String {
    bins.map_or_else(String::new, |bins| key(series, options) + &bars(&bins, series, options))
}

/// Which glyph is which of two models; strips have their names beside them.
pub(crate) fn key(series: &[(&str, &[f64])], options: &TextOptions) -> String {
    let [first, second] = series else { return String::new() };
    // Beside the names stand the glyphs, the letters and "both".
    let room = options.width.map_or(40, |width| (width.saturating_sub(21) / 2).clamp(12, 40));
    format!(
        "{} {}   {} {}   {BOTH} both\n",
        painted(ONLY_FIRST, Ink::First, options.color),
        name("A", first.0, room),
        painted(ONLY_SECOND, Ink::Second, options.color),
        name("B", second.0, room)
    )
}

/// The histograms without their key.
pub(crate) fn bars(bins: &Bins, series: &[(&str, &[f64])], options: &TextOptions) -> String {
    match series {
        [first, second] => two(bins, first.1, second.1, options),
        _ => strips(bins, series, options),
    }
}

const ONLY_FIRST: &str = "▒";
const ONLY_SECOND: &str = "░";
const BOTH: &str = "█";

fn two(bins: &Bins, first: &[f64], second: &[f64], options: &TextOptions) -> String {
    let counts: Vec<(usize, usize)> = bins.counts(first).into_iter().zip(bins.counts(second)).collect();
    // Shares of both models' layers over one denominator, the product of their numbers: exact.
    let shares = |counts: &(usize, usize)| (counts.0 * second.len().max(1), counts.1 * first.len().max(1));
    let most = counts.iter().map(shares).map(|(a, b)| a.max(b)).max().unwrap_or(0).max(1);
    let room = bar_room(bins, options, 12);
    let measures = ["share of each model's layers, and how many", "share of layers, and how many", "layers"];
    let mut text = heading(bins, &measures, options);
    for (bin, count) in counts.iter().enumerate() {
        let (a, b) = shares(count);
        let (a, b) = ((a * room).div_ceil(most), (b * room).div_ceil(most));
        let both = a.min(b);
        text.push_str(&label(bins, bin));
        text.push_str(&BOTH.repeat(both));
        text.push_str(&painted(&ONLY_FIRST.repeat(a - both), Ink::First, options.color));
        text.push_str(&painted(&ONLY_SECOND.repeat(b - both), Ink::Second, options.color));
        if a > 0 || b > 0 {
            let _ = write!(text, " {}:{}", count.0, count.1);
        }
        end_line(&mut text);
    }
    text
}

/// One line a model: a cell of eight heights a bin.
fn strips(bins: &Bins, series: &[(&str, &[f64])], options: &TextOptions) -> String {
    let room = options.width.map_or(40, |width| (width / 3).clamp(12, 40));
    let names: Vec<String> =
        series.iter().enumerate().map(|(index, (label, _))| name(&letter(index), label, room)).collect();
    let wide = names.iter().map(|name| width(name)).max().unwrap_or(0);
    let blanks = |used: usize| " ".repeat((wide + 2).saturating_sub(used));
    let mut text = format!("{}{}\n", blanks(0), bins.ruler());
    if !bins.has_band() {
        text.insert_str(0, &format!("{}{}\n", blanks(0), painted(bins.measure, Ink::Dim, options.color)));
    }
    for (name, (_, values)) in names.iter().zip(series) {
        let counts = bins.counts(values);
        let most = counts.iter().copied().max().unwrap_or(0).max(1);
        text.push_str(name);
        text.push_str(&blanks(width(name)));
        for (bin, count) in counts.iter().enumerate() {
            let height = (count * HEIGHTS.len()).div_ceil(most);
            let glyph = height.checked_sub(1).and_then(|at| HEIGHTS.get(at)).copied().unwrap_or(' ');
            let ink =
                if bins.has_band() { Ink::of(LayerVerdict::of_alpha(bins.middle(bin))) } else { Ink::Plain };
            text.push_str(&painted(&glyph.to_string().repeat(2), ink, options.color));
        }
        if !bins.has_band() {
            end_line(&mut text);
            continue;
        }
        let above = values.iter().filter(|value| **value > UNDER_TRAINED_ABOVE).count();
        let share = percent(ratio(above, values.len()));
        let _ = writeln!(text, "  {above} of {} above 6 ({share})", values.len());
    }
    text
}

/// A model's letter: A to Z, then A2 and so on.
pub(crate) fn letter(index: usize) -> String {
    let letter = u8::try_from(index % 26).map_or('?', |place| char::from(b'A' + place));
    if index < 26 { letter.to_string() } else { format!("{letter}{}", index / 26 + 1) }
}

fn name(letter: &str, label: &str, room: usize) -> String {
    format!("{letter} {}", elided(&escaped(label), room))
}

#[expect(clippy::cast_precision_loss, reason = "numbers of layers are far below 2^53")]
fn ratio(part: usize, all: usize) -> f64 {
    if all == 0 { 0.0 } else { part as f64 / all as f64 }
}

/// What is counted and how, in the first of these words that the width has room for.
fn heading(bins: &Bins, measures: &[&str], options: &TextOptions) -> String {
    let name = bins.measure;
    let blanks = " ".repeat(bins.label_width().saturating_sub(width(name)));
    let text = |measure: &&str| {
        if bins.has_band() {
            format!(
                "{blanks}{name}  {measure}   ┃ {OVER_TRAINED_BELOW} to {UNDER_TRAINED_ABOVE}: well trained"
            )
        } else {
            format!("{blanks}{name}  {measure}")
        }
    };
    let fits = |text: &String| options.width.is_none_or(|room| width(text) <= room);
    let text = measures.iter().map(text).find(fits).or_else(|| measures.last().map(text)).unwrap_or_default();
    format!("{}\n", painted(&text, Ink::Dim, options.color))
}

fn label(bins: &Bins, bin: usize) -> String {
    let label = bins.label(bin);
    let blanks = " ".repeat(bins.label_width().saturating_sub(width(&label)));
    let mark = if bins.in_band(bin) { "┃" } else { " " };
    format!("{blanks}{label} {mark}")
}

fn bar_room(bins: &Bins, options: &TextOptions, numbers: usize) -> usize {
    let beside = bins.label_width() + 2 + numbers;
    options.width.map_or(LONGEST_BAR, |width| width.saturating_sub(beside).clamp(8, LONGEST_BAR))
}
