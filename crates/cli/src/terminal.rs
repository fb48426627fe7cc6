//! What the user asked of the terminal and what the terminal can do in, how to speak to it out.

use std::io::{IsTerminal, Write, stderr, stdout};

use heavytail_report::TextOptions;

use crate::args::{ColorWhen, GlobalArgs};
use crate::failure::Failure;

/// How to speak to whoever started us.
#[derive(Clone, Debug)]
pub(crate) struct Terminal {
    /// Whether text for standard output is coloured.
    pub(crate) color: bool,
    /// Columns of the terminal; none where standard output is none.
    pub(crate) width: Option<usize>,
    /// Whether a bar may be drawn on standard error.
    pub(crate) progress: bool,
    /// Nothing but errors on standard error.
    pub(crate) quiet: bool,
    /// Each layer on standard error.
    pub(crate) verbose: bool,
}

impl Terminal {
    /// Looks at both streams and the environment.
    pub(crate) fn new(args: &GlobalArgs) -> Self {
        let is_terminal = stdout().is_terminal();
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let color = match args.color {
            ColorWhen::Always => true,
            ColorWhen::Never => false,
            ColorWhen::Auto => is_terminal && !no_color,
        };
        let width = is_terminal.then(|| usize::from(console::Term::stdout().size().1));
        let progress = !args.quiet && stderr().is_terminal();
        Self { color, width, progress, quiet: args.quiet, verbose: args.verbose }
    }

    /// How text for people is set; for a file it is plain.
    pub(crate) fn text_options(&self, into_file: bool) -> TextOptions {
        let (width, color) = if into_file { (None, false) } else { (self.width, self.color) };
        TextOptions { width, color, ..TextOptions::default() }
    }

    /// A word to the user that is no error.
    pub(crate) fn note(&self, words: &str) {
        if !self.quiet {
            eprintln!("heavytail: {}", heavytail_report::escaped(words));
        }
    }
}

/// Writes text to standard output.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    let mut out = stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(Failure::Stdout)
}
