//! Details tables of two or more models in, which one was trained with less data out.
//!
//! Layers are paired by name, so that the difference of the means is a mean of differences: what the architecture
//! does to a layer's alpha cancels. The difference is taken on `alpha_stable`, which varies far less from one
//! training seed to the next than alpha does, and on alpha where a saved table has nothing else.
//!
//! Of k models k(k − 1)/2 pairs are compared. Each interval is taken at a confidence so much higher that all of them hold at
//! once as often as is said (Bonferroni): among ten equal models an interval of 95 % a pair would nearly always find a worse one.

use serde::Serialize;

use crate::bootstrap::{Interval, difference_interval, mean_interval};
use crate::column::Column;
use crate::columns_fit::ALPHA;
use crate::columns_spectrum::LOG_SPECTRAL_NORM;
use crate::columns_stable::ALPHA_STABLE;
use crate::compare_words::{self, Told};
use crate::density::count;
use crate::details::Details;
use crate::layer_verdict::LayerVerdict;
use crate::pairing::{Pairing, pair_layers};
use crate::row::Row;
use crate::summary::{Over, summary};
use crate::verdict::{Verdict, VerdictOptions, judge, layer_name};

/// How a comparison is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CompareOptions {
    /// Limits of each model's own verdict.
    pub verdict: VerdictOptions,
    /// Bootstrap resamples of the layers.
    pub resamples: usize,
    /// Confidence, between 0 and 1, that the intervals of all pairs hold at once.
    pub confidence: f64,
    /// Seed of the resamples.
    pub seed: u64,
}

impl Default for CompareOptions {
    fn default() -> Self {
        Self { verdict: VerdictOptions::default(), resamples: 10_000, confidence: 0.95, seed: 0 }
    }
}

/// One model of a comparison.
#[derive(Clone, Debug, Serialize)]
pub struct ComparedModel {
    /// The name by which the comparison speaks of it.
    pub label: String,
    /// Its own verdict.
    pub verdict: Verdict,
    /// Means over fitted layers, by column.
    pub means: Vec<(&'static str, f64)>,
    /// The alphas of its fitted layers, in the model's order.
    pub alphas: Vec<f64>,
    /// Its log spectral norms, in the model's order.
    pub log_spectral_norms: Vec<f64>,
}

/// What a pair of models shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PairWord {
    /// The first model was trained with less data.
    FirstHadLess,
    /// The second model was trained with less data.
    SecondHadLess,
    /// The layers don't tell.
    Undecided,
    /// There is nothing to compare.
    NothingInCommon,
}

/// A layer that both models have.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MatchedLayer {
    /// Its name in the first model.
    pub name: String,
    /// Its name in the second model.
    pub other_name: String,
    /// The statistic in the first model.
    pub first: f64,
    /// The statistic in the second model.
    pub second: f64,
}

/// Two models held against each other.
#[derive(Clone, Debug, Serialize)]
pub struct PairComparison {
    /// Index of the first model.
    pub first: usize,
    /// Index of the second model.
    pub second: usize,
    /// The column that decides.
    pub statistic: &'static str,
    /// Layers with a value in both.
    pub matched: Vec<MatchedLayer>,
    /// Over how many layers the difference is: those that match, or where none does those of the smaller model.
    pub layers: usize,
    /// Layers of the first model without a partner.
    pub only_first: Vec<String>,
    /// Layers of the second model without a partner.
    pub only_second: Vec<String>,
    /// Confidence of the two intervals, each by itself: the higher, the more pairs there are.
    pub confidence: f64,
    /// Mean of first − second with its bootstrap interval over layers.
    pub difference: Option<Interval>,
    /// The same for the log spectral norm: the scale, which does not decide.
    pub scale_difference: Option<Interval>,
    /// What it shows.
    pub word: PairWord,
    /// What it shows, in the sentences that a person needs.
    pub sentence: String,
}

/// Two or more models side by side.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// The models, in the order given.
    pub models: Vec<ComparedModel>,
    /// Every pair of them.
    pub pairs: Vec<PairComparison>,
}

