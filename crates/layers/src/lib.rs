//! Named tensors in, the layers of a network out: each a few N×M matrices, and the reason for everything that is none.
//!
//! [`discover()`] looks at names and shapes only. What it finds is described by [`MatrixView`]s, which say where the
//! elements of a matrix lie in a tensor; [`MatrixReader`] then hands out rows of f64, block by block, straight from
//! the checkpoint.

mod adapter_config;
mod attention;
mod collect;
mod coverage;
mod delta;
mod discover;
mod error;
mod experts;
mod hint;
mod intra;
mod kind;
mod layer;
mod limits;
mod lora;
mod lora_name;
mod matrices;
mod name;
mod options;
mod parts;
mod product;
mod reader;
mod recurrent;
mod select;
mod stack;

pub use adapter_config::AdapterConfig;
pub use coverage::{Reason, Uncovered};
pub use delta::{BaseMatch, DeltaReader, base_options, match_base};
pub use discover::{Discovery, discover, discover_with_hints};
pub use error::{Error, ErrorKind, SelectorFault};
pub use hint::ModuleHint;
pub use intra::{IntraPair, intra_pairs};
pub use kind::LayerKind;
pub use layer::{Layer, MatrixView};
pub use lora::{Adapters, LowRankUpdate, Merged, ScaleSource, find_adapters};
pub use matrices::AxisOrder;
pub use options::LayerOptions;
pub use product::Product;
pub use reader::MatrixReader;
pub use select::Selector;
pub use stack::{Stack, StackBlock};
