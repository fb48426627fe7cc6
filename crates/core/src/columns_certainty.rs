//! Columns that say how far to trust alpha: other choices of the tail, resampling, other laws, other edges.

use crate::column::{Column, ColumnType, Origin, Presence};

/// The exponent of the upper half of the eigenvalues.
pub static HILL_ALPHA: Column = Column {
    name: "hill_alpha",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The exponent of the upper half of the eigenvalues.",
    definition: "1 + m/Σ ln(λ_j/median) over the m eigenvalues from the median on",
    reading: "the Hill estimator of TempBalance and AlphaPruning; compare models of one architecture",
    source: "Zhou et al., NeurIPS 2023 (TempBalance)",
    origin: Origin::Heavytail,
    presence: Presence::Always,
};

/// How much alpha hangs on the choice of xmin.
pub static ALPHA_SENSITIVITY: Column = Column {
    name: "alpha_sensitivity",
    kind: ColumnType::Float,
    unit: "",
    meaning: "How much alpha hangs on the choice of xmin.",
    definition: "largest minus smallest alpha of the candidates with tails of 8 or more whose D is at most 1.1 times the best",
    reading: "above 1: read alpha_stable instead of alpha",
    source: "heavytail",
    origin: Origin::Heavytail,
    presence: Presence::Always,
};

/// How alpha's interval was made.
pub static ALPHA_CI_METHOD: Column = Column {
    name: "alpha_ci_method",
    kind: ColumnType::Text,
    unit: "",
    meaning: "How alpha's interval was made.",
    definition: "asymptotic, or bootstrap where samples were asked for",
    reading: "",
    source: "heavytail",
    origin: Origin::Heavytail,
    presence: Presence::Always,
};

/// The probability of a D as large if the tail were a power law.
pub static GOF_P: Column = Column {
    name: "gof_p",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The probability of a D as large if the tail were a power law.",
    definition: "share of the samples drawn from the fit whose own fit has a D at least as large",
    reading: "below 0.1: the tail is no power law",
    source: "Clauset, Shalizi, Newman, SIAM Review 51, 661 (2009), section 4.1",
    origin: Origin::Heavytail,
    presence: Presence::Option("bootstrap"),
};

/// How much more likely the tail is under a power law than under a lognormal law.
pub static LR_LOGNORMAL: Column = Column {
    name: "lr_lognormal",
    kind: ColumnType::Float,
    unit: "",
    meaning: "How much more likely the tail is under a power law than under a lognormal law.",
    definition: "R = Σ (ln p_power(λ) − ln p_other(λ)) over λ ≥ xmin, both laws of greatest likelihood",
    reading: "above 0: the power law is the more likely, if p is small",
    source: "Clauset, Shalizi, Newman, SIAM Review 51, 661 (2009), section 5",
    origin: Origin::Heavytail,
    presence: Presence::Option("alternatives"),
};

/// The probability of such a ratio if power law and lognormal law were equally good.
pub static LR_LOGNORMAL_P: Column = Column {
    name: "lr_lognormal_p",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The probability of such a ratio if power law and lognormal law were equally good.",
    definition: "Vuong's test, two-sided",
    reading: "above 0.1: the tail can't tell the two apart",
    source: "Clauset, Shalizi, Newman, SIAM Review 51, 661 (2009), appendix C",
    origin: Origin::Heavytail,
    presence: Presence::Option("alternatives"),
};

/// How much more likely the tail is under a power law than under an exponential law.
pub static LR_EXPONENTIAL: Column = Column {
    name: "lr_exponential",
    kind: ColumnType::Float,
    unit: "",
    meaning: "How much more likely the tail is under a power law than under an exponential law.",
    definition: "R = Σ (ln p_power(λ) − ln p_other(λ)) over λ ≥ xmin, both laws of greatest likelihood",
    reading: "above 0: the power law is the more likely, if p is small",
    source: "Clauset, Shalizi, Newman, SIAM Review 51, 661 (2009), section 5",
    origin: Origin::Heavytail,
    presence: Presence::Option("alternatives"),
};

/// The probability of such a ratio if power law and exponential law were equally good.
pub static LR_EXPONENTIAL_P: Column = Column {
    name: "lr_exponential_p",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The probability of such a ratio if power law and exponential law were equally good.",
    definition: "Vuong's test, two-sided",
    reading: "above 0.1: the tail can't tell the two apart",
    source: "Clauset, Shalizi, Newman, SIAM Review 51, 661 (2009), appendix C",
    origin: Origin::Heavytail,
    presence: Presence::Option("alternatives"),
};

