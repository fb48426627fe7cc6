//! A layer's matrices in, the mean alpha of square pieces of them out.
//!
//! The ESD of a random matrix is the wider the squarer it is, so that alpha follows a layer's shape as well as its
//! training. Pieces of one aspect ratio take the shape out (Hu et al., ICML 2025, FARMS).

use heavytail_spectra::seed::Stream;
use heavytail_spectra::{DenseMatrix, Esd, Matrix, SpectrumOptions, spectrum};

use crate::analysis::layer_failure::LayerFailure;
use crate::analysis::opened::Opened;
use crate::analysis::tail_fit::TailFitter;
use crate::analysis::unit::Unit;
use crate::columns_certainty::ALPHA_FARMS;
use crate::density::mean;
use crate::options::AnalyzeOptions;
use crate::row::Row;

/// Pieces of a layer.
const PIECES: u64 = 10;
/// A piece has no fewer columns than this, unless the matrix has.
const SMALLEST: usize = 16;

/// Sets the column; it stays null where no piece has a fit.
pub(crate) fn fill_farms(
    row: &mut Row,
    opened: &Opened,
    unit: &Unit,
    options: &AnalyzeOptions,
    fitter: &TailFitter,
) -> Result<(), LayerFailure> {
    let mut copies = Vec::with_capacity(opened.matrices.len());
    for matrix in &opened.matrices {
        let (rows, cols) = (matrix.rows(), matrix.cols());
        let copy = DenseMatrix::read(matrix.as_ref());
        copies.push(copy.map_err(|error| LayerFailure::of_spectrum(error, rows, cols))?);
    }
    let [id, slice, kind] = unit.stream();
    let mut alphas = Vec::new();
    for piece in 0..PIECES {
        let mut stream = Stream::new(options.seed, &[id, slice, kind, u64::MAX, piece]);
        let mut eigenvalues = Vec::new();
        for copy in &copies {
            let square = square_piece(copy, &mut stream).map_err(LayerFailure::Spectrum)?;
            let found = spectrum(&square, &SpectrumOptions::default()).map_err(LayerFailure::Spectrum)?;
            eigenvalues.extend(opened.adjusted(found).eigenvalues);
        }
        let esd = Esd::new(eigenvalues).map_err(LayerFailure::Spectrum)?;
        alphas.extend(fitter.fit(esd.eigenvalues()).ok().map(|fit| fit.alpha()));
    }
    if !alphas.is_empty() {
        row.set(&ALPHA_FARMS, mean(&alphas));
    }
    Ok(())
}

/// Rows and columns drawn without replacement, half as many as the matrix has columns.
fn square_piece(matrix: &DenseMatrix, stream: &mut Stream) -> Result<DenseMatrix, heavytail_spectra::Error> {
    let (rows, cols) = (matrix.rows(), matrix.cols());
    let side = (cols / 2).max(SMALLEST).min(cols);
    let (chosen_rows, chosen_cols) = (choose(rows, side, stream), choose(cols, side, stream));
    let elements = chosen_rows
        .iter()
        .flat_map(|i| chosen_cols.iter().map(move |j| (i, j)))
        .map(|(i, j)| matrix.elements()[i * cols + j])
        .collect();
    DenseMatrix::new(side, side, elements)
}

/// `count` of the numbers below `end`, in random order: the first steps of a Fisher–Yates shuffle.
fn choose(end: usize, count: usize, stream: &mut Stream) -> Vec<usize> {
    let mut numbers: Vec<usize> = (0..end).collect();
    for place in 0..count.min(end) {
        let ahead = usize::try_from(stream.below((end - place) as u64)).unwrap_or(0);
        numbers.swap(place, place + ahead);
    }
    numbers.truncate(count);
    numbers
}
