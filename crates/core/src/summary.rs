//! A details table in, its means over the layers out.

use crate::column::Column;
use crate::columns_fit::{ALPHA, ALPHA_WEIGHTED, LOG_ALPHA_NORM};
use crate::columns_mp::MP_SOFTRANK;
use crate::columns_spectrum::{LOG_NORM, LOG_SPECTRAL_NORM, STABLE_RANK};
use crate::columns_stable::ALPHA_STABLE;
use crate::density::mean;
use crate::details::Details;

/// The columns that the reference's summary averages, and ours.
static AVERAGED: &[&Column] = &[
    &LOG_NORM,
    &ALPHA,
    &ALPHA_WEIGHTED,
    &LOG_ALPHA_NORM,
    &LOG_SPECTRAL_NORM,
    &STABLE_RANK,
    &MP_SOFTRANK,
    &ALPHA_STABLE,
];

/// Which rows a mean is taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// Every row that has a value, failed fits and their −1 included, as the reference does.
    AllRows,
    /// Rows whose fit succeeded.
    FittedRows,
}

/// Means by column, for the columns that the table has.
#[must_use]
pub fn summary(details: &Details, over: Over) -> Vec<(&'static Column, f64)> {
    AVERAGED
        .iter()
        .filter_map(|column| {
            let values: Vec<f64> = match over {
                Over::AllRows => details.rows.iter().filter_map(|row| row.number(column)).collect(),
                Over::FittedRows => details.fitted(column),
            };
            (!values.is_empty()).then(|| (*column, mean(&values)))
        })
        .collect()
}
