//! Why an option was refused, and why a spectrum has no fit.

/// An option that was refused before any work began.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OptionError {
    /// A number outside what the option allows.
    #[error("{option} is {value}, allowed is {allowed}")]
    OutOfRange {
        /// The option's name, as users write it.
        option: &'static str,
        /// What was given.
        value: f64,
        /// The values that would do.
        allowed: &'static str,
    },
    /// Two options that exclude each other.
    #[error("{option} can not be combined with {other}: {because}")]
    Contradiction {
        /// The option's name, as users write it.
        option: &'static str,
        /// The one that stands against it.
        other: &'static str,
        /// Why both make no sense.
        because: &'static str,
    },
}

/// Why a spectrum has no fit; never the end of a run, the layer's row carries it.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FitFailure {
    /// Too few values are left for a tail.
    #[error("{above_cut} of {num_values} eigenvalues above the cut {cut:e}, needs {needed}")]
    TooFewValues {
        /// Eigenvalues given.
        num_values: usize,
        /// Eigenvalues above the cut, after dropping the largest.
        above_cut: usize,
        /// The least number that can be fitted.
        needed: usize,
        /// The cut, in the units of the eigenvalues.
        cut: f64,
    },
    /// All values above the cut are the same, so no exponent is finite.
    #[error("all {count} eigenvalues above the cut equal {value:e}")]
    AllEqual {
        /// The value.
        value: f64,
        /// How many there are.
        count: usize,
    },
    /// An eigenvalue is NaN or infinite.
    #[error("eigenvalue {index} is {value}")]
    NotFinite {
        /// Its position in the slice.
        index: usize,
        /// NaN or an infinity.
        value: f64,
    },
    /// The slice is not sorted.
    #[error("eigenvalue {index} is smaller than the one before it, they must ascend")]
    NotAscending {
        /// Position of the first value that is smaller than the one before it.
        index: usize,
    },
    /// No value of the spectrum lies where xmin was to be sought.
    #[error("no xmin with a tail between {low:e} and {high:e}")]
    NoXminInRange {
        /// Smallest xmin allowed.
        low: f64,
        /// Largest xmin allowed.
        high: f64,
    },
    /// A law's rate, which is in one over the eigenvalues, or their mean in units of the smallest is
    /// larger than numbers go.
    #[error("no law with a cut-off between {low:e} and {high:e}: they are too small or too far apart")]
    Overflow {
        /// Smallest eigenvalue of the tail.
        low: f64,
        /// Largest eigenvalue of the tail.
        high: f64,
    },
    /// More than half of the values were to be dropped.
    #[error("xmax drops {dropped} of {num_values} eigenvalues, at most half may go")]
    XmaxTooLarge {
        /// How many of the largest values were to be dropped.
        dropped: usize,
        /// Eigenvalues given.
        num_values: usize,
    },
}
