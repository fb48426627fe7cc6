//! What keeps a command from doing what was asked, and the exit code that it ends with.

use std::io::ErrorKind;
use std::path::PathBuf;

use crate::exit::Exit;

/// An error of the command line.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The engine or the checkpoint.
    #[error(transparent)]
    Engine(#[from] heavytail::Error),
    /// A table that can't be read or written.
    #[error(transparent)]
    Report(#[from] heavytail_report::Error),
    /// The output's folder or file can't be had.
    #[error("can't write {}: {source}", path.display())]
    Output {
        /// The file that was asked for.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file that describes an adapter is there and can't be read.
    #[error("{}: can't be read: {source}", path.display())]
    AdapterConfig {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The terminal, or what stands in its place, takes no more.
    #[error("can't write to standard output: {0}")]
    Stdout(#[source] std::io::Error),
    /// A model without any layer that could be analysed.
    #[error("{model} has no layer to analyse; {contents}")]
    NoLayer {
        /// The model.
        model: String,
        /// What it holds instead.
        contents: String,
    },
    /// A saved table where a model is needed.
    #[error("{} is a saved details table; this command needs the model's weights", path.display())]
    TableForModel {
        /// The table.
        path: PathBuf,
    },
    /// A format that can't go where it was asked to.
    #[error("--format {format} {why}")]
    Format {
        /// The format.
        format: &'static str,
        /// Why not, and what to do.
        why: &'static str,
    },
    /// A base and more or fewer than one model that was trained from it.
    #[error("--base holds one model against the one that it was trained from: name two models, not {count}")]
    NotAPair {
        /// The models that were named.
        count: usize,
    },
    /// Some models of a comparison could not be had; the rest was compared.
    #[error("{count} of {all} models could not be read; each is named above")]
    SomeModels {
        /// Models that failed.
        count: usize,
        /// Models asked for.
        all: usize,
    },
    /// A column that does not exist.
    #[error("there is no column `{name}`{nearest}; `heavytail columns` lists them all")]
    UnknownColumn {
        /// The name as given.
        name: String,
        /// A known name close to it, as part of the sentence.
        nearest: String,
    },
    /// Ctrl-C.
    #[error("interrupted: {done} of {all} layers of {model} are done{names}; nothing was written")]
    Interrupted {
        /// Layers that were finished.
        done: usize,
        /// Layers of the model.
        all: usize,
        /// The model.
        model: String,
        /// The finished layers, as part of the sentence.
        names: String,
    },
    /// Ctrl-C can't be caught.
    #[error("can't watch for Ctrl-C: {0}")]
    Signal(#[from] ctrlc::Error),
}

impl Failure {
    /// The number that the process ends with.
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Interrupted { .. } | Self::Engine(heavytail::Error::Interrupted) => Exit::Interrupted,
            _ => Exit::Error,
        }
    }

    /// Whether the reader of our output has gone.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        let cause = match self {
            Self::Stdout(error) | Self::Report(heavytail_report::Error::Write(error)) => error,
            _ => return false,
        };
        cause.kind() == ErrorKind::BrokenPipe
    }
}
