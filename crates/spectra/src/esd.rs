//! Spectra of a layer's matrices in, one pooled spectrum (ESD) out.

use crate::{Error, MatrixSpectrum};

/// The empirical spectral density of a layer: the eigenvalues of all its matrices.
///
/// Invariant: at least one value, all finite, ascending.
#[derive(Clone, Debug, PartialEq)]
pub struct Esd {
    eigenvalues: Vec<f64>,
}

impl Esd {
    /// Takes eigenvalues in any order.
    ///
    /// # Errors
    /// [`Error::EigenvalueNotFinite`] for a NaN or an infinity, [`Error::Shape`] if there is no value.
    pub fn new(mut eigenvalues: Vec<f64>) -> Result<Self, Error> {
        if let Some(index) = eigenvalues.iter().position(|x| !x.is_finite()) {
            return Err(Error::EigenvalueNotFinite { value: eigenvalues[index], index });
        }
        if eigenvalues.is_empty() {
            return Err(Error::Shape { rows: 0, cols: 0 });
        }
        eigenvalues.sort_by(f64::total_cmp);
        Ok(Self { eigenvalues })
    }

    /// Pools the spectra of several matrices, those of a convolution's slices for instance.
    ///
    /// # Errors
    /// [`Error::Shape`] if there is no spectrum.
    pub fn pool<'a>(spectra: impl IntoIterator<Item = &'a MatrixSpectrum>) -> Result<Self, Error> {
        Self::new(spectra.into_iter().flat_map(|spectrum| spectrum.eigenvalues.iter().copied()).collect())
    }

    /// The eigenvalues, ascending.
    #[must_use]
    pub fn eigenvalues(&self) -> &[f64] {
        &self.eigenvalues
    }

    /// How many eigenvalues there are, at least one.
    #[must_use]
    pub fn count(&self) -> usize {
        self.eigenvalues.len()
    }

    /// λ_min.
    #[must_use]
    pub fn min(&self) -> f64 {
        self.eigenvalues[0]
    }

    /// λ_max.
    #[must_use]
    pub fn max(&self) -> f64 {
        self.eigenvalues[self.eigenvalues.len() - 1]
    }

    /// Gives the eigenvalues back, ascending.
    #[must_use]
    pub fn into_eigenvalues(self) -> Vec<f64> {
        self.eigenvalues
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_esd_is_ascending_whatever_comes_in() {
        let esd = Esd::new(vec![3.0, 0.0, 2.0]).unwrap();
        assert_eq!(esd.eigenvalues(), [0.0, 2.0, 3.0]);
        assert_eq!((esd.min(), esd.max(), esd.count()), (0.0, 3.0, 3));
    }

    #[test]
    fn a_nan_and_an_empty_esd_are_refused() {
        let refused = Esd::new(vec![1.0, f64::NAN]);
        assert!(matches!(refused, Err(Error::EigenvalueNotFinite { index: 1, .. })));
        assert!(matches!(Esd::new(Vec::new()), Err(Error::Shape { .. })));
    }
}
