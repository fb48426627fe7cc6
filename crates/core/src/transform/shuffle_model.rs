//! A model and a seed in, the model with the elements of each layer in random places out.

use crate::analysis::fill_reason::add_reason;
use crate::analysis::shuffled_layer::Permutation;
use crate::checked::CheckedOptions;
use crate::details::Details;
use crate::error::Error;
use crate::inspect::columns_traps::PERMUTE_FINGERPRINT;
use crate::model::Model;
use crate::transform::rewrite::rewrite;
use crate::transform::target::Target;

/// Writes the model with the elements of every layer of one matrix permuted, as the seed among the options and the
/// layer's id say; each row carries its permutation's fingerprint.
///
/// # Errors
/// An output that is the model itself, a file that can't be read or written, or a raised flag.
pub fn randomize_model(
    model: &Model<'_>,
    options: &CheckedOptions,
    to: &Target<'_>,
) -> Result<Details, Error> {
    let seed = options.get().seed;
    rewrite(model, options, to, &|unit, matrices, row| {
        let [matrix] = matrices else {
            add_reason(row, "has several matrices: layers of one are shuffled");
            return Ok(false);
        };
        let permutation = Permutation::new(unit, matrix.elements().len(), seed);
        row.set(&PERMUTE_FINGERPRINT, permutation.fingerprint());
        *matrix = permutation.apply(matrix)?;
        Ok(true)
    })
}
