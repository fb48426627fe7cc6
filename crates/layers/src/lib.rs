//! Named tensors in, the layers of a network out: each a few N×M matrices, and the reason for everything that is none.
//!
//! [`discover`] looks at names and shapes only. What it finds is described by [`MatrixView`]s, which say where the
//! elements of a matrix lie in a tensor; [`MatrixReader`] then hands out rows of f64, block by block, straight from
//! the checkpoint.

mod attention;
mod collect;
mod coverage;
mod discover;
mod error;
mod experts;
mod hint;
mod kind;
mod layer;
mod limits;
mod matrices;
mod name;
mod options;
mod parts;
mod reader;
mod recurrent;
mod select;

pub use coverage::{Reason, Uncovered};
pub use discover::{Discovery, discover, discover_with_hints};
pub use error::{Error, ErrorKind, SelectorFault};
pub use hint::ModuleHint;
pub use kind::LayerKind;
pub use layer::{Layer, MatrixView};
pub use options::LayerOptions;
pub use reader::MatrixReader;
pub use select::Selector;
