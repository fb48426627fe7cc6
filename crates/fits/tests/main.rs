//! All integration tests of the crate in one binary.
#![expect(clippy::unwrap_used, reason = "in a test a panic with its place is the report")]

/// Random matrices' largest eigenvalues.
mod edges;
/// Reads the reference's tables.
mod golden;
/// Power laws, Marchenko–Pastur fits and the others against the reference.
mod golden_fits;
/// Its options.
mod golden_options;
/// Spectra whose truth is known.
mod planted;
/// Marchenko–Pastur laws with and without spikes.
mod planted_bulks;
/// The pruned search against the naive one, and symmetries.
mod power_law_properties;
/// The power law against other laws.
mod rival_laws;
/// Truncated power laws.
mod truncated_laws;
/// Intervals, goodness of fit, sensitivity.
mod uncertainty;
/// Laws of the weights themselves.
mod weights;