/// How much more likely the tail is under a power law than under a truncated power law.
pub static LR_TRUNCATED: Column = Column {
    name: "lr_truncated",
    kind: ColumnType::Float,
    unit: "",
    meaning: "How much more likely the tail is under a power law than under a truncated power law.",
    definition: "R = Σ (ln p_power(λ) − ln p_other(λ)) over λ ≥ xmin, both laws of greatest likelihood",
    reading: "above 0: the power law is the more likely, if p is small",
    source: "Clauset, Shalizi, Newman, SIAM Review 51, 661 (2009), section 5",
    origin: Origin::Heavytail,
    presence: Presence::Option("alternatives"),
};

/// The probability of such a ratio if power law and truncated power law were equally good.
pub static LR_TRUNCATED_P: Column = Column {
    name: "lr_truncated_p",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The probability of such a ratio if power law and truncated power law were equally good.",
    definition: "Wilks' test, as that law contains the power law",
    reading: "above 0.1: the tail can't tell the two apart",
    source: "Clauset, Shalizi, Newman, SIAM Review 51, 661 (2009), appendix C",
    origin: Origin::Heavytail,
    presence: Presence::Option("alternatives"),
};

/// The law that the tests leave.
pub static BEST_FIT: Column = Column {
    name: "best_fit",
    kind: ColumnType::Text,
    unit: "",
    meaning: "The law that the tests leave.",
    definition: "power_law, unless another is better with p < 0.1; among several the one of least AIC",
    reading: "",
    source: "Clauset, Shalizi, Newman, SIAM Review 51, 661 (2009), section 5",
    origin: Origin::Heavytail,
    presence: Presence::Option("alternatives"),
};

/// Alpha without the bias of the layer's aspect ratio.
pub static ALPHA_FARMS: Column = Column {
    name: "alpha_farms",
    kind: ColumnType::Float,
    unit: "",
    meaning: "Alpha without the bias of the layer's aspect ratio.",
    definition: "mean alpha of 10 square submatrices of half the columns, rows and columns drawn at random",
    reading: "compare it between layers of different shape",
    source: "Hu et al., ICML 2025 (FARMS)",
    origin: Origin::Heavytail,
    presence: Presence::Option("farms"),
};

/// The probability of so large an eigenvalue in a random matrix of the bulk's variance.
pub static TW_P: Column = Column {
    name: "tw_p",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The probability of so large an eigenvalue in a random matrix with this median eigenvalue.",
    definition: "1 − F₁((λ_max/v − μ)/τ), F₁ the Tracy–Widom law, v from the median eigenvalue; empty for products, inverses and where half of the rank is lost",
    reading: "small: at least one direction was learnt; below M = 100 the median is noisy and p < 0.05 comes twice as often as it should",
    source: "Johnstone, Annals of Statistics 29, 295 (2001)",
    origin: Origin::Heavytail,
    presence: Presence::Option("mp-fit"),
};

/// How many directions are worth keeping out of the noise.
pub static NUM_SPIKES_GD: Column = Column {
    name: "num_spikes_gd",
    kind: ColumnType::Integer,
    unit: "",
    meaning: "How many directions are worth keeping out of the noise.",
    definition: "number of σ above the optimal hard threshold, the noise from the median eigenvalue",
    reading: "fewer than num_spikes: the rest is more noise than signal",
    source: "Gavish, Donoho, IEEE Transactions on Information Theory 60, 5040 (2014)",
    origin: Origin::Heavytail,
    presence: Presence::Option("mp-fit"),
};

/// The family, in print order.
pub(crate) static ALL: &[&Column] = &[
    &HILL_ALPHA,
    &ALPHA_SENSITIVITY,
    &ALPHA_CI_METHOD,
    &GOF_P,
    &LR_LOGNORMAL,
    &LR_LOGNORMAL_P,
    &LR_EXPONENTIAL,
    &LR_EXPONENTIAL_P,
    &LR_TRUNCATED,
    &LR_TRUNCATED_P,
    &BEST_FIT,
    &ALPHA_FARMS,
    &TW_P,
    &NUM_SPIKES_GD,
];
