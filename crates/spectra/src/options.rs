//! How a spectrum is to be computed: options with their defaults in, nothing out.

/// Options of [`spectrum`](crate::spectrum()).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct SpectrumOptions {
    /// Bytes of the buffer through which rows are read; default 512 KiB, which the second cache holds.
    ///
    /// At least 256 rows are read at a time whatever this says, since thinner blocks waste the multiplication kernel.
    pub block_bytes: usize,
    /// Condition number σ_max/σ_min above which the Gram matrix is not trusted with the small end and the singular
    /// values of W itself are computed; default 1e7.
    ///
    /// The Gram matrix squares the condition: its eigenvalues carry an error of some eps·λ_max, so that σ = 1e-7·σ_max
    /// keeps two digits, and anything smaller may be pure rounding.
    pub condition_limit: f64,
    /// The same limit for matrices of at most [`small_cols`](Self::small_cols) columns; default 1e4.
    ///
    /// Here an SVD costs less, and σ_min usually keeps seven digits up to this condition.
    pub small_condition_limit: f64,
    /// Largest M that counts as small; default 512.
    pub small_cols: usize,
}

impl Default for SpectrumOptions {
    fn default() -> Self {
        Self { block_bytes: 512 << 10, condition_limit: 1e7, small_condition_limit: 1e4, small_cols: 512 }
    }
}

impl SpectrumOptions {
    /// Whether λ_min is large enough against λ_max for the Gram matrix of `cols` columns to resolve it.
    #[must_use]
    pub fn gram_resolves(&self, lambda_min: f64, lambda_max: f64, cols: usize) -> bool {
        let limit = if cols <= self.small_cols { self.small_condition_limit } else { self.condition_limit };
        lambda_max <= 0.0 || lambda_min * limit * limit >= lambda_max
    }
}
