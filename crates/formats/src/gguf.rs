//! GGUF in, tensors out: the header, the block layouts of ggml's element types, and models in several files.

mod grids;
mod header;
mod iq;
mod k;
mod small;
mod types;

pub(crate) mod blocks;
pub(crate) mod split;

pub(crate) use header::{matches, read};
