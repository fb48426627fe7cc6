//! An adapted weight and its low-rank update in, W + s·B·A out, with DoRA's lengths where the adapter has them; or what
//! they change, that less W.

use heavytail_formats::TensorSource;
use heavytail_layers::{LowRankUpdate, Merged};
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
    let mut opened = opened(merged, sums(model, update, merged)?)?;
    opened.kept = (merged.kept < merged.base.num_evals()).then_some(merged.kept);
    Ok(opened)
}

/// Opens what an update with DoRA's lengths changes: they rescale W itself, so that the change is no product.
pub(crate) fn open_rescaled(
    model: &Model<'_>,
    update: &LowRankUpdate,
    merged: &Merged,
) -> Result<Opened, LayerFailure> {
    let base = source_of(model, merged)?;
    let mut changes = sums(model, update, merged)?;
    for (view, change) in merged.base.matrices.iter().zip(&mut changes) {
        let own = read_row_major(base, *view)?;
        change.iter_mut().zip(own).for_each(|(tuned, w)| *tuned -= w);
    }
    opened(merged, changes)
}

/// Where W is from.
fn source_of<'a>(model: &Model<'a>, merged: &Merged) -> Result<&'a dyn TensorSource, LayerFailure> {
    if merged.in_base_model { model.base.ok_or(LayerFailure::Refused) } else { Ok(model.source) }
}

/// W + s·B·A, its outputs rescaled to their lengths where the adapter has them, row by row.
fn sums(model: &Model<'_>, update: &LowRankUpdate, merged: &Merged) -> Result<Vec<Vec<f64>>, LayerFailure> {
    let base = source_of(model, merged)?;
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
        set_lengths(&mut sums, merged, &lengths)?;
    }
    Ok(sums)
}

fn opened(merged: &Merged, elements: Vec<Vec<f64>>) -> Result<Opened, LayerFailure> {
    let mut matrices: Vec<Box<dyn Matrix>> = Vec::with_capacity(elements.len());
    for (view, sum) in merged.base.matrices.iter().zip(elements) {
        let matrix = DenseMatrix::new(view.rows, view.cols, sum).map_err(LayerFailure::Spectrum)?;
        matrices.push(Box::new(matrix));
    }
    Ok(Opened::of_matrices(matrices, merged.base.scale))
}

/// Rescales every output of the weight, over all positions of its kernel, to its length (Liu et al. 2024, equation 5).
fn set_lengths(sums: &mut [Vec<f64>], merged: &Merged, lengths: &[f64]) -> Result<(), LayerFailure> {
    let Some(view) = merged.base.matrices.first() else { return Ok(()) };
    // Outputs are the stored rows, or the stored columns of a weight kept inputs first; of a square one the adapter's
    // file says which.
    let (rows, cols) = (view.rows, view.cols);
    let by_rows = match (rows == lengths.len(), cols == lengths.len()) {
        (true, true) => view.is_row_major() != merged.inputs_first,
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
