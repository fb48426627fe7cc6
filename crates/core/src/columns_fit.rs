//! Columns of the power law fitted to the tail of the ESD, and what follows from its exponent.

use crate::column::{Column, ColumnType, Origin, Presence};

/// The exponent of the power law p(λ) ∝ λ^−alpha on the tail.
pub static ALPHA: Column = Column {
    name: "alpha",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The exponent of the power law p(λ) ∝ λ^−alpha on the tail.",
    definition: "1 + m/Σ ln(λ_j/xmin) over the m eigenvalues λ_j ≥ xmin, m − 1 for m and tails of 8 or more where fewer than 20 are fitted; −1 where no fit",
    reading: "2 to 6: well trained; above 6: under-trained; below 2: over-trained, or a correlation trap",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// Where the tail starts.
pub static XMIN: Column = Column {
    name: "xmin",
    kind: ColumnType::Float,
    unit: "λ",
    meaning: "Where the tail starts.",
    definition: "the candidate eigenvalue with the smallest D; −1 where no fit",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// The largest eigenvalue of the fit.
pub static XMAX: Column = Column {
    name: "xmax",
    kind: ColumnType::Float,
    unit: "λ",
    meaning: "The largest eigenvalue of the fit.",
    definition: "λ_max, or less when xmax drops the largest",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// The Kolmogorov–Smirnov distance between the tail and its power law.
pub static KS_DISTANCE: Column = Column {
    name: "D",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The Kolmogorov–Smirnov distance between the tail and its power law.",
    definition: "max_j |F_fit(λ_j) − F_empirical(λ_j)|; −1 where no fit",
    reading: "below about 0.1: a fair fit",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// The asymptotic standard error of alpha.
pub static SIGMA: Column = Column {
    name: "sigma",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The asymptotic standard error of alpha.",
    definition: "(alpha − 1)/√m; −1 where no fit",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// The length of the tail.
pub static NUM_PL_SPIKES: Column = Column {
    name: "num_pl_spikes",
    kind: ColumnType::Integer,
    unit: "",
    meaning: "The length of the tail.",
    definition: "m = number of λ ≥ xmin; −1 where no fit",
    reading: "an alpha from fewer than some 20 eigenvalues is noise",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// Alpha weighted by the layer's scale.
pub static ALPHA_WEIGHTED: Column = Column {
    name: "alpha_weighted",
    kind: ColumnType::Float,
    unit: "",
    meaning: "Alpha weighted by the layer's scale.",
    definition: "alpha·log10 λ_max",
    reading: "its mean over layers follows test accuracy across models of one architecture",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// The logarithm of the alpha norm.
pub static LOG_ALPHA_NORM: Column = Column {
    name: "log_alpha_norm",
    kind: ColumnType::Float,
    unit: "log10 λ",
    meaning: "The logarithm of the alpha norm.",
    definition: "log10 Σ λ^alpha",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// Whether the fit succeeded.
pub static STATUS: Column = Column {
    name: "status",
    kind: ColumnType::Text,
    unit: "",
    meaning: "Whether the fit succeeded.",
    definition: "success or failed",
    reading: "a failed row says why in `reason`",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// The reference's word on the layer.
pub static WARNING: Column = Column {
    name: "warning",
    kind: ColumnType::Text,
    unit: "",
    meaning: "The reference's word on the layer.",
    definition: "over-trained if alpha < 2 (so on every failed fit), under-trained if alpha > 6, else empty",
    reading: "`verdict` says the same and tells failed fits apart",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// The lower end of alpha's 95 % confidence interval.
pub static ALPHA_CI_LOW: Column = Column {
    name: "alpha_ci_low",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The lower end of alpha's 95 % confidence interval.",
    definition: "1 + (alpha − 1)·e^(−t·√(1/(m − 2) + v)), t the 97.5 % quantile of Student's law of m − 2 degrees, v the mean of max(0, (x_i − x)² − |1/m_i − 1/m|), x = ln(alpha − 1), over the tails of alpha_stable with m_i ≥ m/20, weighted as there; or by the bootstrap, xmin sought anew",
    reading: "a layer whose interval straddles 2 or 6 is uncertain; what it covers is in statistics.md",
    source: "Clauset, Shalizi, Newman, SIAM Review 51, 661 (2009), eq. 3.2; Buckland, Burnham, Augustin, Biometrics 53, 603 (1997)",
    origin: Origin::Heavytail,
    presence: Presence::Always,
};

/// The upper end of alpha's 95 % confidence interval.
pub static ALPHA_CI_HIGH: Column = Column {
    name: "alpha_ci_high",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The upper end of alpha's 95 % confidence interval.",
    definition: "1 + (alpha − 1)·e^(t·√(1/(m − 2) + v)), as for alpha_ci_low; or by the bootstrap, xmin sought anew",
    reading: "a layer whose interval straddles 2 or 6 is uncertain; what it covers is in statistics.md",
    source: "Clauset, Shalizi, Newman, SIAM Review 51, 661 (2009), eq. 3.2; Buckland, Burnham, Augustin, Biometrics 53, 603 (1997)",
    origin: Origin::Heavytail,
    presence: Presence::Always,
};

/// How many eigenvalues the fit never saw, being too small.
pub static NUM_BELOW_CUT: Column = Column {
    name: "num_below_cut",
    kind: ColumnType::Integer,
    unit: "",
    meaning: "How many eigenvalues the fit never saw, being too small.",
    definition: "number of λ ≤ 1e-5, or ≤ the cut relative to λ_max under --scale-free",
    reading: "above a tenth of num_evals the fit may follow the weights' scale; try --scale-free",
    source: "heavytail",
    origin: Origin::Heavytail,
    presence: Presence::Always,
};

/// The family, in print order.
pub(crate) static ALL: &[&Column] = &[
    &ALPHA,
    &XMIN,
    &XMAX,
    &KS_DISTANCE,
    &SIGMA,
    &NUM_PL_SPIKES,
    &ALPHA_WEIGHTED,
    &LOG_ALPHA_NORM,
    &STATUS,
    &WARNING,
    &ALPHA_CI_LOW,
    &ALPHA_CI_HIGH,
    &NUM_BELOW_CUT,
];
