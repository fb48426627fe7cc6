//! A details table in, one JSON document out: rows, what they mean, how they were made, coverage and the verdict.
//!
//! The document is described by `docs/schema/details-1.json`. It is written a row a line, so that it can be looked
//! at and compared with tools for text.

use std::io::Write;

use heavytail::{Comparison, Details, Finding, VerdictOptions, is_shut, judge};
use serde::Serialize;

use crate::error::Error;
use crate::json_value::RowObject;

/// Version of the documents' shape; a change that could break a reader raises it.
pub const SCHEMA_VERSION: u64 = 1;

#[derive(Serialize)]
struct Generator {
    name: &'static str,
    version: &'static str,
}

const GENERATOR: Generator = Generator { name: "heavytail", version: env!("CARGO_PKG_VERSION") };

/// Paths are any bytes and JSON is not: what is no Unicode is shown as `�`.
#[derive(Serialize)]
struct Model<'a> {
    path: String,
    format: &'a str,
    files: Vec<String>,
    tensors: usize,
}

/// Writes the table as one JSON document, judged with the default limits.
///
/// # Errors
/// [`Error::Write`] when `out` refuses.
pub fn write_json(details: &Details, out: &mut dyn Write) -> Result<(), Error> {
    write_json_judged(details, &VerdictOptions::default(), out)
}

/// The same, judged with these limits.
///
/// # Errors
/// [`Error::Write`] when `out` refuses.
pub fn write_json_judged(
    details: &Details,
    limits: &VerdictOptions,
    out: &mut dyn Write,
) -> Result<(), Error> {
    let columns = details.columns();
    let origin = &details.origin;
    let model = Model {
        path: origin.path.to_string_lossy().into_owned(),
        format: &origin.format,
        files: origin.files.iter().map(|file| file.to_string_lossy().into_owned()).collect(),
        tensors: origin.tensors,
    };
    let options: serde_json::Map<String, serde_json::Value> =
        details.options.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
    let rows: Vec<RowObject<'_>> =
        details.rows.iter().map(|row| RowObject { row, columns: &columns }).collect();

    let mut document = Document::open(out, "details")?;
    document.field("model", &model)?;
    document.field("options", &options)?;
    document.field("interrupted", &details.interrupted)?;
    document.field("verdict", &judge(details, limits))?;
    document.lines("columns", &columns)?;
    document.lines("rows", &rows)?;
    document.lines("coverage", &details.coverage)?;
    document.close()
}

/// Writes a comparison as one JSON document: the models with their verdicts, and every pair.
///
/// # Errors
/// [`Error::Write`] when `out` refuses.
pub fn write_comparison_json(comparison: &Comparison, out: &mut dyn Write) -> Result<(), Error> {
    let mut document = Document::open(out, "comparison")?;
    document.lines("models", &compared(comparison))?;
    document.lines("pairs", &comparison.pairs)?;
    document.close()
}

/// One model of a comparison, as documents have it.
#[derive(Serialize)]
pub(crate) struct Compared<'a> {
    label: &'a str,
    verdict: &'a heavytail::Verdict,
    means: serde_json::Map<String, serde_json::Value>,
    alphas: &'a [f64],
    log_spectral_norms: &'a [f64],
}

/// The models of a comparison.
pub(crate) fn compared(comparison: &Comparison) -> Vec<Compared<'_>> {
    comparison
        .models
        .iter()
        .map(|model| Compared {
            label: &model.label,
            verdict: &model.verdict,
            means: model.means.iter().map(|(name, mean)| ((*name).to_owned(), (*mean).into())).collect(),
            alphas: &model.alphas,
            log_spectral_norms: &model.log_spectral_norms,
        })
        .collect()
}

/// Writes what a gate found as one JSON document: the model, whether the gate is shut, and every finding.
///
/// # Errors
/// [`Error::Write`] when `out` refuses.
pub fn write_findings_json(
    details: &Details,
    findings: &[Finding],
    out: &mut dyn Write,
) -> Result<(), Error> {
    let mut document = Document::open(out, "check")?;
    document.field("model", &details.origin.path.to_string_lossy())?;
    document.field("passed", &!is_shut(findings))?;
    document.lines("findings", findings)?;
    document.close()
}

/// An object written field by field, its lists an element a line.
pub(crate) struct Document<'a> {
    out: &'a mut dyn Write,
}

impl<'a> Document<'a> {
    pub(crate) fn open(out: &'a mut dyn Write, kind: &str) -> Result<Self, Error> {
        out.write_all(b"{").map_err(Error::Write)?;
        let mut document = Self { out };
        document.value("\"schema_version\":", &SCHEMA_VERSION)?;
        document.field("kind", &kind)?;
        document.field("generator", &GENERATOR)?;
        Ok(document)
    }

    fn value(&mut self, before: &str, value: &impl Serialize) -> Result<(), Error> {
        self.out.write_all(before.as_bytes()).map_err(Error::Write)?;
        serde_json::to_writer(&mut *self.out, value).map_err(|error| Error::Write(error.into()))
    }

    pub(crate) fn field(&mut self, name: &str, value: &impl Serialize) -> Result<(), Error> {
        self.value(&format!(",\n\"{name}\":"), value)
    }

    pub(crate) fn lines(&mut self, name: &str, values: &[impl Serialize]) -> Result<(), Error> {
        self.out.write_all(format!(",\n\"{name}\":[").as_bytes()).map_err(Error::Write)?;
        for (index, value) in values.iter().enumerate() {
            self.value(if index == 0 { "\n" } else { ",\n" }, value)?;
        }
        self.out.write_all(b"\n]").map_err(Error::Write)
    }

    pub(crate) fn close(self) -> Result<(), Error> {
        self.out.write_all(b"\n}\n").map_err(Error::Write)?;
        self.out.flush().map_err(Error::Write)
    }
}
