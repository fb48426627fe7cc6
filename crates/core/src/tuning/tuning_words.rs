//! What a training changed in, the sentences that a person needs out.

use std::collections::BTreeMap;

use crate::density::{count, mean, median};
use crate::role::role;
use crate::tuning::change::LayerChange;
use crate::tuning::tune::Tuning;

/// What changed, in words.
pub(crate) fn sentence(tuning: &Tuning, base: &str, tuned: &str) -> String {
    let layers = &tuning.layers;
    let all = if tuning.is_adapter { tuning.base.rows.len() } else { layers.len() };
    if all == 0 {
        return format!("{tuned} and {base} have no layer in common.");
    }
    let changed: Vec<&LayerChange> =
        layers.iter().filter(|layer| layer.frobenius.is_some_and(|norm| norm > 0.0)).collect();
    if changed.is_empty() {
        return format!("{tuned} changes no layer of {base}.");
    }
    let mut text = format!("{tuned} changes {} of {all} layers of {base}{}.", changed.len(), by(&changed));
    text += &alphas(layers);
    text += &spikes(layers);
    text + &ranks(&changed)
}

fn by(changed: &[&LayerChange]) -> String {
    let relative: Vec<f64> = changed.iter().filter_map(|layer| layer.relative).collect();
    let most = changed
        .iter()
        .filter_map(|layer| Some((layer.relative?, layer.name.as_str())))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    most.map_or_else(String::new, |(most, name)| {
        format!(
            ", by {} of their norm at the median, most of all {name} ({})",
            percent(median(&relative)),
            percent(most)
        )
    })
}

fn alphas(layers: &[LayerChange]) -> String {
    let fitted: Vec<(f64, f64)> = layers.iter().filter_map(|l| l.alpha_base.zip(l.alpha_tuned)).collect();
    if fitted.is_empty() {
        return String::new();
    }
    let (base, tuned): (Vec<f64>, Vec<f64>) = fitted.into_iter().unzip();
    let (base, tuned) = (mean(&base), mean(&tuned));
    format!(" Their mean alpha goes from {base:.2} to {tuned:.2} ({:+.2}).", tuned - base)
}

/// How many spikes are new, and the role with most of them.
fn spikes(layers: &[LayerChange]) -> String {
    let known: Vec<(&LayerChange, i64)> = layers.iter().filter_map(|l| Some((l, l.new_spikes?))).collect();
    let new: i64 = known.iter().map(|(_, spikes)| (*spikes).max(0)).sum();
    if known.is_empty() || new == 0 {
        return String::new();
    }
    let mut by_role: BTreeMap<String, i64> = BTreeMap::new();
    for (layer, spikes) in &known {
        *by_role.entry(role(&layer.name)).or_default() += (*spikes).max(0);
    }
    let worst = by_role.iter().max_by_key(|(_, spikes)| **spikes);
    let of_role = worst.map_or_else(String::new, |(role, spikes)| format!(", {spikes} of them in {role}"));
    let things = if new == 1 { "eigenvalue stands" } else { "eigenvalues stand" };
    format!(" {new} more {things} out of the bulk than in the base{of_role}.")
}

fn ranks(changed: &[&LayerChange]) -> String {
    let ranks: Vec<f64> = changed.iter().filter_map(|l| l.rank_90.map(count)).collect();
    let (Some(rank), false) = (changed.iter().filter_map(|l| l.rank).max(), ranks.is_empty()) else {
        return String::new();
    };
    format!(
        " The changes have rank {rank} at most; {:.0} directions hold 90 % of one at the median.",
        median(&ranks)
    )
}

fn percent(share: f64) -> String {
    let value = share * 100.0;
    if value < 1.0 { format!("{value:.2} %") } else { format!("{value:.1} %") }
}
