//! Details tables in, one HTML file out that needs nothing else: it can be mailed, opened offline and explored.
//!
//! The page itself is built once from `web/` and kept in `assets/page.html`; a report is that page with its data put
//! in. Its content security policy forbids every request, and names reach it only as JSON.

use std::io::{self, Write};

use heavytail::tuning::Tuning;
use heavytail::{Comparison, Details, VerdictOptions, judge};

use crate::error::Error;
use crate::page_data::PageData;
use crate::script_json::write_script_json;

/// The built page, with two marks where a report's own parts go.
const PAGE: &str = include_str!("../assets/page.html");
/// Where readers without scripts find the verdict.
const SENTENCE_MARK: &str = "<!--heavytail:sentence-->";
/// Where the data goes.
const DATA_MARK: &str = "/*heavytail:data*/";

/// A file that a model was read from.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct FileDigest {
    /// Its name or path, as people are to read it.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 in hexadecimal; none where nobody computed it.
    pub sha256: Option<String>,
}

/// One model of a page.
#[derive(Clone, Copy, Debug)]
pub struct PageModel<'a> {
    /// The name by which the page speaks of it.
    pub label: &'a str,
    /// Its table. Curves are drawn where they were kept.
    pub details: &'a Details,
    /// The files that it was read from.
    pub files: &'a [FileDigest],
}

/// What a page is made of.
#[derive(Clone, Copy, Debug)]
pub struct PageInput<'a> {
    /// The models, in the order given.
    pub models: &'a [PageModel<'a>],
    /// The comparison of the same models in the same order, where there are several.
    pub comparison: Option<&'a Comparison>,
    /// What a training changed, where the models are its base, its tuned model and its changes.
    pub tuning: Option<&'a Tuning>,
    /// The limits of each model's verdict.
    pub verdict: VerdictOptions,
    /// The command that makes this page again.
    pub command: &'a str,
}

/// Writes the page.
///
/// # Errors
/// Writing fails.
pub fn write_page(input: &PageInput<'_>, out: &mut dyn Write) -> Result<(), Error> {
    write_parts(input, out).map_err(Error::Write)
}

fn write_parts(input: &PageInput<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (head, rest) = PAGE.split_once(SENTENCE_MARK).ok_or_else(|| io::Error::other(SENTENCE_MARK))?;
    let (middle, tail) = rest.split_once(DATA_MARK).ok_or_else(|| io::Error::other(DATA_MARK))?;
    out.write_all(head.as_bytes())?;
    for sentence in sentences(input) {
        writeln!(out, "<p>{}</p>", escaped(&sentence))?;
    }
    out.write_all(middle.as_bytes())?;
    write_script_json(&PageData::new(input), out)?;
    out.write_all(tail.as_bytes())
}

/// What a reader without scripts is told.
fn sentences(input: &PageInput<'_>) -> Vec<String> {
    if let Some(tuning) = input.tuning {
        return vec![tuning.sentence.clone()];
    }
    let compared = input.comparison.map_or(&[][..], |comparison| &comparison.pairs);
    let own = input
        .models
        .iter()
        .map(|model| format!("{}: {}", model.label, judge(model.details, &input.verdict).sentence));
    compared.iter().map(|pair| pair.sentence.clone()).chain(own).collect()
}

/// Text as HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
