//! A tuning in, one JSON document out: both models' verdicts, what changed in every layer, and the spectrum of each ΔW.

use std::io::Write;

use heavytail::Comparison;
use heavytail::tuning::{LayerChange, Tuning};
use serde::Serialize;

use crate::error::Error;
use crate::json::{Document, compared};

#[derive(Serialize)]
struct Layer<'a> {
    #[serde(flatten)]
    change: &'a LayerChange,
    /// Eigenvalues of ΔWᵀΔW, the largest first.
    change_eigenvalues: Vec<f64>,
}

/// Writes a tuning as one JSON document. `comparison` is that of the base and the tuned model, in this order.
///
/// # Errors
/// [`Error::Write`] when `out` refuses.
pub fn write_tuning_json(tuning: &Tuning, comparison: &Comparison, out: &mut dyn Write) -> Result<(), Error> {
    let eigenvalues = |row: usize| -> Vec<f64> {
        let curves = tuning.change.curves.get(row).and_then(Option::as_ref);
        curves.map_or_else(Vec::new, |curves| curves.eigenvalues.iter().rev().copied().collect())
    };
    let layers: Vec<Layer<'_>> = tuning
        .layers
        .iter()
        .map(|change| Layer { change, change_eigenvalues: eigenvalues(change.change_row) })
        .collect();
    let mut document = Document::open(out, "tuning")?;
    document.field("sentence", &tuning.sentence)?;
    document.field("is_adapter", &tuning.is_adapter)?;
    document.lines("models", &compared(comparison))?;
    document.lines("layers", &layers)?;
    document.lines("only_base", &tuning.only_base)?;
    document.lines("only_tuned", &tuning.only_tuned)?;
    document.close()
}
