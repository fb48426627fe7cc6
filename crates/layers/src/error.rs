//! What can be wrong with a request for layers, or with reading one of them.

use heavytail_formats as formats;

/// An error of this crate: what is wrong, and with which word, file or tensor.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error {
    kind: Box<ErrorKind>,
}

/// The ways in which a request for layers can fail.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A word of `--layers` is no id, type, name or glob.
    #[error("cannot read `{word}` as a layer's id, type, name or glob: {why}")]
    BadSelector {
        /// The word as given.
        word: String,
        /// What is wrong with it.
        why: SelectorFault,
    },
    /// A hint names a tensor that the source does not have.
    #[error("layer `{longname}` names tensor {tensor}, but the model has only {count}")]
    HintOutOfRange {
        /// The hinted layer.
        longname: String,
        /// The index it gave.
        tensor: usize,
        /// How many tensors there are.
        count: usize,
    },
    /// A matrix reaches past the end of its tensor: it was made for another tensor.
    #[error("a {rows}x{cols} matrix reaches past the {len} elements of its tensor")]
    ViewOutOfRange {
        /// Rows of the matrix.
        rows: usize,
        /// Columns of the matrix.
        cols: usize,
        /// Elements of the tensor.
        len: usize,
    },
    /// Rows were asked for that the matrix does not have, or into a buffer of another size.
    #[error("cannot read rows {start}..{end} of a {rows}x{cols} matrix into {buffer} numbers")]
    BadBlock {
        /// First row asked for.
        start: usize,
        /// One past the last row asked for.
        end: usize,
        /// Rows of the matrix.
        rows: usize,
        /// Columns of the matrix.
        cols: usize,
        /// Length of the buffer.
        buffer: usize,
    },
    /// `adapter_config.json` can't be parsed.
    #[error("adapter_config.json is no JSON: {0}")]
    AdapterConfigSyntax(#[source] serde_json::Error),
    /// A field of `adapter_config.json` has the wrong type.
    #[error("adapter_config.json: {key} should be a number, but is {found}")]
    AdapterConfigNumber {
        /// The field.
        key: &'static str,
        /// What it holds.
        found: String,
    },
    /// An adapter that is not made of two low-rank factors.
    #[error("adapter_config.json describes a {peft_type} adapter; only LORA is understood")]
    UnsupportedAdapter {
        /// Its type, as the file names it.
        peft_type: String,
    },
    /// The tensor's elements can't be had.
    #[error(transparent)]
    Formats(#[from] formats::Error),
}

/// What is wrong with a word that should select layers.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SelectorFault {
    /// Nothing, or nothing after the hyphen.
    #[error("it is empty")]
    Empty,
    /// The pattern is malformed.
    #[error("{0}")]
    Glob(#[from] globset::Error),
    /// An id that does not fit in 64 bits.
    #[error("the number is too large")]
    TooLarge,
}

impl Error {
    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }
}

impl<K: Into<ErrorKind>> From<K> for Error {
    fn from(kind: K) -> Self {
        Self { kind: Box::new(kind.into()) }
    }
}
