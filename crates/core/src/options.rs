//! What a caller may ask of an analysis, with the defaults.

use crate::options_fit::{Channels, FitLaw, FixFingers, Peft, PlPackage, SvdMethod, XminRule};
use crate::options_spectrum::Eigs;

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
    /// Divide weights by the standard deviation of Glorot's initialisation (false); the reference means to, and doesn't.
    pub glorot_fix: bool,
    /// Where the channels of a convolution stand (auto: as name and format tell).
    pub channels: Channels,
    /// Take a convolution over two axes as a whole, in its Fourier basis, and not slice by slice (false).
    pub conv2d_fft: bool,
    /// Transform weights to their Fourier basis (false); being orthonormal it leaves every singular value as it is.
    pub fft: bool,
    /// Tell how the gaps between neighbouring eigenvalues are distributed: `spacing_ratio`.
    pub deltas: bool,
    /// Eigenvalues below this count as weak rank loss (1e-6).
    pub tolerance: f64,
    /// The law that is fitted to the tail (PL).
    pub fit: FitLaw,
    /// Whose power law (ww).
    pub pl_package: PlPackage,
    /// Drop this many of the largest eigenvalues before the fit (0); a sign doesn't matter.
    pub xmax: i64,
    /// End the law at the largest eigenvalue: its distribution function is divided by its value there.
    pub xmax_force: bool,
    /// How a few eigenvalues far beyond the tail are kept from steepening the fit (no).
    pub fix_fingers: FixFingers,
    /// Fewer than this many eigenvalues are fingers (10); for `ClipXmax`.
    pub max_fingers: usize,
    /// How far alpha has to fall without them (1); for `ClipXmax`.
    pub finger_thresh: f64,
    /// The largest xmin near the peak; none for 1.5 times the peak.
    pub xmin_max: Option<f64>,
    /// Where the tail starts (at the least KS distance).
    pub xmin_method: XminRule,
    /// Fit eigenvalues above 1e-5·λ_max instead of above 1e-5.
    pub scale_free: bool,
    /// Analyse 1/λ in place of λ.
    pub inverse: bool,
    /// How singular values are computed (fast).
    pub svd_method: SvdMethod,
    /// How many eigenvalues are computed (all): with `Top(K)` only the columns of the tail have values.
    pub eigs: Eigs,
    /// Fit the Marchenko–Pastur bulk: `num_spikes` and its family.
    pub mp_fit: bool,
    /// Hold each layer against its shuffled copy: `rand_distance`, `num_traps` and their family.
    pub randomize: bool,
    /// Find the tail whose product is one: `detX_num`, `ERG_gap` and their family.
    pub det_x: bool,
    /// Describe the eigenvectors of bulk and tail.
    pub vectors: bool,
    /// Samples of the bootstrap behind `alpha_ci_low`, `alpha_ci_high` and `gof_p` (0: the asymptotic interval).
    pub bootstrap: usize,
    /// Test the power law against lognormal, exponential and truncated power law: `lr_*`, `best_fit`.
    pub alternatives: bool,
    /// The mean alpha of square pieces of the layer, free of the bias of its aspect ratio: `alpha_farms`.
    pub farms: bool,
    /// Whether low-rank adapters are looked for (no).
    pub peft: Peft,
    /// Analyse the products of neighbouring layers in place of the layers.
    pub intra: bool,
    /// With `intra`: put a random matrix of zeros and ones between the layers (true), as the reference does.
    pub sparsify: bool,
    /// Analyse all layers as one stacked matrix.
    pub stacked: bool,
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
            glorot_fix: false,
            channels: Channels::Auto,
            conv2d_fft: false,
            fft: false,
            deltas: false,
            tolerance: 1e-6,
            fit: FitLaw::PowerLaw,
            pl_package: PlPackage::Ww,
            xmax: 0,
            xmax_force: false,
            fix_fingers: FixFingers::No,
            max_fingers: 10,
            finger_thresh: 1.0,
            xmin_max: None,
            xmin_method: XminRule::Ks,
            scale_free: false,
            inverse: false,
            svd_method: SvdMethod::Fast,
            eigs: Eigs::All,
            mp_fit: false,
            randomize: false,
            det_x: false,
            vectors: false,
            bootstrap: 0,
            alternatives: false,
            farms: false,
            peft: Peft::No,
            intra: false,
            sparsify: true,
            stacked: false,
            threads: 0,
            memory: None,
            seed: 0,
            keep_curves: false,
        }
    }
}

impl AnalyzeOptions {
    /// Whether any statistic needs the elements of a matrix and not only its spectrum.
    pub(crate) fn needs_elements(&self) -> bool {
        self.randomize || self.vectors || self.farms
    }
}
