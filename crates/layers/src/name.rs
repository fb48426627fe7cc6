//! A tensor's name in, its layer's name and the role of the parameter out.
//!
//! The ecosystems part names with `.` (PyTorch, GGUF) or `/` (Keras, Flax, ONNX) and end them with the parameter's
//! own word: `weight`, `kernel`, `bias`. That last word says more about a tensor than its shape does.

use crate::LayerKind;

/// A tensor's name parted into the layer's path and the parameter's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ParameterName<'a> {
    /// The whole name.
    pub(crate) full: &'a str,
    /// Everything before the last separator; empty where there is none.
    pub(crate) path: &'a str,
    /// The last part, without TensorFlow's `:0`.
    pub(crate) leaf: &'a str,
}

/// Last words of the scale, shift and running statistics of normalisations.
const NORM_LEAVES: [&str; 11] = [
    "gamma",
    "beta",
    "running_mean",
    "running_var",
    "num_batches_tracked",
    "moving_mean",
    "moving_variance",
    "g",
    "scale",
    "mean",
    "var",
];

/// Last words of what belongs to packed (quantised) weights.
const PACKING_LEAVES: [&str; 21] = [
    "qweight",
    "qzeros",
    "scales",
    "g_idx",
    "scale_inv",
    "weight_scale",
    "weight_scale_2",
    "weight_scale_inv",
    "input_scale",
    "weight_zero_point",
    "weight_packed",
    "weight_shape",
    "absmax",
    "quant_map",
    "nested_absmax",
    "nested_quant_map",
    "SCB",
    "zeros",
    "zero_point",
    "blocks",
    "weight_format",
];

/// Tables of vectors as GGUF calls them, which ends their names in `weight` like all others: of the language model, of
/// what sees (`v`) and of what hears (`a`).
const GGUF_TABLES: [&str; 8] = [
    "token_embd",
    "position_embd",
    "token_types",
    "per_layer_token_embd",
    "v.position_embd",
    "v.sam.pos_embd",
    "a.position_embd",
    "resampler.pos_embd_k",
];

/// Ends of what GGUF calls convolutions whose axis of one it drops, so that channels by positions are left: those of
/// state spaces, of short convolutions and of conformers.
const GGUF_CONVOLUTIONS: [&str; 6] =
    [".ssm_conv1d", ".ssm_conv1d_q", ".ssm_conv1d_k", ".ssm_conv1d_v", ".shortconv.conv", ".conv_dw"];

impl<'a> ParameterName<'a> {
    pub(crate) fn new(full: &'a str) -> Self {
        let bare = full.strip_suffix(":0").unwrap_or(full);
        match bare.rfind(['.', '/']) {
            Some(at) => Self { full, path: &bare[..at], leaf: &bare[at + 1..] },
            None => Self { full, path: "", leaf: bare },
        }
    }

    /// Whether the reference sees a layer in this tensor of a state dict, and so counts an id for it.
    pub(crate) fn is_counted_by_reference(self) -> bool {
        self.full.ends_with(".weight")
    }

    /// What tables call the layer: the path where the word only says "the weight", the whole name otherwise.
    pub(crate) fn layer_name(self) -> &'a str {
        if !self.path.is_empty() && matches!(self.leaf, "weight" | "kernel" | "embeddings" | "embedding") {
            self.path
        } else {
            self.full
        }
    }

    /// The full name of another parameter of the same layer.
    pub(crate) fn sibling(self, leaf: &str) -> String {
        let separator = self
            .full
            .as_bytes()
            .get(self.path.len())
            .map_or("", |byte| if *byte == b'/' { "/" } else { "." });
        let separator = if self.path.is_empty() { "" } else { separator };
        let version = if self.full.ends_with(":0") { ":0" } else { "" };
        format!("{}{separator}{leaf}{version}", self.path)
    }

    /// Whether the axes are in the order of Keras and Flax: kernel positions first, outputs last.
    pub(crate) fn is_outputs_last(self) -> bool {
        self.leaf == "kernel" || self.leaf.ends_with("_kernel")
    }

    pub(crate) fn is_bias(self) -> bool {
        self.leaf == "bias" || self.leaf.ends_with("_bias") || self.leaf == "b" || self.is_recurrent_bias()
    }

    fn is_recurrent_bias(self) -> bool {
        self.leaf.starts_with("bias_ih") || self.leaf.starts_with("bias_hh")
    }

    /// Whether a vector of this name belongs to a normalisation.
    pub(crate) fn is_norm(self) -> bool {
        let layer = self.path.rsplit(['.', '/']).next().unwrap_or_default().to_ascii_lowercase();
        NORM_LEAVES.contains(&self.leaf)
            || layer.contains("norm")
            || layer.starts_with("ln")
            || layer.starts_with("bn")
            || layer.ends_with("_ln")
            || layer.ends_with("_bn")
    }

    pub(crate) fn is_packing(self) -> bool {
        PACKING_LEAVES.contains(&self.leaf)
            || self.leaf.starts_with("quant_state")
            || self.leaf.ends_with("_scales")
            || self.leaf.ends_with("_blocks")
    }

    pub(crate) fn is_weight_norm_part(self) -> bool {
        matches!(self.leaf, "weight_g" | "weight_v")
            || (self.path.ends_with("parametrizations.weight") && self.leaf.starts_with("original"))
    }

    pub(crate) fn is_mask(self) -> bool {
        self.leaf.ends_with("mask") || matches!(self.leaf, "masked_bias" | "inv_freq" | "tril")
    }

    /// Whether the tensor is a table of vectors, whatever its leading axes.
    pub(crate) fn is_table(self) -> bool {
        !self.is_counted_by_reference()
            && !self.is_outputs_last()
            && (self.leaf.contains("embed") || self.leaf.contains("token") || self.leaf.contains("pos_"))
    }

    /// The same, as GGUF calls them.
    pub(crate) fn is_gguf_table(self) -> bool {
        let of_block = self.path.starts_with("blk.") && self.path.ends_with(".nextn.embed_tokens");
        self.leaf == "weight" && (of_block || GGUF_TABLES.contains(&self.path))
    }

    /// What a matrix is, as far as its name tells.
    pub(crate) fn kind_of_matrix(self) -> LayerKind {
        if self.is_table() || self.is_gguf_table() {
            LayerKind::Embedding
        } else if GGUF_CONVOLUTIONS.iter().any(|ending| self.path.ends_with(ending)) {
            LayerKind::Conv1d
        } else {
            LayerKind::Dense
        }
    }

    /// Whether the tensor's name says that its first axis counts experts.
    pub(crate) fn is_expert_stack(self) -> bool {
        let lower = self.full.to_ascii_lowercase();
        lower.contains("expert")
            || lower.contains("_exps.")
            || lower.split(['.', '/']).any(|part| part == "moe")
    }
}
