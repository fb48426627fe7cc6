//! A checkpoint and options in, the details table out.

use heavytail_formats::TensorSource;

use crate::checked::CheckedOptions;
use crate::details::Details;
use crate::error::Error;
use crate::observer::{Cancel, Observer};

/// Lists a model's layers and what is none, without any maths: rows have the columns of the layer only.
///
/// # Errors
/// The checkpoint can't be read.
pub fn describe(source: &dyn TensorSource, options: &CheckedOptions) -> Result<Details, Error> {
    let _ = (source, options);
    Ok(Details::default())
}

/// Analyses every layer of a model. A layer that can't be analysed is a row with its reason.
///
/// # Errors
/// The checkpoint can't be read. Never for the sake of one layer.
pub fn analyze(
    source: &dyn TensorSource,
    options: &CheckedOptions,
    observer: &dyn Observer,
    cancel: &Cancel,
) -> Result<Details, Error> {
    let _ = (observer, cancel);
    describe(source, options)
}
