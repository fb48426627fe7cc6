//! The matrices of a convolution's kernel in, the spectra of the whole convolution out, one a frequency.

use heavytail_spectra::frequency::frequency_spectra;
use heavytail_spectra::{DenseMatrix, SpectrumOptions};

use crate::analysis::layer_failure::LayerFailure;
use crate::analysis::opened::Opened;
use crate::analysis::unit::Unit;
use crate::model::Model;

/// Side of the periodic image on which a convolution is taken; a larger kernel takes its own size. The singular values
/// are samples of smooth functions of the frequency, of which a kernel of three has one oscillation.
pub(crate) const SIDE: usize = 16;

/// Replaces a kernel's matrices by the spectra of the convolution. Layers that are none stay as they are.
pub(crate) fn in_frequencies(
    model: &Model<'_>,
    unit: &Unit,
    opened: Opened,
    options: &SpectrumOptions,
) -> Result<Opened, LayerFailure> {
    let shape = model.source.tensors().get(unit.layer.tensor).map_or(&[][..], |info| &info.shape[..]);
    // A kernel of one position is its matrix at every frequency.
    let Some(kernel) = unit.layer.kernel(shape) else { return Ok(opened) };
    let (rows, cols) = opened.matrices.first().map_or((0, 0), |matrix| (matrix.rows(), matrix.cols()));
    let failure = |error| LayerFailure::of_spectrum(error, rows, cols);
    let mut positions = Vec::with_capacity(opened.matrices.len());
    for matrix in &opened.matrices {
        positions.push(DenseMatrix::read(matrix.as_ref()).map_err(failure)?);
    }
    let side = SIDE.max(kernel.0).max(kernel.1);
    let known = frequency_spectra(&positions, kernel, side, options).map_err(failure)?;
    Ok(Opened { matrices: Vec::new(), known, ..opened })
}
