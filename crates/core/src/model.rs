//! What a caller holds of a model in, what the engine needs to know of it out.

use heavytail_formats::TensorSource;
use heavytail_layers::ModuleHint;

/// A model to be analysed: where its tensors are, and what else is known of them.
#[derive(Clone, Copy)]
pub struct Model<'a> {
    /// The checkpoint.
    pub source: &'a dyn TensorSource,
    /// What the modules of a live network call their tensors; empty for a checkpoint on disk.
    pub hints: &'a [ModuleHint],
}

impl<'a> Model<'a> {
    /// A checkpoint of which nothing but its tensors is known.
    #[must_use]
    pub fn new(source: &'a dyn TensorSource) -> Self {
        Self { source, hints: &[] }
    }
}
