//! A verdict in, the sentences that a person needs out: the layers and the role named, no more claimed than is known.

use std::fmt::Write as _;

use crate::role::ranges;
use crate::verdict::{ModelWord, NamedLayer, Verdict, VerdictOptions};

/// How many layers are named before "and n more".
const NAMED: usize = 6;

/// The answer in words.
pub(crate) fn sentence(verdict: &Verdict, options: &VerdictOptions) -> String {
    let mut text = match verdict.word {
        ModelWord::NoFit => no_fit(verdict),
        ModelWord::NotEnoughData => not_enough(verdict, options),
        ModelWord::Uncertain => uncertain(verdict, options),
        ModelWord::EnoughData => enough(verdict),
    };
    let (below, maybe_below) = parted(&verdict.below);
    if !below.is_empty() {
        let _ = write!(
            text,
            " {} below 2 (over-trained, or a correlation trap): {}.",
            have(below.len()),
            whose(&below)
        );
    }
    if !maybe_below.is_empty() {
        let _ = write!(text, " Below 2, with an interval that reaches over it: {}.", whose(&maybe_below));
    }
    if verdict.word != ModelWord::NoFit && !verdict.unfitted.is_empty() {
        let _ =
            write!(text, " {} without a fit: {}.", layers(verdict.unfitted.len()), list(&verdict.unfitted));
    }
    text
}

fn no_fit(verdict: &Verdict) -> String {
    match verdict.layers {
        0 => "No verdict: the table has no layer.".to_owned(),
        all => {
            format!("No verdict: none of {} has a power-law fit; each row's reason says why.", layers(all))
        }
    }
}

fn enough(verdict: &Verdict) -> String {
    let mut text = format!(
        "Nothing speaks of too little data: {} of {} above 6 and the alphas peak at {}.",
        verdict.above.len(),
        layers(verdict.fitted),
        number(verdict.peak)
    );
    name_above(&mut text, verdict, "Above 6");
    text
}

fn not_enough(verdict: &Verdict, options: &VerdictOptions) -> String {
    let mut text = format!(
        "Not enough data: {} of {} above 6 ({})",
        verdict.above.len(),
        layers(verdict.fitted),
        percent(verdict.share_above)
    );
    if verdict.chance < options.significance {
        let _ = write!(
            text,
            ", where {} are tolerated (so many by chance: {})",
            percent(options.tolerated_share),
            chance(verdict.chance)
        );
    }
    let _ = write!(text, "; the alphas peak at {}, mean {}.", number(verdict.peak), number(verdict.mean));
    name_above(&mut text, verdict, "Under-trained");
    text
}

fn uncertain(verdict: &Verdict, options: &VerdictOptions) -> String {
    let mut text = format!(
        "Uncertain: {} of {} above 6 ({}, tolerated {})",
        verdict.above.len(),
        layers(verdict.fitted),
        percent(verdict.share_above),
        percent(options.tolerated_share)
    );
    if verdict.fitted < options.min_layers {
        let _ = write!(text, "; fewer than {} layers say too little about a model.", options.min_layers);
    } else if verdict.chance < options.significance {
        let _ = write!(text, ", but {}.", how_certain(&verdict.above));
    } else {
        let _ =
            write!(text, "; so many come about by chance in {} of well-fed models.", percent(verdict.chance));
    }
    name_above(&mut text, verdict, "Above 6");
    text
}

/// How many of the layers lie above 6 with their whole interval: too few of them, or it would not be said.
fn how_certain(above: &[NamedLayer]) -> String {
    match (parted(above).0.len(), above.len()) {
        (0, 1) => "its interval reaches below 6".to_owned(),
        (0, _) => "the interval of each reaches below 6".to_owned(),
        (certain, _) => format!("only {certain} of them with the whole interval"),
    }
}

/// The layers above 6: first, under `heading`, those that are for certain, then those that may not be.
fn name_above(text: &mut String, verdict: &Verdict, heading: &str) {
    let (certain, maybe) = parted(&verdict.above);
    if !certain.is_empty() {
        let _ = write!(text, " {heading}: {}.", whose(&certain));
    }
    if !maybe.is_empty() {
        let _ = write!(text, " Above 6, with an interval that reaches below it: {}.", whose(&maybe));
    }
}

/// Layers whose whole interval is on their side of the limit, and the others.
fn parted(named: &[NamedLayer]) -> (Vec<NamedLayer>, Vec<NamedLayer>) {
    named.iter().cloned().partition(|layer| layer.certain)
}

/// Layers by role where all share one, else by name.
fn whose(named: &[NamedLayer]) -> String {
    let Some(first) = named.first() else { return String::new() };
    let blocks: Option<Vec<u64>> = named.iter().map(|layer| layer.block).collect();
    match blocks {
        Some(blocks) if named.len() > 1 && named.iter().all(|layer| layer.role == first.role) => {
            let word = if blocks.len() == 1 { "block" } else { "blocks" };
            format!("all of role {}, {word} {}", first.role, ranges(blocks))
        }
        _ => {
            let names: Vec<String> =
                named.iter().map(|layer| format!("{} ({:.2})", layer.name, layer.alpha)).collect();
            list(&names)
        }
    }
}

fn list(names: &[String]) -> String {
    match names.len().checked_sub(NAMED) {
        Some(more) if more > 1 => format!("{} and {more} more", names[..NAMED].join(", ")),
        _ => names.join(", "),
    }
}

fn layers(number: usize) -> String {
    if number == 1 { "1 layer".to_owned() } else { format!("{number} layers") }
}

fn have(number: usize) -> String {
    if number == 1 { "1 layer is".to_owned() } else { format!("{number} layers are") }
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "?".to_owned(), |value| format!("{value:.2}"))
}

/// A share as people say it.
fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent > 0.0 && percent < 1.0 { format!("{percent:.1} %") } else { format!("{percent:.0} %") }
}

fn chance(probability: f64) -> String {
    if probability < 0.001 { "p < 0.001".to_owned() } else { format!("p = {probability:.3}") }
}
