//! A matrix given as row blocks in, its eigenvalue spectrum out.
//!
//! The spectrum of an N×M matrix W (N ≥ M) is the M eigenvalues of WᵀW. This crate knows nothing of files, layers
//! or fits: whoever has a matrix implements [`Matrix`] for it.
//!
//! ```
//! use heavytail_spectra::{DenseMatrix, Esd, SpectrumOptions, rank, spectrum};
//!
//! let w = DenseMatrix::new(3, 2, vec![3.0, 0.0, 0.0, 2.0, 0.0, 0.0])?;
//! let spectrum = spectrum(&w, &SpectrumOptions::default())?;
//! assert_eq!(spectrum.eigenvalues, [4.0, 9.0]);
//! let esd = Esd::pool([&spectrum])?;
//! assert_eq!(rank::matrix_rank(&esd, 3), 2);
//! # Ok::<(), heavytail_spectra::Error>(())
//! ```

mod aligned;
pub mod band;
mod blocks;
mod bracket;
pub mod chase;
mod columns;
mod dense;
mod error;
mod esd;
mod kernel;
mod lower_triangle;
mod options;
mod rank_update;
mod reflector;
mod spectrum;
mod sturm;
mod symmetric_product;
mod team;
pub mod tridiagonal;
pub mod tridiagonal_eigenvalues;
mod tridiagonal_vectors;
mod turn_back;

pub mod gram;
pub mod matrix;
pub mod method;
pub mod svd;
pub mod symmetric;

pub mod entropy;
pub mod norms;
pub mod rank;
pub mod vectors;

pub mod frequency;
pub mod product;
pub mod top;
pub mod top_vectors;
pub mod truncation;

pub mod divergence;
pub mod seed;
pub mod shuffle;

pub mod in_order;
pub mod schedule;
pub mod stop;

pub use dense::DenseMatrix;
pub use error::Error;
pub use esd::Esd;
pub use lower_triangle::LowerTriangle;
pub use matrix::{BlockLayout, Matrix, ReadError};
pub use method::SpectrumMethod;
pub use options::SpectrumOptions;
pub use spectrum::{MatrixSpectrum, spectrum};
