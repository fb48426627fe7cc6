//! What a caller may ask of discovery, with the defaults.

use crate::{AxisOrder, Selector};

/// The reference's own limit on N, which we keep in compat mode only: our memory does not grow with N.
const REFERENCE_MAX_N: usize = 50_000;

/// Which layers to find and how to see them.
#[derive(Clone, Debug)]
pub struct LayerOptions {
    /// Layers with fewer eigenvalues are left out (8); 0 for no limit. Counts all slices when pooling.
    pub min_evals: usize,
    /// Layers with more eigenvalues are left out (15000); 0 for no limit. Counts all slices when pooling.
    pub max_evals: usize,
    /// Layers with a longer side N are left out (no limit; 50000 in compat mode).
    pub max_n: Option<usize>,
    /// Pool the slices of a convolution into one layer (true), or make one layer a slice.
    pub pool: bool,
    /// Scale the slices of a convolution as the reference does (true).
    pub conv2d_norm: bool,
    /// Divide weights by the standard deviation of Glorot's initialisation, √(2/((N + M)·rf)), instead (false).
    pub glorot_fix: bool,
    /// Where the channels of a convolution stand; none for what name and format tell.
    pub channels: Option<AxisOrder>,
    /// First id, where above 0; otherwise 1, or 0 for a directory.
    pub start_ids: i64,
    /// Which layers to keep; empty keeps all.
    pub select: Vec<Selector>,
    /// Reproduce weightwatcher 0.7.7 where it is wrong, too.
    pub compat: bool,
}

impl Default for LayerOptions {
    fn default() -> Self {
        Self {
            min_evals: 8,
            max_evals: 15_000,
            max_n: None,
            pool: true,
            conv2d_norm: true,
            glorot_fix: false,
            channels: None,
            start_ids: 0,
            select: Vec::new(),
            compat: false,
        }
    }
}

impl LayerOptions {
    /// The limit on N that applies.
    #[must_use]
    pub fn effective_max_n(&self) -> Option<usize> {
        self.max_n.or(self.compat.then_some(REFERENCE_MAX_N))
    }
}
