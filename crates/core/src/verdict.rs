//! A details table in, the answer to "was it trained with enough data?" out, with what it rests on.
//!
//! A model is told "not enough data" when more of its layers are under-trained than a well-fed model has by chance,
//! or when the bulk of its alphas lies above the band. Counting alone would punish small models: 3 of 18 layers is
//! what one in seventeen well-fed models shows, so the count has to pass an exact binomial test. And no model is told
//! so on the strength of layers whose interval of alpha reaches back over 6: more of them than are tolerated must lie
//! above 6 with the whole interval. A saved table without intervals is judged by its exponents alone.

use serde::Serialize;

use crate::binomial::upper_tail;
use crate::columns_fit::ALPHA;
use crate::columns_layer::{LONGNAME, NAME};
use crate::density::{count, mean, median, peak};
use crate::details::Details;
use crate::layer_verdict::{LayerVerdict, UNDER_TRAINED_ABOVE};
use crate::role::{block, role};
use crate::row::Row;
use crate::verdict_words;

/// The limits of the verdict, each with its reason.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VerdictOptions {
    /// Share of layers above 6 that a model with enough data may have. Of the five GPT-2-like models published with
    /// the method the four with enough data have 0 to 3.4 %, the one without 12 %; the default 5 % lies between.
    pub tolerated_share: f64,
    /// How improbable the count above 6 must be under the tolerated share before it counts as proof.
    pub significance: f64,
    /// Below this number of fitted layers a model is told neither.
    pub min_layers: usize,
}

impl Default for VerdictOptions {
    fn default() -> Self {
        Self { tolerated_share: 0.05, significance: 0.05, min_layers: 5 }
    }
}

/// The answer in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ModelWord {
    /// The layers look as those of models trained with enough data do.
    EnoughData,
    /// More under-trained layers than chance explains, or most of them.
    NotEnoughData,
    /// The layers support neither.
    Uncertain,
    /// No layer has a fit.
    NoFit,
}

impl ModelWord {
    /// The words that people read.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EnoughData => "enough data",
            Self::NotEnoughData => "not enough data",
            Self::Uncertain => "uncertain",
            Self::NoFit => "no fit",
        }
    }
}

/// A layer that the verdict names.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NamedLayer {
    /// The layer's full name.
    pub name: String,
    /// Its role: the name without indices.
    pub role: String,
    /// Its block in the stack of blocks.
    pub block: Option<u64>,
    /// Its exponent.
    pub alpha: f64,
    /// Whether the whole interval of the exponent lies on that side of the limit; true where the table has none.
    pub certain: bool,
}

/// The layers of one role together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RoleSummary {
    /// The name without indices.
    pub role: String,
    /// Layers with a fit.
    pub layers: usize,
    /// Mean alpha.
    pub mean: f64,
    /// Median alpha.
    pub median: f64,
    /// Layers above 6.
    pub above: usize,
    /// Layers below 2.
    pub below: usize,
}

/// The answer and its evidence.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Verdict {
    /// The answer in one word.
    pub word: ModelWord,
    /// The answer in the sentences that a person needs.
    pub sentence: String,
    /// Rows of the table.
    pub layers: usize,
    /// Rows with a fit.
    pub fitted: usize,
    /// The place where the alphas are densest.
    pub peak: Option<f64>,
    /// Mean alpha over fitted layers.
    pub mean: Option<f64>,
    /// Median alpha over fitted layers.
    pub median: Option<f64>,
    /// Share of fitted layers above 6.
    pub share_above: f64,
    /// Share of fitted layers below 2.
    pub share_below: f64,
    /// Probability of so many layers above 6 in a model with the tolerated share of them.
    pub chance: f64,
    /// The layers above 6, largest alpha first.
    pub above: Vec<NamedLayer>,
    /// The layers below 2, smallest alpha first.
    pub below: Vec<NamedLayer>,
    /// The layers without a fit.
    pub unfitted: Vec<String>,
    /// By role, in the order of the first layer of each.
    pub roles: Vec<RoleSummary>,
}

