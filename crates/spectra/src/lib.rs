//! A matrix given as row blocks in, its eigenvalue spectrum out.
//!
//! The spectrum of an N×M matrix W (N ≥ M) is the M eigenvalues of WᵀW. This crate knows nothing of files, layers
//! or fits: whoever has a matrix implements [`Matrix`] for it.

mod error;
pub mod matrix;
pub mod method;

pub use error::Error;
pub use matrix::{BlockLayout, Matrix, ReadError};
pub use method::SpectrumMethod;
