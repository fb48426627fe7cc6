//! An adapted weight and its low-rank update in, W + s·B·A out, with DoRA's lengths where the adapter has them.

use heavytail_layers::{LowRankUpdate, MatrixView, Merged};
use heavytail_spectra::DenseMatrix;
use heavytail_spectra::Matrix;

use crate::analysis::layer_failure::LayerFailure;
use crate::analysis::opened::Opened;
use crate::analysis::read_factor::{Factors, read_row_major};
use crate::model::Model;

/// Opens W + s·B·A matrix by matrix.
pub(crate) fn open_merged(
    model: &Model<'_>,
    update: &LowRankUpdate,
    merged: &Merged,
) -> Result<Opened, LayerFailure> {
    let base = if merged.in_base_model { model.base.ok_or(LayerFailure::Refused)? } else { model.source };
    let views = &merged.base.matrices;
    let mut sums = Vec::with_capacity(views.len());
    for (view, product) in views.iter().zip(&update.products) {
        let mut sum = read_row_major(base, *view)?;
        let added = Factors::read(model.source, *product)?.formed()?;
        // A square product is formed as it is, a tall one too: the products are turned as the views are.
        sum.iter_mut().zip(added.elements()).for_each(|(w, ba)| *w += update.scale * ba);
        sums.push(sum);
    }
    if let Some(tensor) = merged.magnitude {
        let data = model.source.load(tensor)?;
        let mut lengths = vec![0.0; data.len()];
        data.decode(0, 1, &mut lengths)?;
        set_lengths(&mut sums, views, &lengths)?;
    }
    let mut matrices: Vec<Box<dyn Matrix>> = Vec::with_capacity(sums.len());
    for (view, sum) in views.iter().zip(sums) {
        let matrix = DenseMatrix::new(view.rows, view.cols, sum).map_err(LayerFailure::Spectrum)?;
        matrices.push(Box::new(matrix));
    }
    let mut opened = Opened::of_matrices(matrices, merged.base.scale);
    opened.kept = (merged.kept < merged.base.num_evals()).then_some(merged.kept);
    Ok(opened)
}

/// Rescales every output of the weight, over all positions of its kernel, to its length (Liu et al. 2024, equation 5).
fn set_lengths(sums: &mut [Vec<f64>], views: &[MatrixView], lengths: &[f64]) -> Result<(), LayerFailure> {
    let Some(view) = views.first() else { return Ok(()) };
    // Outputs are the stored rows, or the stored columns of a weight kept inputs first; a square one is taken by rows.
    let (rows, cols) = (view.rows, view.cols);
    let by_rows = match (rows == lengths.len(), cols == lengths.len()) {
        (true, true) => view.is_row_major(),
        (true, false) => true,
        (false, true) => false,
        (false, false) => {
            return Err(LayerFailure::Magnitude { lengths: lengths.len(), rows, cols });
        }
    };
    let output = |at: usize| if by_rows { at / cols } else { at % cols };
    let mut squares = vec![0.0; lengths.len()];
    for sum in sums.iter() {
        sum.iter().enumerate().for_each(|(at, w)| squares[output(at)] += w * w);
    }
    let factors: Vec<f64> = lengths
        .iter()
        .zip(&squares)
        .map(|(length, square)| if *square > 0.0 { length / square.sqrt() } else { 0.0 })
        .collect();
    for sum in sums {
        sum.iter_mut().enumerate().for_each(|(at, w)| *w *= factors[output(at)]);
    }
    Ok(())
}
