//! A pair of models in, the sentences that a person needs out, claiming no more than the interval supports.

use crate::compare::{ComparedModel, PairComparison, PairWord};
use crate::role::ranges;
use crate::verdict::Verdict;

/// What has to be said of every pair of a comparison.
pub(crate) struct Told {
    /// The confidence that all intervals hold at once.
    pub(crate) confidence: f64,
    /// Number of pairs.
    pub(crate) pairs: usize,
    /// Fewer layers tell nothing.
    pub(crate) min_layers: usize,
}

/// What the pair shows, in words.
pub(crate) fn sentence(pair: &PairComparison, models: &[ComparedModel], told: &Told) -> String {
    let (first, second) = (&models[pair.first], &models[pair.second]);
    let Some(difference) = pair.difference else {
        return format!(
            "{} and {} can't be compared: {}.",
            first.label,
            second.label,
            match pair.matched.len() {
                0 => "too few of their layers have a fit".to_owned(),
                few => format!("only {few} of their layers have a fit in both"),
            }
        );
    };
    let over = match pair.matched.len() {
        0 => "no layer matches by name or shape, so all of them as two groups".to_owned(),
        matched => format!("{matched} matched layers"),
    };
    let together = match told.pairs {
        1 => String::new(),
        pairs => format!(", for all {pairs} pairs at once"),
    };
    let measured = format!(
        "mean {} differs by {:+.2} ({:.0} % interval {:+.2} to {:+.2} over {over}{together})",
        pair.statistic,
        difference.estimate,
        told.confidence * 100.0,
        difference.low,
        difference.high,
    );
    let roles = |had_less: &ComparedModel, other: &ComparedModel| {
        role_at_fault(&had_less.verdict, &other.verdict).map_or_else(String::new, |words| format!(" {words}"))
    };
    let text = match pair.word {
        PairWord::FirstHadLess => format!(
            "{} was trained with less data for its size than {}: {measured}.{}",
            first.label,
            second.label,
            roles(first, second)
        ),
        PairWord::SecondHadLess => format!(
            "{} was trained with less data for its size than {}: {measured}, {} − {}.{}",
            second.label,
            first.label,
            first.label,
            second.label,
            roles(second, first)
        ),
        _ => {
            let few = if pair.layers < told.min_layers {
                format!(" Fewer than {} layers say too little about a model.", told.min_layers)
            } else {
                String::new()
            };
            format!(
                "The layers don't tell which of {} and {} had less data: {measured}, {} − {}.{few}",
                first.label, second.label, first.label, second.label
            )
        }
    };
    format!("{text}{}", scale_words(pair, first, second))
}

/// The role with the most layers above 6 in one model, the blocks that they are in, and what the other has there.
fn role_at_fault(verdict: &Verdict, other: &Verdict) -> Option<String> {
    let worst = verdict.roles.iter().filter(|role| role.above > 0).max_by(|a, b| {
        (a.above, a.mean).partial_cmp(&(b.above, b.mean)).unwrap_or(std::cmp::Ordering::Equal)
    })?;
    let there = other.roles.iter().find(|role| role.role == worst.role).map_or(0, |role| role.above);
    let blocks: Vec<u64> = verdict
        .above
        .iter()
        .filter(|layer| layer.role == worst.role)
        .filter_map(|layer| layer.block)
        .collect();
    let blocks = match blocks.len() {
        0 => String::new(),
        1 => format!(", block {}", ranges(blocks)),
        _ => format!(", blocks {}", ranges(blocks)),
    };
    let all = verdict.above.len();
    let of = match (all, worst.above == all) {
        (1, _) => "Its one layer above 6 is".to_owned(),
        (_, true) => format!("All {all} of its layers above 6 are"),
        _ => format!(
            "Of its {all} layers above 6, {} {}",
            worst.above,
            if worst.above == 1 { "is" } else { "are" }
        ),
    };
    Some(format!("{of} {}{blocks} (the other model: {there}).", worst.role))
}

/// The scale is told and never decides: a smaller norm flatters the worse model.
fn scale_words(pair: &PairComparison, first: &ComparedModel, second: &ComparedModel) -> String {
    match pair.scale_difference {
        Some(scale) if scale.excludes_zero() => {
            let (smaller, larger) = if scale.estimate < 0.0 { (first, second) } else { (second, first) };
            format!(
                " {} has the smaller scale (mean log spectral norm {:.2} below that of {}), which alone would mislead.",
                smaller.label,
                scale.estimate.abs(),
                larger.label
            )
        }
        _ => String::new(),
    }
}
