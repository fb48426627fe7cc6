//! Planted spectra and golden tables for the tests.
