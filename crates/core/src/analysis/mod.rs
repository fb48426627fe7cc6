//! One row of the table: a layer and options in, its values or its reason out.
//!
//! [`plan`] lists the rows of a model as [`mod@unit`]s; [`opened`] makes a unit's matrices readable, [`layer_spectrum`] finds
//! their eigenvalues, [`tail_fit`] fits these, and each `fill` file sets the columns of one family.

pub(crate) mod analyze_layer;
pub(crate) mod layer_failure;
pub(crate) mod plan;
pub(crate) mod plan_adapters;
pub(crate) mod unit;

mod open_delta;
mod open_frequencies;
mod open_intra;
mod open_low_rank;
mod open_merged;
mod open_stack;
mod open_weights;
pub(crate) mod opened;
pub(crate) mod read_factor;
pub(crate) mod shuffled_layer;
pub(crate) mod single_precision;

pub(crate) mod layer_spectrum;
mod layer_top;
pub(crate) mod tail_fit;

mod fill_certainty;
mod fill_deltas;
mod fill_erg;
mod fill_farms;
pub(crate) mod fill_fit;
pub(crate) mod fill_layer;
pub(crate) mod fill_mp;
mod fill_random;
pub(crate) mod fill_reason;
mod fill_spectrum;
mod fill_stable;
mod fill_top;
mod fill_vectors;
