//! What keeps a whole model from being analysed; what is wrong with one layer is that row's reason instead.

/// An error of the engine.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The checkpoint can't be read.
    #[error(transparent)]
    Formats(#[from] heavytail_formats::Error),
    /// A request for layers can't be understood, or the layers can't be found.
    #[error(transparent)]
    Layers(#[from] heavytail_layers::Error),
    /// An option of a fit is refused.
    #[error("option {0}")]
    Fits(#[from] heavytail_fits::OptionError),
    /// An option has a value that it can't have.
    #[error("option {option}: {value} is not allowed; {allowed}")]
    Option {
        /// The option's name, as on the command line.
        option: &'static str,
        /// The value that was given.
        value: String,
        /// What is allowed.
        allowed: String,
    },
    /// The caller asked to stop before the work was done.
    #[error("interrupted; nothing was written")]
    Interrupted,
    /// The layer was asked for, and its weights are packed so that others can't be put into their place.
    #[error("layer `{layer}` {}", packed_words(.packing))]
    Packed {
        /// Its full name.
        layer: String,
        /// How it is packed.
        packing: String,
    },
    /// No layer of the model is called so.
    #[error("no layer of this model is called `{layer}`")]
    NoSuchLayer {
        /// The name or id asked for.
        layer: String,
    },
    /// The one layer that was asked for can't be analysed.
    #[error("layer `{layer}` {reason}")]
    Layer {
        /// Its full name.
        layer: String,
        /// Why.
        reason: String,
    },
}

/// Why a layer can't get new weights, and what to do.
pub(crate) fn packed_words(packing: &str) -> String {
    format!(
        "is packed as {packing}, and new weights can't be put back into it: write them to a checkpoint, or dequantise the model first"
    )
}
