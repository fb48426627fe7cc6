//! A unit in, its matrices ready to be read out, with what has to be done to their spectra.

use heavytail_spectra::vectors::{VectorShape, spectrum_and_shapes};
use heavytail_spectra::{Matrix, MatrixSpectrum, SpectrumOptions, spectrum};

use crate::analysis::layer_failure::LayerFailure;
use crate::analysis::open_delta::open_delta;
use crate::analysis::open_frequencies::in_frequencies;
use crate::analysis::open_intra::open_intra;
use crate::analysis::open_low_rank::open_low_rank;
use crate::analysis::open_merged::{open_merged, open_rescaled};
use crate::analysis::open_stack::open_stack;
use crate::analysis::open_weights::open_weights;
use crate::analysis::single_precision::Rounded;
use crate::analysis::unit::{Contents, Unit};
use crate::model::Model;
use crate::options::AnalyzeOptions;

/// The matrices of a row.
pub(crate) struct Opened {
    /// All tall, unscaled. Empty where spectra are known from factors and nothing asks for elements.
    pub(crate) matrices: Vec<Box<dyn Matrix>>,
    /// The matrices' spectra, unscaled, where they follow from something smaller than the matrices.
    pub(crate) known: Vec<MatrixSpectrum>,
    /// Multiplies their singular values.
    pub(crate) scale: f64,
    /// How many of the largest eigenvalues of each matrix are kept; none for all.
    pub(crate) kept: Option<usize>,
    /// Whether singular values stand for eigenvalues.
    pub(crate) singular: bool,
}

impl Opened {
    /// Matrices to be read.
    pub(crate) fn of_matrices(matrices: Vec<Box<dyn Matrix>>, scale: f64) -> Self {
        Self { matrices, known: Vec::new(), scale, kept: None, singular: false }
    }

    /// Opens what a unit is made of.
    pub(crate) fn new(
        model: &Model<'_>,
        unit: &Unit,
        options: &AnalyzeOptions,
    ) -> Result<Self, LayerFailure> {
        let rounded = Rounded::new(model);
        let model = if options.compat { &rounded.model(model) } else { model };
        let layer = &unit.layer;
        let opened = match &unit.contents {
            Contents::Weights => Ok(Self::of_matrices(open_weights(model.source, layer)?, layer.scale)),
            Contents::Delta(base) => Ok(Self::of_matrices(open_delta(model, layer, base)?, layer.scale)),
            Contents::LowRank(update) => open_low_rank(model, update, options),
            Contents::Merged(update, merged) => open_merged(model, update, merged),
            Contents::Rescaled(update, merged) => open_rescaled(model, update, merged),
            Contents::Intra(pair) => open_intra(model, pair, unit, options),
            Contents::Stack(stack) => open_stack(model, stack),
            Contents::Refused => Err(LayerFailure::Refused),
        }?;
        if unit.in_frequencies(options) {
            return in_frequencies(model, unit, opened, &SpectrumOptions::default());
        }
        Ok(opened)
    }

    /// The spectrum of every matrix, adjusted, and the shapes of all eigenvectors; no shapes where `with_shapes` asks for none,
    /// or they don't come with the spectra.
    pub(crate) fn spectra(
        &self,
        options: &SpectrumOptions,
        with_shapes: bool,
    ) -> Result<(Vec<MatrixSpectrum>, Option<Vec<VectorShape>>), LayerFailure> {
        if !self.known.is_empty() {
            let known = self.known.iter().map(|known| self.adjusted(known.clone())).collect();
            return Ok((known, None));
        }
        let mut spectra = Vec::with_capacity(self.matrices.len());
        let mut all = with_shapes.then(Vec::new);
        for matrix in &self.matrices {
            let (rows, cols) = (matrix.rows(), matrix.cols());
            let found = if with_shapes {
                spectrum_and_shapes(matrix.as_ref(), options)
            } else {
                spectrum(matrix.as_ref(), options).map(|found| (found, None))
            };
            let (found, shapes) = found.map_err(|error| LayerFailure::of_spectrum(error, rows, cols))?;
            spectra.push(self.adjusted(found));
            all = all.zip(shapes).map(|(mut all, shapes)| {
                all.extend(shapes);
                all
            });
        }
        Ok((spectra, all))
    }

    /// The spectrum of a matrix as the row has it: scaled, cut to what is kept, singular values for eigenvalues.
    pub(crate) fn adjusted(&self, mut spectrum: MatrixSpectrum) -> MatrixSpectrum {
        let scale = self.scale;
        if scale.to_bits() != 1.0_f64.to_bits() {
            spectrum.eigenvalues.iter_mut().for_each(|lambda| *lambda *= scale * scale);
            spectrum.singular_max *= scale;
            spectrum.singular_min *= scale;
        }
        if let Some(dropped) = self.kept.and_then(|kept| spectrum.eigenvalues.len().checked_sub(kept)) {
            spectrum.eigenvalues.drain(..dropped);
            spectrum.singular_min = spectrum.eigenvalues.first().map_or(0.0, |lambda| lambda.sqrt());
            spectrum.rank_loss = spectrum.rank_loss.saturating_sub(dropped);
        }
        if self.singular {
            spectrum.eigenvalues.iter_mut().for_each(|lambda| *lambda = lambda.sqrt());
            spectrum.singular_max = spectrum.singular_max.sqrt();
            spectrum.singular_min = spectrum.singular_min.sqrt();
        }
        spectrum
    }
}
