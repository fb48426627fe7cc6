//! A layer's matrices and its xmin in, what the eigenvectors of bulk and tail look like out.

use heavytail_spectra::vectors::{ShapeSummary, VectorShape, bulk_len, summarize, vector_shapes};
use heavytail_spectra::{DenseMatrix, SpectrumOptions};

use crate::analysis::layer_failure::LayerFailure;
use crate::analysis::layer_spectrum::takes_left_vectors;
use crate::analysis::opened::Opened;
use crate::column::Column;
use crate::columns_fit::{STATUS, XMIN};
use crate::columns_vectors::{
    BULK_MEAN_LOC_RATIO, BULK_MEAN_PART_RATIO, BULK_MEAN_VEC_ENTROPY, BULK_VAR_LOC_RATIO,
    BULK_VAR_PART_RATIO, BULK_VAR_VEC_ENTROPY, TAIL_MEAN_LOC_RATIO, TAIL_MEAN_PART_RATIO,
    TAIL_MEAN_VEC_ENTROPY, TAIL_VAR_LOC_RATIO, TAIL_VAR_PART_RATIO, TAIL_VAR_VEC_ENTROPY,
};
use crate::options::AnalyzeOptions;
use crate::row::Row;

/// Mean and variance of entropy, localization and participation.
type Family = [(&'static Column, &'static Column); 3];

static BULK: Family = [
    (&BULK_MEAN_VEC_ENTROPY, &BULK_VAR_VEC_ENTROPY),
    (&BULK_MEAN_LOC_RATIO, &BULK_VAR_LOC_RATIO),
    (&BULK_MEAN_PART_RATIO, &BULK_VAR_PART_RATIO),
];

static TAIL: Family = [
    (&TAIL_MEAN_VEC_ENTROPY, &TAIL_VAR_VEC_ENTROPY),
    (&TAIL_MEAN_LOC_RATIO, &TAIL_VAR_LOC_RATIO),
    (&TAIL_MEAN_PART_RATIO, &TAIL_VAR_PART_RATIO),
];

/// Sets the columns and returns what every eigenvector looks like, by ascending eigenvalue. Without a fit all count as
/// tail, as in the reference. `known` are the shapes that came with the spectrum.
pub(crate) fn fill_vectors(
    row: &mut Row,
    opened: &Opened,
    known: Option<Vec<VectorShape>>,
    options: &AnalyzeOptions,
) -> Result<Vec<VectorShape>, LayerFailure> {
    let fitted = row.text(&STATUS) == "success";
    let xmin = row.number(&XMIN).filter(|_| fitted).unwrap_or(f64::NEG_INFINITY);
    let scale = opened.scale * opened.scale;
    let mut all = known.map_or_else(|| all_shapes(opened, options), Ok)?;
    all.iter_mut().for_each(|shape| shape.eigenvalue *= scale);
    all.sort_by(|a, b| a.eigenvalue.total_cmp(&b.eigenvalue));
    let (bulk, tail) = all.split_at(bulk_len(&all, xmin));
    set(row, &BULK, summarize(bulk));
    set(row, &TAIL, summarize(tail));
    Ok(all)
}

/// The shapes of the eigenvectors of all matrices, unscaled.
fn all_shapes(opened: &Opened, options: &AnalyzeOptions) -> Result<Vec<VectorShape>, LayerFailure> {
    let left = takes_left_vectors(opened, options);
    let mut all = Vec::new();
    for matrix in &opened.matrices {
        let (rows, cols) = (matrix.rows(), matrix.cols());
        let failure = |error| LayerFailure::of_spectrum(error, rows, cols);
        let options = SpectrumOptions::default();
        let shapes = if left && rows == cols {
            let stored = DenseMatrix::read(matrix.as_ref()).map_err(failure)?;
            let turned = DenseMatrix::from_wide(rows, cols, stored.elements()).map_err(failure)?;
            drop(stored);
            vector_shapes(&turned, &options)
        } else {
            vector_shapes(matrix.as_ref(), &options)
        };
        all.extend(shapes.map_err(failure)?);
    }
    Ok(all)
}

fn set(row: &mut Row, family: &Family, summary: ShapeSummary) {
    let moments = [summary.entropy, summary.localization, summary.participation];
    for ((mean, variance), (of_mean, of_variance)) in moments.into_iter().zip(family) {
        row.set(of_mean, mean);
        row.set(of_variance, variance);
    }
}
