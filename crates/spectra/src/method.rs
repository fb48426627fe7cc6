//! Which way the spectrum of a matrix was computed.

/// The way in which the eigenvalues came about; the column `spectrum_method`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpectrumMethod {
    /// Eigenvalues of the Gram matrix WᵀW in f64.
    Gram,
    /// Singular values of W, because the Gram matrix can't resolve the small end.
    Svd,
    /// The largest eigenvalues of the Gram matrix alone, which is never formed.
    Lanczos,
}

impl SpectrumMethod {
    /// The word that tables print.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gram => "gram",
            Self::Svd => "svd",
            Self::Lanczos => "lanczos",
        }
    }
}
