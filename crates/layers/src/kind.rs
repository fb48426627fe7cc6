//! What a layer is, in the reference's words where it has one and in the field's where it has none.

use std::fmt;

/// The kind of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum LayerKind {
    /// A matrix: fully connected layers, and any 2-D weight of a bare state dict.
    Dense,
    /// A convolution over one axis, or GPT-2's `Conv1D`, whose weight is one matrix.
    Conv1d,
    /// A convolution over two axes.
    Conv2d,
    /// A convolution over three axes.
    Conv3d,
    /// A table of vectors, where the source says so (module trees, Keras).
    Embedding,
    /// One gate of a recurrent layer.
    Recurrent,
    /// Query, key or value of a fused attention projection.
    Attention,
    /// One expert of a stack.
    Expert,
}

impl LayerKind {
    /// Every kind, in the order in which help lists them.
    pub const ALL: [Self; 8] = [
        Self::Dense,
        Self::Conv1d,
        Self::Conv2d,
        Self::Conv3d,
        Self::Embedding,
        Self::Recurrent,
        Self::Attention,
        Self::Expert,
    ];

    /// The word in the column `layer_type` and in `--layers`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dense => "dense",
            Self::Conv1d => "conv1d",
            Self::Conv2d => "conv2d",
            Self::Conv3d => "conv3d",
            Self::Embedding => "embedding",
            Self::Recurrent => "recurrent",
            Self::Attention => "attention",
            Self::Expert => "expert",
        }
    }

    /// The kind that a word names, if it names one.
    #[must_use]
    pub fn from_name(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == word)
    }

    /// Whether the reference has this kind; the others are ours.
    #[must_use]
    pub const fn in_reference(self) -> bool {
        matches!(self, Self::Dense | Self::Conv1d | Self::Conv2d | Self::Embedding)
    }
}

impl fmt::Display for LayerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