/// Compares models by their tables; each table with the label by which to speak of it.
#[must_use]
pub fn compare(tables: &[(String, &Details)], options: &CompareOptions) -> Comparison {
    let models: Vec<ComparedModel> =
        tables.iter().map(|(label, details)| model(label, details, options)).collect();
    let all = tables.len() * tables.len().saturating_sub(1) / 2;
    let told = Told { confidence: options.confidence, pairs: all, min_layers: options.verdict.min_layers };
    let each =
        CompareOptions { confidence: 1.0 - (1.0 - options.confidence) / count(all.max(1)), ..*options };
    let mut pairs = Vec::with_capacity(all);
    for second in 1..tables.len() {
        for first in 0..second {
            let mut pair = pair(tables, first, second, &each);
            pair.sentence = compare_words::sentence(&pair, &models, &told);
            pairs.push(pair);
        }
    }
    Comparison { models, pairs }
}

fn model(label: &str, details: &Details, options: &CompareOptions) -> ComparedModel {
    ComparedModel {
        label: label.to_owned(),
        verdict: judge(details, &options.verdict),
        means: summary(details, Over::FittedRows)
            .into_iter()
            .map(|(column, mean)| (column.name, mean))
            .collect(),
        alphas: details.fitted(&ALPHA),
        log_spectral_norms: details.fitted(&LOG_SPECTRAL_NORM),
    }
}

fn pair(
    tables: &[(String, &Details)],
    first: usize,
    second: usize,
    options: &CompareOptions,
) -> PairComparison {
    let (a, b) = (tables[first].1, tables[second].1);
    let pairing = pair_layers(a, b);
    let statistic = statistic(a, b, &pairing);
    let matched = values(a, b, &pairing, statistic);
    let difference = interval(&matched, a, b, statistic, options);
    let groups = || a.fitted(statistic).len().min(b.fitted(statistic).len());
    let layers = if matched.is_empty() { groups() } else { matched.len() };
    let scale = values(a, b, &pairing, &LOG_SPECTRAL_NORM);
    let names = |details: &Details, rows: &[usize]| {
        rows.iter().map(|row| layer_name(&details.rows[*row]).trim().to_owned()).collect()
    };
    PairComparison {
        first,
        second,
        statistic: statistic.name,
        confidence: options.confidence,
        layers,
        scale_difference: interval(&scale, a, b, &LOG_SPECTRAL_NORM, options),
        word: word(difference, layers, options.verdict.min_layers),
        matched,
        only_first: names(a, &pairing.only_first),
        only_second: names(b, &pairing.only_second),
        difference,
        sentence: String::new(),
    }
}

fn word(difference: Option<Interval>, layers: usize, min_layers: usize) -> PairWord {
    match difference {
        None => PairWord::NothingInCommon,
        Some(_) if layers < min_layers => PairWord::Undecided,
        Some(interval) if interval.low > 0.0 => PairWord::FirstHadLess,
        Some(interval) if interval.high < 0.0 => PairWord::SecondHadLess,
        Some(_) => PairWord::Undecided,
    }
}

/// The stable alpha, unless a saved table has it for fewer than half of the matched layers that have an alpha.
fn statistic(a: &Details, b: &Details, pairing: &Pairing) -> &'static Column {
    let stable = values(a, b, pairing, &ALPHA_STABLE).len();
    if stable > 0 && 2 * stable >= values(a, b, pairing, &ALPHA).len() { &ALPHA_STABLE } else { &ALPHA }
}

fn values(a: &Details, b: &Details, pairing: &Pairing, column: &Column) -> Vec<MatchedLayer> {
    let value = |row: &Row| {
        (LayerVerdict::of_row(row) != LayerVerdict::NoFit)
            .then(|| row.number(column).filter(|value| value.is_finite()))
            .flatten()
    };
    pairing
        .matched
        .iter()
        .filter_map(|(i, j)| {
            let (first, second) = (&a.rows[*i], &b.rows[*j]);
            Some(MatchedLayer {
                name: layer_name(first).trim().to_owned(),
                other_name: layer_name(second).trim().to_owned(),
                first: value(first)?,
                second: value(second)?,
            })
        })
        .collect()
}

/// Paired where layers match, of independent groups where none does.
fn interval(
    matched: &[MatchedLayer],
    a: &Details,
    b: &Details,
    column: &Column,
    options: &CompareOptions,
) -> Option<Interval> {
    if matched.is_empty() {
        let (first, second) = (a.fitted(column), b.fitted(column));
        if second.len() < 3 {
            return None;
        }
        return difference_interval(&first, &second, options.confidence, options.resamples, options.seed);
    }
    let differences: Vec<f64> = matched.iter().map(|layer| layer.first - layer.second).collect();
    mean_interval(&differences, options.confidence, options.resamples, options.seed)
}
