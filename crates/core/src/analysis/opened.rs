//! A unit in, its matrices ready to be read out, with what has to be done to their spectra.

use heavytail_spectra::{Matrix, MatrixSpectrum, SpectrumOptions, spectrum};

use crate::analysis::layer_failure::LayerFailure;
use crate::analysis::open_weights::open_weights;
use crate::analysis::unit::{Contents, Unit};
use crate::model::Model;

/// The matrices of a row.
pub(crate) struct Opened {
    /// All tall, unscaled.
    pub(crate) matrices: Vec<Box<dyn Matrix>>,
    /// Multiplies their singular values.
    pub(crate) scale: f64,
}

impl Opened {
    /// Opens what a unit is made of.
    pub(crate) fn new(model: &Model<'_>, unit: &Unit) -> Result<Self, LayerFailure> {
        match unit.contents {
            Contents::Weights => {
                Ok(Self { matrices: open_weights(model.source, &unit.layer)?, scale: unit.layer.scale })
            }
        }
    }

    /// The spectrum of every matrix, scaled.
    pub(crate) fn spectra(&self, options: &SpectrumOptions) -> Result<Vec<MatrixSpectrum>, LayerFailure> {
        let mut spectra = Vec::with_capacity(self.matrices.len());
        for matrix in &self.matrices {
            let (rows, cols) = (matrix.rows(), matrix.cols());
            let found = spectrum(matrix.as_ref(), options)
                .map_err(|error| LayerFailure::of_spectrum(error, rows, cols))?;
            spectra.push(self.scaled(found));
        }
        Ok(spectra)
    }

    /// The spectrum of the matrix times `scale`.
    pub(crate) fn scaled(&self, mut spectrum: MatrixSpectrum) -> MatrixSpectrum {
        let scale = self.scale;
        if scale.to_bits() != 1.0_f64.to_bits() {
            spectrum.eigenvalues.iter_mut().for_each(|lambda| *lambda *= scale * scale);
            spectrum.singular_max *= scale;
            spectrum.singular_min *= scale;
        }
        spectrum
    }
}