/// The name by which people know a layer: the full one, or the short one where a saved table has nothing else.
#[must_use]
pub fn layer_name(row: &Row) -> &str {
    match row.text(&LONGNAME) {
        "" => row.text(&NAME),
        longname => longname,
    }
}

/// Judges a model by its table.
#[must_use]
pub fn judge(details: &Details, options: &VerdictOptions) -> Verdict {
    let mut layers = Vec::new();
    let mut unfitted = Vec::new();
    for row in &details.rows {
        match (LayerVerdict::of_row(row), row.number(&ALPHA)) {
            (LayerVerdict::NoFit, _) | (_, None) => unfitted.push(layer_name(row).to_owned()),
            (_, Some(alpha)) => layers.push(named(row, alpha)),
        }
    }
    let alphas: Vec<f64> = layers.iter().map(|layer| layer.alpha).collect();
    let of = |wanted: LayerVerdict| -> Vec<NamedLayer> {
        layers.iter().filter(|layer| LayerVerdict::of_alpha(layer.alpha) == wanted).cloned().collect()
    };
    let mut above = of(LayerVerdict::UnderTrained);
    above.sort_by(|a, b| b.alpha.total_cmp(&a.alpha));
    let mut below = of(LayerVerdict::OverTrained);
    below.sort_by(|a, b| a.alpha.total_cmp(&b.alpha));
    let share = |part: usize| if alphas.is_empty() { 0.0 } else { count(part) / count(alphas.len()) };
    let known = |value: f64| (!alphas.is_empty()).then_some(value);
    let mut verdict = Verdict {
        word: ModelWord::NoFit,
        sentence: String::new(),
        layers: details.rows.len(),
        fitted: alphas.len(),
        peak: peak(&alphas),
        mean: known(mean(&alphas)),
        median: known(median(&alphas)),
        share_above: share(above.len()),
        share_below: share(below.len()),
        chance: upper_tail(above.len(), alphas.len(), options.tolerated_share),
        roles: by_role(&layers),
        above,
        below,
        unfitted,
    };
    verdict.word = word(&verdict, options);
    verdict.sentence = verdict_words::sentence(&verdict, options);
    verdict
}

fn named(row: &Row, alpha: f64) -> NamedLayer {
    let name = layer_name(row).trim().to_owned();
    let certain = LayerVerdict::of_row_with_interval(row) != LayerVerdict::Uncertain;
    NamedLayer { role: role(&name), block: block(&name), name, alpha, certain }
}

fn word(verdict: &Verdict, options: &VerdictOptions) -> ModelWord {
    let (Some(peak), Some(median)) = (verdict.peak, verdict.median) else { return ModelWord::NoFit };
    if verdict.fitted < options.min_layers {
        return ModelWord::Uncertain;
    }
    let above_band = |value: f64| value > UNDER_TRAINED_ABOVE;
    let certain = verdict.above.iter().filter(|layer| layer.certain).count();
    if above_band(peak) || above_band(median) || verdict.chance < options.significance {
        if count(certain) > options.tolerated_share * count(verdict.fitted) {
            ModelWord::NotEnoughData
        } else {
            ModelWord::Uncertain
        }
    } else if verdict.share_above > options.tolerated_share {
        ModelWord::Uncertain
    } else {
        ModelWord::EnoughData
    }
}

fn by_role(layers: &[NamedLayer]) -> Vec<RoleSummary> {
    let mut order: Vec<&str> = Vec::new();
    for layer in layers {
        if !order.contains(&layer.role.as_str()) {
            order.push(&layer.role);
        }
    }
    order
        .into_iter()
        .map(|role| {
            let alphas: Vec<f64> =
                layers.iter().filter(|layer| layer.role == role).map(|layer| layer.alpha).collect();
            let of = |wanted| alphas.iter().filter(|alpha| LayerVerdict::of_alpha(**alpha) == wanted).count();
            RoleSummary {
                role: role.to_owned(),
                layers: alphas.len(),
                mean: mean(&alphas),
                median: median(&alphas),
                above: of(LayerVerdict::UnderTrained),
                below: of(LayerVerdict::OverTrained),
            }
        })
        .collect()
}
