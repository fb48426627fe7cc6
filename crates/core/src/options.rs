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

impl AnalyzeOptions {
    /// The options that shape the table and differ from the defaults, as on the command line, and the seed.
    #[must_use]
    pub fn spelled(&self) -> Vec<(String, String)> {
        let default = Self::default();
        let mut spelled = Vec::new();
        let mut say = |differs: bool, name: &str, value: String| {
            if differs {
                spelled.push((name.to_owned(), value));
            }
        };
        say(self.compat, "compat", "ww".to_owned());
        say(self.min_evals != default.min_evals, "min-evals", self.min_evals.to_string());
        say(self.max_evals != default.max_evals, "max-evals", self.max_evals.to_string());
        say(self.max_n.is_some(), "max-n", self.max_n.unwrap_or_default().to_string());
        say(!self.layers.is_empty(), "layers", self.layers.join(","));
        say(self.start_ids != default.start_ids, "start-ids", self.start_ids.to_string());
        say(!self.pool, "no-pool", "true".to_owned());
        say(!self.conv2d_norm, "no-conv2d-norm", "true".to_owned());
        let tolerance = self.tolerance.to_bits() != default.tolerance.to_bits();
        say(tolerance, "tolerance", self.tolerance.to_string());
        say(self.xmax != default.xmax, "xmax", self.xmax.to_string());
        say(self.scale_free, "scale-free", "true".to_owned());
        say(true, "seed", self.seed.to_string());
        spelled
    }
}
