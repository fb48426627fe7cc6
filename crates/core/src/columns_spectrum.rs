//! Columns that are read off a layer's eigenvalue spectrum (ESD) and singular values.

use crate::column::{Column, ColumnType, Origin, Presence};

/// Whether the layer's ESD is known.
pub static HAS_ESD: Column = Column {
    name: "has_esd",
    kind: ColumnType::Flag,
    unit: "",
    meaning: "Whether the layer's ESD is known.",
    definition: "true once the eigenvalues were computed",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// The length of the ESD.
pub static NUM_EVALS: Column = Column {
    name: "num_evals",
    kind: ColumnType::Integer,
    unit: "",
    meaning: "The length of the ESD.",
    definition: "M for one matrix, M·rf for a pooled convolution",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// The largest singular value.
pub static SV_MAX: Column = Column {
    name: "sv_max",
    kind: ColumnType::Float,
    unit: "√λ",
    meaning: "The largest singular value.",
    definition: "max over the layer's matrices of σ_max",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// The smallest singular value of the best conditioned matrix.
pub static SV_MIN: Column = Column {
    name: "sv_min",
    kind: ColumnType::Float,
    unit: "√λ",
    meaning: "The smallest singular value of the best conditioned matrix.",
    definition: "max over the layer's matrices of σ_min",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// How many singular values vanish to rounding.
pub static RANK_LOSS: Column = Column {
    name: "rank_loss",
    kind: ColumnType::Integer,
    unit: "",
    meaning: "How many singular values vanish to rounding.",
    definition: "Σ over matrices: number of σ ≤ σ_max·N·2.220446e-16",
    reading: "above 0: the matrix does not use all its directions",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// How many eigenvalues are small in absolute terms.
pub static WEAK_RANK_LOSS: Column = Column {
    name: "weak_rank_loss",
    kind: ColumnType::Integer,
    unit: "",
    meaning: "How many eigenvalues are small in absolute terms.",
    definition: "number of λ < tolerance (1e-6)",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// The largest eigenvalue.
pub static LAMBDA_MAX: Column = Column {
    name: "lambda_max",
    kind: ColumnType::Float,
    unit: "λ",
    meaning: "The largest eigenvalue.",
    definition: "λ_max",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// The largest eigenvalue under its other name.
pub static SPECTRAL_NORM: Column = Column {
    name: "spectral_norm",
    kind: ColumnType::Float,
    unit: "λ",
    meaning: "The largest eigenvalue under its other name.",
    definition: "λ_max = σ_max²",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// The scale of the layer.
pub static LOG_SPECTRAL_NORM: Column = Column {
    name: "log_spectral_norm",
    kind: ColumnType::Float,
    unit: "log10 λ",
    meaning: "The scale of the layer.",
    definition: "log10 λ_max",
    reading: "a collapse against a model of the same architecture tells of bad training; alone it misleads",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// The squared Frobenius norm.
pub static NORM: Column = Column {
    name: "norm",
    kind: ColumnType::Float,
    unit: "λ",
    meaning: "The squared Frobenius norm.",
    definition: "Σλ = ‖W‖_F²",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// The squared Frobenius norm on a log scale.
pub static LOG_NORM: Column = Column {
    name: "log_norm",
    kind: ColumnType::Float,
    unit: "log10 λ",
    meaning: "The squared Frobenius norm on a log scale.",
    definition: "log10 Σλ",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// How many directions carry the norm.
pub static STABLE_RANK: Column = Column {
    name: "stable_rank",
    kind: ColumnType::Float,
    unit: "",
    meaning: "How many directions carry the norm.",
    definition: "Σλ/λ_max",
    reading: "from 1 (one direction) to M (all alike)",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// The numerical rank of the pooled ESD.
pub static MATRIX_RANK: Column = Column {
    name: "matrix_rank",
    kind: ColumnType::Integer,
    unit: "",
    meaning: "The numerical rank of the pooled ESD.",
    definition: "number of √λ > √λ_max·N·eps(f64)",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// How evenly the norm is spread over the directions.
pub static ENTROPY: Column = Column {
    name: "entropy",
    kind: ColumnType::Float,
    unit: "",
    meaning: "How evenly the norm is spread over the directions.",
    definition: "−Σ p ln p / ln(rank + 1e-10), p = λ/Σλ + 1e-10",
    reading: "near 1: random-like",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Always,
};

/// How the eigenvalues were computed.
pub static SPECTRUM_METHOD: Column = Column {
    name: "spectrum_method",
    kind: ColumnType::Text,
    unit: "",
    meaning: "How the eigenvalues were computed.",
    definition: "gram: eigenvalues of WᵀW in f64; svd: singular values of W, because the Gram matrix can't resolve the small end; lanczos: the largest eigenvalues of WᵀW only",
    reading: "",
    source: "heavytail",
    origin: Origin::Heavytail,
    presence: Presence::Always,
};

/// How evenly the eigenvalues stand.
pub static SPACING_RATIO: Column = Column {
    name: "spacing_ratio",
    kind: ColumnType::Float,
    unit: "",
    meaning: "How evenly the eigenvalues stand: the mean ratio of neighbouring gaps.",
    definition: "mean of min(d_i, d_i+1)/max(d_i, d_i+1) over the gaps d_i = λ_i+1 − λ_i",
    reading: "0.531 in a random matrix, whose eigenvalues repel each other; 0.386 where they are independent, as in pooled slices",
    source: "Oganesyan, Huse, Phys. Rev. B 75, 155111 (2007); Atas et al., PRL 110, 084101 (2013)",
    origin: Origin::Heavytail,
    presence: Presence::Option("deltas"),
};

/// The family, in print order.
pub(crate) static ALL: &[&Column] = &[
    &HAS_ESD,
    &NUM_EVALS,
    &SV_MAX,
    &SV_MIN,
    &RANK_LOSS,
    &WEAK_RANK_LOSS,
    &LAMBDA_MAX,
    &SPECTRAL_NORM,
    &LOG_SPECTRAL_NORM,
    &NORM,
    &LOG_NORM,
    &STABLE_RANK,
    &MATRIX_RANK,
    &ENTROPY,
    &SPECTRUM_METHOD,
    &SPACING_RATIO,
];
