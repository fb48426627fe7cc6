//! A checkpoint in, a new one with changed weights out: same names, types, metadata and shards, never in place.
//!
//! [`smooth`](smooth()) keeps or drops singular triplets, [`sharpen`] and [`remove_traps`](remove_traps()) take correlation traps out,
//! [`randomize_model`] shuffles elements. Tensors that nothing changes are copied byte for byte. Each returns a table with a
//! row a layer: what was done, or why nothing was.

pub mod columns_change;
pub mod remove_traps;
pub mod shuffle_model;
pub mod smooth;
pub mod target;

pub(crate) mod rewrite;

pub use remove_traps::{remove_traps, sharpen};
pub use shuffle_model::randomize_model;
pub use smooth::{Smoothing, smooth};
pub use target::{Packed, Target};
