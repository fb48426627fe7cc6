//! Sorted eigenvalues in, fits out.
