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
    /// The model that this one was trained from: what is analysed are the differences, or what adapters add to it.
    pub base: Option<&'a dyn TensorSource>,
    /// As `hints`, of the base model.
    pub base_hints: &'a [ModuleHint],
    /// The text of `adapter_config.json`, which tells how strongly an adapter's updates count.
    pub adapter_config: Option<&'a str>,
}

impl<'a> Model<'a> {
    /// A checkpoint of which nothing but its tensors is known.
    #[must_use]
    pub fn new(source: &'a dyn TensorSource) -> Self {
        Self { source, hints: &[], base: None, base_hints: &[], adapter_config: None }
    }
}
