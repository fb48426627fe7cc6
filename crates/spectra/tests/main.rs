//! The integration tests of heavytail-spectra, one binary.

#![expect(clippy::unwrap_used, reason = "in a test, a failed unwrap is a failed test")]

mod algebra;
mod hard_matrices;
mod scheduling;
mod top;
mod triplets;
