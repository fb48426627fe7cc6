//! Columns of the Marchenko–Pastur bulk: what of the spectrum a random matrix explains.

use crate::column::{Column, ColumnType, Origin, Presence};

/// How many eigenvalues stand out of the random bulk.
pub static NUM_SPIKES: Column = Column {
    name: "num_spikes",
    kind: ColumnType::Integer,
    unit: "",
    meaning: "How many eigenvalues stand out of the random bulk.",
    definition: "number of λ > bulk_max + √TW with TW = Q^(−1/2)·bulk_max^(2/3)·M^(−2/3), in units where Σλ = n",
    reading: "the correlations that the layer has learnt; 0: it looks like noise",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("mp-fit"),
};

/// The standard deviation of the bulk's elements.
pub static SIGMA_MP: Column = Column {
    name: "sigma_mp",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The standard deviation of the bulk's elements.",
    definition: "the sigma whose Marchenko–Pastur density is closest to a kernel density of λ·n/Σλ",
    reading: "1: all is noise; less: the spikes hold the rest",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("mp-fit"),
};

/// How far the bulk reaches into the spectrum.
pub static MP_SOFTRANK: Column = Column {
    name: "mp_softrank",
    kind: ColumnType::Float,
    unit: "",
    meaning: "How far the bulk reaches into the spectrum.",
    definition: "bulk_max/λ_max",
    reading: "near 1: little learnt; near 0: strong correlations",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("mp-fit"),
};

/// The factor that brings the weights to unit variance.
pub static W_SCALE: Column = Column {
    name: "W_scale",
    kind: ColumnType::Float,
    unit: "1/√λ",
    meaning: "The factor that brings the weights to unit variance.",
    definition: "√(n/Σλ)",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("mp-fit"),
};

/// The upper edge of the bulk.
pub static BULK_MAX: Column = Column {
    name: "bulk_max",
    kind: ColumnType::Float,
    unit: "λ",
    meaning: "The upper edge of the bulk.",
    definition: "(sigma_mp·(1 + 1/√Q))²/W_scale²",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("mp-fit"),
};

/// The lower edge of the bulk.
pub static BULK_MIN: Column = Column {
    name: "bulk_min",
    kind: ColumnType::Float,
    unit: "λ",
    meaning: "The lower edge of the bulk.",
    definition: "(sigma_mp·(1 − 1/√Q))²/W_scale²",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("mp-fit"),
};

/// The family, in print order.
pub(crate) static ALL: &[&Column] = &[&NUM_SPIKES, &SIGMA_MP, &MP_SOFTRANK, &W_SCALE, &BULK_MAX, &BULK_MIN];
