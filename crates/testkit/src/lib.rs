//! Planted spectra and golden tables for the tests; no part of the product.

pub mod golden;
pub mod variants;
