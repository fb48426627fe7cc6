//! A comparison of models in, histograms of alphas and of scales, summaries side by side and what each pair shows out, as text.

use std::fmt::Write as _;

use heavytail::Comparison;
use heavytail::compare::{ComparedModel, PairComparison};

use crate::escape::escaped;
use crate::grid::{Cell, GridColumn, rendered, total_width};
use crate::histogram::{letter, norm_overlay, overlay};
use crate::number::percent;
use crate::side_by_side::side_by_side;
use crate::style::{Ink, TextOptions, painted};
use crate::text_verdict::ink;
use crate::wrap::{elided, wrapped};

/// How many layers without a partner are named; the JSON document names all.
const NAMED: usize = 8;

/// The whole comparison: the alphas overlaid, the models side by side, each verdict, every pair.
#[must_use]
pub fn comparison(comparison: &Comparison, options: &TextOptions) -> String {
    let mut text = overlays(comparison, options);
    text.push_str(&summaries(comparison, options));
    for (index, model) in comparison.models.iter().enumerate() {
        let label = format!("{} {}", letter(index), escaped(&model.label));
        let sentence = wrapped(&escaped(&model.verdict.sentence), options.width);
        let _ = write!(text, "\n{}\n{sentence}\n", painted(&label, Ink::Strong, options.color));
    }
    for pair in &comparison.pairs {
        text.push('\n');
        text.push_str(&pair_text(pair, &comparison.models, options));
    }
    text
}

/// The alphas of the models over each other, beside or above their log spectral norms, each with a blank line after it.
pub(crate) fn overlays(comparison: &Comparison, options: &TextOptions) -> String {
    fn series(models: &[ComparedModel], of: fn(&ComparedModel) -> &Vec<f64>) -> Vec<(&str, &[f64])> {
        models.iter().map(|model| (model.label.as_str(), of(model).as_slice())).collect()
    }
    let alphas = series(&comparison.models, |model| &model.alphas);
    let norms = series(&comparison.models, |model| &model.log_spectral_norms);
    if let Some(text) = side_by_side(&alphas, &norms, options) {
        return text + "\n";
    }
    [overlay(&alphas, options), norm_overlay(&norms, options)]
        .into_iter()
        .filter(|text| !text.is_empty())
        .map(|text| text + "\n")
        .collect()
}

/// The models side by side, a line a measure; tables of several models that exceed the width are parted.
#[must_use]
pub fn summaries(comparison: &Comparison, options: &TextOptions) -> String {
    let measures = measures(&comparison.models);
    let names = GridColumn {
        head: "over fitted layers".to_owned(),
        right: false,
        cells: measures.iter().map(|measure| Cell::plain(&measure.name)).collect(),
    };
    let columns: Vec<GridColumn> = comparison
        .models
        .iter()
        .enumerate()
        .map(|(index, model)| GridColumn {
            head: format!("{} {}", letter(index), elided(&escaped(&model.label), 24)),
            right: true,
            cells: measures.iter().map(|measure| (measure.cell)(model)).collect(),
        })
        .collect();
    let mut text = String::new();
    let mut rest = columns.as_slice();
    while !rest.is_empty() {
        let mut grid = vec![names.clone()];
        let mut taken = 0;
        for column in rest {
            grid.push(column.clone());
            if taken > 0 && options.width.is_some_and(|width| total_width(&grid) > width) {
                grid.pop();
                break;
            }
            taken += 1;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&rendered(&grid, options.color));
        rest = &rest[taken..];
    }
    text
}

/// One line of the summaries.
struct Measure {
    name: String,
    cell: Box<dyn Fn(&ComparedModel) -> Cell>,
}

fn measures(models: &[ComparedModel]) -> Vec<Measure> {
    fn measure(name: &str, cell: impl Fn(&ComparedModel) -> Cell + 'static) -> Measure {
        Measure { name: name.to_owned(), cell: Box::new(cell) }
    }
    let number =
        |value: Option<f64>| Cell::plain(value.map_or_else(|| "-".to_owned(), |v| format!("{v:.2}")));
    let shared = |count: usize, share: f64| Cell::plain(format!("{count} ({})", percent(share)));
    let mut all = vec![
        measure("verdict", |model| Cell {
            text: model.verdict.word.name().to_owned(),
            ink: ink(model.verdict.word),
        }),
        measure("layers", |model| Cell::plain(model.verdict.layers.to_string())),
        measure("fitted", |model| Cell::plain(model.verdict.fitted.to_string())),
        measure("alpha mean", move |model| number(model.verdict.mean)),
        measure("alpha median", move |model| number(model.verdict.median)),
        measure("alpha peak", move |model| number(model.verdict.peak)),
        measure("alpha max", move |model| number(model.alphas.iter().copied().reduce(f64::max))),
        measure("above 6", move |model| shared(model.verdict.above.len(), model.verdict.share_above)),
        measure("below 2", move |model| shared(model.verdict.below.len(), model.verdict.share_below)),
    ];
    for name in averaged(models) {
        let mean = move |model: &ComparedModel| {
            model.means.iter().find(|(column, _)| *column == name).map(|(_, mean)| *mean)
        };
        all.push(measure(&format!("{name} mean"), move |model| number(mean(model))));
    }
    all
}

/// The columns whose means any model has, in the order of the first that has them; alpha's is above.
fn averaged(models: &[ComparedModel]) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = Vec::new();
    for (name, _) in models.iter().flat_map(|model| &model.means) {
        if !names.contains(name) && *name != "alpha" {
            names.push(name);
        }
    }
    names
}

fn pair_text(pair: &PairComparison, models: &[ComparedModel], options: &TextOptions) -> String {
    let mut text = format!("{}\n", wrapped(&escaped(&pair.sentence), options.width));
    for (model, names) in [(pair.first, &pair.only_first), (pair.second, &pair.only_second)] {
        let label = models.get(model).map_or("?", |model| model.label.as_str());
        text += &only_in(label, names, options);
    }
    text
}

/// The layers that one model has alone; nothing where there is none.
pub(crate) fn only_in(label: &str, names: &[String], options: &TextOptions) -> String {
    if names.is_empty() {
        return String::new();
    }
    let named: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
    let more = match names.len() - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let words = format!("Only in {label} ({}): {}{more}.", names.len(), named.join(", "));
    wrapped(&escaped(&words), options.width) + "\n"
}
