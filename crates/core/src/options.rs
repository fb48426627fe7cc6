//! What a caller may ask of an analysis, with the defaults.

/// Options of an analysis as given; [`check`](Self::check) refuses what can't be.
#[derive(Clone, Debug, PartialEq)]
pub struct AnalyzeOptions {
    /// Reproduce weightwatcher 0.7.7 where it is wrong, too (`docs/differences.md`).
    pub compat: bool,
    /// Layers with fewer eigenvalues are left out (8).
    pub min_evals: usize,
    /// Layers with more eigenvalues are left out (15000).
    pub max_evals: usize,
    /// Layers with a longer side N are left out (no limit; 50000 in compat mode).
    pub max_n: Option<usize>,
    /// Which layers: words that are ids, names, globs or types; a leading `-` drops. Empty: all.
    pub layers: Vec<String>,
    /// First id, where above 0.
    pub start_ids: i64,
    /// Pool the slices of a convolution into one ESD (true), or one row a slice.
    pub pool: bool,
    /// Scale the slices of a convolution by √(1/2), as the reference does (true).
    pub conv2d_norm: bool,
    /// Eigenvalues below this count as weak rank loss (1e-6).
    pub tolerance: f64,
    /// Drop this many of the largest eigenvalues before the fit (0); a sign doesn't matter.
    pub xmax: i64,
    /// Fit eigenvalues above 1e-5·λ_max instead of above 1e-5.
    pub scale_free: bool,
    /// Threads; 0 for one a core.
    pub threads: usize,
    /// Bytes of working memory that the analysis may hold at once; none for half of the machine's.
    pub memory: Option<u64>,
    /// Seed of every random draw.
    pub seed: u64,
    /// Keep each layer's ESD beside its row, for plots and pages.
    pub keep_curves: bool,
}

impl Default for AnalyzeOptions {
    fn default() -> Self {
        Self {
            compat: false,
            min_evals: 8,
            max_evals: 15_000,
            max_n: None,
            layers: Vec::new(),
            start_ids: 0,
            pool: true,
            conv2d_norm: true,
            tolerance: 1e-6,
            xmax: 0,
            scale_free: false,
            threads: 0,
            memory: None,
            seed: 0,
            keep_curves: false,
        }
    }
}
