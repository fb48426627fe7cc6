//! Details tables in, what the page is told out: one JSON value, columns as arrays, curves thinned.
//!
//! The page draws and sorts; it judges nothing. States, roles, pairs and sentences are the engine's own.

use heavytail::layer_verdict::{OVER_TRAINED_BELOW, UNDER_TRAINED_ABOVE};
use heavytail::pairing::pair_layers;
use heavytail::role::{block, role};
use heavytail::verdict::{judge, layer_name};
use heavytail::{Column, Comparison, Details, LayerVerdict, Value, Verdict, VerdictOptions};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::page::{FileDigest, PageInput, PageModel};
use crate::page_curves::{PageCurves, points_a_curve};
use crate::page_tuning::TuningData;

/// Raised when the page's script could misread an older value.
const SCHEMA: u32 = 2;

#[derive(serde::Serialize)]
pub(crate) struct PageData<'a> {
    schema: u32,
    heavytail: &'a str,
    command: &'a str,
    /// The band of well-trained layers.
    band: [f64; 2],
    tolerated_share: f64,
    columns: Vec<&'static Column>,
    models: Vec<ModelData<'a>>,
    pairs: Vec<PairData<'a>>,
    tuning: Option<TuningData<'a>>,
}

#[derive(serde::Serialize)]
struct ModelData<'a> {
    label: &'a str,
    path: String,
    format: &'a str,
    files: &'a [FileDigest],
    tensors: usize,
    interrupted: bool,
    options: Vec<[&'a str; 2]>,
    verdict: Verdict,
    names: Vec<&'a str>,
    roles: Vec<String>,
    blocks: Vec<Option<u64>>,
    states: Vec<LayerVerdict>,
    values: Values<'a>,
    curves: Curves<'a>,
    coverage: &'a [heavytail::Uncovered],
}

#[derive(serde::Serialize)]
struct PairData<'a> {
    first: usize,
    second: usize,
    statistic: &'a str,
    word: heavytail::compare::PairWord,
    sentence: &'a str,
    difference: Option<heavytail::bootstrap::Interval>,
    scale_difference: Option<heavytail::bootstrap::Interval>,
    matched: Vec<(usize, usize)>,
    only_first: Vec<usize>,
    only_second: Vec<usize>,
}

impl<'a> PageData<'a> {
    pub(crate) fn new(input: &PageInput<'a>) -> Self {
        let layers = input.models.iter().map(|model| model.details.rows.len()).sum();
        let points = points_a_curve(layers);
        let mut columns: Vec<&'static Column> = heavytail::registry();
        columns.retain(|column| input.models.iter().any(|model| model.details.columns().contains(column)));
        Self {
            schema: SCHEMA,
            heavytail: env!("CARGO_PKG_VERSION"),
            command: input.command,
            band: [OVER_TRAINED_BELOW, UNDER_TRAINED_ABOVE],
            tolerated_share: input.verdict.tolerated_share,
            columns,
            models: input.models.iter().map(|model| ModelData::new(model, &input.verdict, points)).collect(),
            pairs: input.comparison.map_or_else(Vec::new, |comparison| pairs(comparison, input.models)),
            tuning: TuningData::new(input),
        }
    }
}

impl<'a> ModelData<'a> {
    fn new(model: &PageModel<'a>, verdict: &VerdictOptions, points: usize) -> Self {
        let details = model.details;
        let names: Vec<&str> = details.rows.iter().map(|row| layer_name(row).trim()).collect();
        Self {
            label: model.label,
            path: details.origin.path.display().to_string(),
            format: &details.origin.format,
            files: model.files,
            tensors: details.origin.tensors,
            interrupted: details.interrupted,
            options: details.options.iter().map(|(name, value)| [name.as_str(), value.as_str()]).collect(),
            verdict: judge(details, verdict),
            roles: names.iter().map(|name| role(name)).collect(),
            blocks: names.iter().map(|name| block(name)).collect(),
            states: details.rows.iter().map(LayerVerdict::of_row).collect(),
            names,
            values: Values(details),
            curves: Curves { details, points },
            coverage: &details.coverage,
        }
    }
}

/// The engine's own pairs, as indices of rows; the comparison carries names.
fn pairs<'a>(comparison: &'a Comparison, models: &[PageModel<'a>]) -> Vec<PairData<'a>> {
    let of = |pair: &'a heavytail::compare::PairComparison| {
        let (first, second) = (models.get(pair.first)?, models.get(pair.second)?);
        let pairing = pair_layers(first.details, second.details);
        Some(PairData {
            first: pair.first,
            second: pair.second,
            statistic: pair.statistic,
            word: pair.word,
            sentence: &pair.sentence,
            difference: pair.difference,
            scale_difference: pair.scale_difference,
            matched: pairing.matched,
            only_first: pairing.only_first,
            only_second: pairing.only_second,
        })
    };
    comparison.pairs.iter().filter_map(of).collect()
}

/// The table by columns: `{"alpha": [3.1, null, …], …}`.
struct Values<'a>(&'a Details);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let columns = self.0.columns();
        let mut map = serializer.serialize_map(Some(columns.len()))?;
        for column in columns {
            let values: Vec<Cell> = self.0.rows.iter().map(|row| Cell(row.get(column))).collect();
            map.serialize_entry(column.name, &values)?;
        }
        map.end()
    }
}

/// A value; JSON has no word for NaN and the infinities, so they are strings.
struct Cell<'a>(Option<&'a Value>);

impl Serialize for Cell<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            None => serializer.serialize_none(),
            Some(Value::Integer(value)) => serializer.serialize_i64(*value),
            Some(Value::Float(value)) if value.is_nan() => serializer.serialize_str("NaN"),
            Some(Value::Float(value)) if value.is_infinite() => {
                serializer.serialize_str(if *value > 0.0 { "Infinity" } else { "-Infinity" })
            }
            Some(Value::Float(value)) => serializer.serialize_f64(*value),
            Some(Value::Text(value)) => serializer.serialize_str(value),
            Some(Value::Flag(value)) => serializer.serialize_bool(*value),
        }
    }
}

/// Every layer's curves, thinned as they are written: 2,000 spectra at once would be gigabytes.
struct Curves<'a> {
    details: &'a Details,
    points: usize,
}

impl Serialize for Curves<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(Some(self.details.curves.len()))?;
        for curves in &self.details.curves {
            let thin = curves.as_ref().map(|curves| PageCurves::new(curves, self.points));
            sequence.serialize_element(&thin)?;
        }
        sequence.end()
    }
}
