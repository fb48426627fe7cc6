//! A model in, the model without its correlation traps out.
//!
//! A trap is a direction of the shuffled layer that its bulk doesn't explain. Its rank-1 part, put back in place, is subtracted
//! from the layer itself; what is random in it is too small to miss. SVDSharpness of the reference instead removes as many of
//! the layer's own largest directions, which are what it learnt: compat mode does so.

use std::slice;

use heavytail_spectra::{DenseMatrix, Matrix};

use crate::analysis::fill_reason::add_reason;
use crate::analysis::layer_failure::LayerFailure;
use crate::analysis::shuffled_layer::Shuffled;
use crate::analysis::unit::Unit;
use crate::checked::CheckedOptions;
use crate::details::Details;
use crate::error::Error;
use crate::inspect::columns_traps::PERMUTE_FINGERPRINT;
use crate::model::Model;
use crate::options::AnalyzeOptions;
use crate::row::Row;
use crate::transform::columns_change::{NUM_SMOOTH, TRAPS_AFTER, TRAPS_BEFORE};
use crate::transform::rewrite::rewrite;
use crate::transform::smooth::drop_own_triplets;
use crate::transform::target::Target;

/// Writes the model without the traps numbered in `indices` (from 1, by falling singular value; empty: all of each
/// layer). Layers of several matrices have no traps in the reference's sense and stay what they are.
///
/// # Errors
/// An output that is the model itself, a file that can't be read or written, or a raised flag.
pub fn remove_traps(
    model: &Model<'_>,
    options: &CheckedOptions,
    indices: &[usize],
    to: &Target<'_>,
) -> Result<Details, Error> {
    rewrite(model, options, to, &|unit, matrices, row| {
        without_traps(unit, matrices, options.get(), indices, row)
    })
}

/// SVDSharpness: [`remove_traps`] of all traps. In compat mode as many of each layer's own largest singular triplets go.
///
/// # Errors
/// As [`remove_traps`].
pub fn sharpen(model: &Model<'_>, options: &CheckedOptions, to: &Target<'_>) -> Result<Details, Error> {
    if !options.get().compat {
        return remove_traps(model, options, &[], to);
    }
    rewrite(model, options, to, &|unit, matrices, row| match matrices {
        [matrix] => {
            let shuffled = Shuffled::new(unit, matrix, options.get())?;
            drop_own_triplets(slice::from_mut(matrix), shuffled.bulk.num_spikes, row)
        }
        _ => {
            row.set(&NUM_SMOOTH, 0_usize);
            Ok(false)
        }
    })
}

fn without_traps(
    unit: &Unit,
    matrices: &mut [DenseMatrix],
    options: &AnalyzeOptions,
    indices: &[usize],
    row: &mut Row,
) -> Result<bool, LayerFailure> {
    let [matrix] = matrices else {
        add_reason(row, "has several matrices: traps are sought in layers of one");
        return Ok(false);
    };
    let shuffled = Shuffled::new(unit, matrix, options)?;
    row.set(&PERMUTE_FINGERPRINT, shuffled.permutation.fingerprint());
    row.set(&TRAPS_BEFORE, shuffled.bulk.num_spikes);
    let wanted = |index: &usize| indices.is_empty() || indices.contains(&(index + 1));
    let chosen: Vec<usize> = (0..shuffled.traps.singular.len()).filter(wanted).collect();
    if chosen.is_empty() {
        return Ok(false);
    }
    let size = (matrix.rows(), matrix.cols());
    for index in chosen {
        let trap = shuffled.put_back(index, size);
        matrix.elements_mut().iter_mut().zip(trap).for_each(|(w, t)| *w -= t);
    }
    row.set(&TRAPS_AFTER, Shuffled::new(unit, matrix, options)?.bulk.num_spikes);
    Ok(true)
}
