//! A view of a tensor in, its elements row by row out: a factor of a product, small enough to hold.

use heavytail_formats::TensorSource;
use heavytail_layers::{MatrixReader, MatrixView, Product};
use heavytail_spectra::product::{Factor, product_matrix, product_singular_values};
use heavytail_spectra::{DenseMatrix, Error, MatrixSpectrum, SpectrumMethod};

use crate::analysis::layer_failure::LayerFailure;

/// The elements of a view of any shape, row-major.
pub(crate) fn read_row_major(source: &dyn TensorSource, view: MatrixView) -> Result<Vec<f64>, LayerFailure> {
    let reader = MatrixReader::new(&source.load(view.tensor)?, view)?;
    let (rows, cols) = (view.rows, view.cols);
    let mut elements = vec![0.0; rows.saturating_mul(cols)];
    reader.read(0..rows, &mut elements)?;
    if reader.is_row_major() {
        return Ok(elements);
    }
    Ok((0..rows).flat_map(|i| (0..cols).map(move |j| (i, j))).map(|(i, j)| elements[j * rows + i]).collect())
}

/// Both factors of a product, row-major: L of p×k and R of q×k.
pub(crate) struct Factors {
    pub(crate) left: Vec<f64>,
    pub(crate) right: Vec<f64>,
    product: Product,
}

impl Factors {
    pub(crate) fn read(source: &dyn TensorSource, product: Product) -> Result<Self, LayerFailure> {
        let (left, right) = (read_row_major(source, product.left)?, read_row_major(source, product.right)?);
        Ok(Self { left, right, product })
    }

    /// The spectrum of L·Rᵀ, of which only the k eigenvalues are kept that need not be zero.
    pub(crate) fn spectrum(&self) -> Result<MatrixSpectrum, LayerFailure> {
        let (p, q) = self.product.shape();
        let (rows, cols) = (p.max(q), p.min(q));
        let singular = self
            .factors()
            .and_then(|(left, right)| product_singular_values(left, right))
            .map_err(|error| LayerFailure::of_spectrum(error, rows, cols))?;
        let largest = singular.last().copied().unwrap_or(0.0);
        let tolerance = largest * rounding(rows);
        Ok(MatrixSpectrum {
            eigenvalues: singular.iter().map(|sigma| sigma * sigma).collect(),
            singular_max: largest,
            singular_min: singular.first().copied().unwrap_or(0.0),
            rank_loss: singular.partition_point(|sigma| *sigma <= tolerance),
            method: SpectrumMethod::Svd,
            rows,
            cols,
        })
    }

    /// L·Rᵀ itself, tall.
    pub(crate) fn formed(&self) -> Result<DenseMatrix, LayerFailure> {
        let (p, q) = self.product.shape();
        self.factors()
            .and_then(|(left, right)| product_matrix(left, right))
            .map_err(|error| LayerFailure::of_spectrum(error, p.max(q), p.min(q)))
    }

    fn factors(&self) -> Result<(Factor<'_>, Factor<'_>), Error> {
        let (p, q) = self.product.shape();
        let inner = self.product.inner();
        Ok((Factor::new(p, inner, &self.left)?, Factor::new(q, inner, &self.right)?))
    }
}

/// N·eps, below which share of σ_max a singular value is rounding.
#[expect(clippy::cast_precision_loss, reason = "sides of matrices are far below 2^53")]
fn rounding(rows: usize) -> f64 {
    rows as f64 * f64::EPSILON
}
