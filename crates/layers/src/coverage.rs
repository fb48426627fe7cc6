//! What of a checkpoint is not analysed, and why: nothing is left out silently.

use std::fmt;

use heavytail_formats::Dtype;

/// A tensor that is no layer, or a layer that the options leave out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uncovered {
    /// The layer's full name, or the tensor's where it is none.
    pub name: String,
    /// Index of the tensor in the source.
    pub tensor: usize,
    /// Shape of the tensor.
    pub shape: Vec<usize>,
    /// Element type of the tensor.
    pub dtype: Dtype,
    /// Why it is left out.
    pub reason: Reason,
}

/// Why a tensor or layer is not analysed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// No elements.
    Empty,
    /// The scale, shift or running statistics of a normalisation.
    Norm,
    /// A bias.
    Bias,
    /// A mask or another constant of the architecture.
    Buffer,
    /// A scalar or a vector: one eigenvalue has no distribution.
    ScalarOrVector,
    /// Elements are integers, booleans or complex numbers.
    NotFloat,
    /// Part of packed weights (scales, zero points, codes) that no reader unpacks.
    UnknownPacking,
    /// One half of a weight kept as length and direction; the weight itself is not in the file.
    WeightNormPart,
    /// More axes than any layer has.
    TooManyAxes,
    /// A convolution whose kernel has more positions than any real one.
    KernelTooLarge {
        /// Positions of the kernel.
        positions: usize,
    },
    /// One factor of a low-rank update whose other factor is not in the file.
    UnpairedFactor {
        /// Name of the other factor.
        missing: String,
    },
    /// Two factors whose inner dimensions differ.
    FactorsDisagree {
        /// Shape of the factor that is applied first.
        down: Vec<usize>,
        /// Shape of the other.
        up: Vec<usize>,
    },
    /// A low-rank update of another shape than the weight that it should be added to.
    BaseDisagrees {
        /// Outputs and inputs of the update.
        update: (usize, usize),
        /// Rows and columns of the weight, as stored.
        base: (usize, usize),
    },
    /// Fewer eigenvalues than `min_evals`.
    TooFewEigenvalues {
        /// Eigenvalues of the layer.
        evals: usize,
        /// The limit.
        min_evals: usize,
    },
    /// More eigenvalues than `max_evals`.
    TooManyEigenvalues {
        /// Eigenvalues of the layer.
        evals: usize,
        /// The limit.
        max_evals: usize,
    },
    /// A longer side than `max_N`.
    TooManyRows {
        /// N of the layer.
        n: usize,
        /// The limit.
        max_n: usize,
    },
    /// The filter `--layers` leaves it out.
    Deselected,
    /// A layer to us but none to the reference, and compat mode was asked for.
    NotInReference,
}

impl Reason {
    /// One word for tables and JSON.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Norm => "norm",
            Self::Bias => "bias",
            Self::Buffer => "buffer",
            Self::ScalarOrVector => "vector",
            Self::NotFloat => "not_float",
            Self::UnknownPacking => "unknown_packing",
            Self::WeightNormPart => "weight_norm_part",
            Self::TooManyAxes => "too_many_axes",
            Self::KernelTooLarge { .. } => "kernel_too_large",
            Self::UnpairedFactor { .. } => "unpaired_factor",
            Self::FactorsDisagree { .. } => "factors_disagree",
            Self::BaseDisagrees { .. } => "base_disagrees",
            Self::TooFewEigenvalues { .. } => "too_few_eigenvalues",
            Self::TooManyEigenvalues { .. } => "too_many_eigenvalues",
            Self::TooManyRows { .. } => "too_many_rows",
            Self::Deselected => "deselected",
            Self::NotInReference => "not_in_reference",
        }
    }

    /// What a person should read, with the limit and the value where there are any.
    #[must_use]
    pub fn message(&self) -> String {
        let text = match self {
            Self::Empty => "has no elements",
            Self::Norm => "belongs to a normalisation",
            Self::Bias => "is a bias",
            Self::Buffer => "is a constant of the architecture",
            Self::ScalarOrVector => "is a scalar or a vector",
            Self::NotFloat => {
                "does not hold real floating-point numbers; packed weights have to be dequantised first"
            }
            Self::UnknownPacking => "is part of packed weights that can't be unpacked",
            Self::WeightNormPart => "is one half of a weight kept as length and direction",
            Self::TooManyAxes => "has more axes than any known layer",
            Self::KernelTooLarge { positions } => {
                return format!("would be a convolution with {positions} kernel positions");
            }
            Self::UnpairedFactor { missing } => {
                return format!("is half of a low-rank update; `{missing}` is not in the file");
            }
            Self::FactorsDisagree { down, up } => {
                return format!("has factors of shapes {down:?} and {up:?}, which can't be multiplied");
            }
            Self::BaseDisagrees { update, base } => {
                let ((rows, cols), (base_rows, base_cols)) = (update, base);
                return format!("is {rows}x{cols}, but its base weight is {base_rows}x{base_cols}");
            }
            Self::TooFewEigenvalues { evals, min_evals } => {
                let plural = if *evals == 1 { "" } else { "s" };
                return format!("has {evals} eigenvalue{plural}, fewer than min_evals = {min_evals}");
            }
            Self::TooManyEigenvalues { evals, max_evals } => {
                return format!("has {evals} eigenvalues, more than max_evals = {max_evals}");
            }
            Self::TooManyRows { n, max_n } => {
                return format!("has a longer side of {n}, more than max_N = {max_n}");
            }
            Self::Deselected => "is left out by the layer filter",
            Self::NotInReference => "is no layer to weightwatcher 0.7.7, and compat mode was asked for",
        };
        text.to_owned()
    }

    /// Whether this is about a layer that the options leave out, and not about a tensor that never is one.
    #[must_use]
    pub const fn is_about_a_layer(&self) -> bool {
        matches!(
            self,
            Self::TooFewEigenvalues { .. }
                | Self::TooManyEigenvalues { .. }
                | Self::TooManyRows { .. }
                | Self::Deselected
                | Self::NotInReference
        )
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}
