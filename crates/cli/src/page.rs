//! Tables and their comparison in, the page that was asked for with `--html` out.

use std::path::Path;

use heavytail::tuning::Tuning;
use heavytail::{Comparison, Details, VerdictOptions};
use heavytail_report::{FileDigest, PageInput, PageModel, write_page};

use crate::args_verdict::VerdictArgs;
use crate::digest::digests;
use crate::failure::Failure;
use crate::output::Output;

/// A page that was asked for; its place has been tried.
pub(crate) struct Page {
    output: Output,
    verdict: VerdictOptions,
}

impl Page {
    /// Tries the place of the page, where one was asked for.
    pub(crate) fn prepare(path: Option<&Path>, verdict: &VerdictArgs) -> Result<Option<Self>, Failure> {
        let Some(path) = path else { return Ok(None) };
        Ok(Some(Self { output: Output::prepare(Some(path))?, verdict: verdict.options() }))
    }

    /// Writes the page.
    pub(crate) fn finish(
        self,
        tables: &[(String, &Details)],
        comparison: Option<&Comparison>,
        tuning: Option<&Tuning>,
    ) -> Result<(), Failure> {
        let files: Vec<Vec<FileDigest>> =
            tables.iter().map(|(_, details)| digests(&details.origin.files)).collect();
        let models: Vec<PageModel<'_>> = tables
            .iter()
            .zip(&files)
            .map(|((label, details), files)| PageModel { label, details, files })
            .collect();
        let command = command();
        let verdict = self.verdict;
        self.output.finish(|out| {
            write_page(&PageInput { models: &models, comparison, tuning, verdict, command: &command }, out)
        })
    }
}

/// The command line as it can be typed again.
fn command() -> String {
    let words = std::env::args_os().skip(1).map(|word| quoted(&word.to_string_lossy()));
    std::iter::once("heavytail".to_owned()).chain(words).collect::<Vec<_>>().join(" ")
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=+./,:@%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn words_that_a_shell_would_read_otherwise_are_quoted() {
        assert_eq!(quoted("--layers=-mid"), "--layers=-mid");
        assert_eq!(quoted("h.*"), "'h.*'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}
