//! Columns that hold a layer against itself with its elements shuffled.

use crate::column::{Column, ColumnType, Origin, Presence};

/// The largest eigenvalue of the shuffled layer.
pub static MAX_RAND_EVAL: Column = Column {
    name: "max_rand_eval",
    kind: ColumnType::Float,
    unit: "λ",
    meaning: "The largest eigenvalue of the shuffled layer.",
    definition: "λ_max over the replicas: 5 where M·rf < 100, else 1",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("randomize"),
};

/// How far the spectrum is from that of the shuffled layer.
pub static RAND_DISTANCE: Column = Column {
    name: "rand_distance",
    kind: ColumnType::Float,
    unit: "",
    meaning: "How far the spectrum is from that of the shuffled layer.",
    definition: "Jensen–Shannon distance of the two sorted ESDs, each divided by its sum",
    reading: "near 0: untrained; larger: more learnt",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("randomize"),
};

/// How far the shuffled spectrum reaches into the real one.
pub static WW_SOFTRANK: Column = Column {
    name: "ww_softrank",
    kind: ColumnType::Float,
    unit: "",
    meaning: "How far the shuffled spectrum reaches into the real one.",
    definition: "λ_max of one shuffle / λ_max",
    reading: "near 1: no correlations beyond those of the elements' sizes",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("randomize"),
};

/// How far the largest eigenvalue is beyond that of the shuffled layer.
pub static WW_MAXDIST: Column = Column {
    name: "ww_maxdist",
    kind: ColumnType::Float,
    unit: "λ",
    meaning: "How far the largest eigenvalue is beyond that of the shuffled layer.",
    definition: "λ_max − λ_max of one shuffle",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("randomize"),
};

/// How many eigenvalues of the shuffled layer stand out of its bulk.
pub static RAND_NUM_SPIKES: Column = Column {
    name: "rand_num_spikes",
    kind: ColumnType::Integer,
    unit: "",
    meaning: "How many eigenvalues of the shuffled layer stand out of its bulk.",
    definition: "num_spikes of the replicas' pooled ESD",
    reading: "above 0: a few huge elements, correlation traps",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("randomize"),
};

/// The standard deviation of the shuffled layer's bulk.
pub static RAND_SIGMA_MP: Column = Column {
    name: "rand_sigma_mp",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The standard deviation of the shuffled layer's bulk.",
    definition: "sigma_mp of the replicas' pooled ESD",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("randomize"),
};

/// The bulk's reach in the shuffled layer.
pub static RAND_MP_SOFTRANK: Column = Column {
    name: "rand_mp_softrank",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The bulk's reach in the shuffled layer.",
    definition: "mp_softrank of the replicas' pooled ESD",
    reading: "about 1 without traps",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("randomize"),
};

/// The factor that brings the shuffled weights to unit variance.
pub static RAND_W_SCALE: Column = Column {
    name: "rand_W_scale",
    kind: ColumnType::Float,
    unit: "1/√λ",
    meaning: "The factor that brings the shuffled weights to unit variance.",
    definition: "W_scale of the replicas' pooled ESD",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("randomize"),
};

/// The upper edge of the shuffled layer's bulk.
pub static RAND_BULK_MAX: Column = Column {
    name: "rand_bulk_max",
    kind: ColumnType::Float,
    unit: "λ",
    meaning: "The upper edge of the shuffled layer's bulk.",
    definition: "bulk_max of the replicas' pooled ESD",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("randomize"),
};

/// The lower edge of the shuffled layer's bulk.
pub static RAND_BULK_MIN: Column = Column {
    name: "rand_bulk_min",
    kind: ColumnType::Float,
    unit: "λ",
    meaning: "The lower edge of the shuffled layer's bulk.",
    definition: "bulk_min of the replicas' pooled ESD",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("randomize"),
};

/// The number of correlation traps.
pub static NUM_TRAPS: Column = Column {
    name: "num_traps",
    kind: ColumnType::Integer,
    unit: "",
    meaning: "The number of correlation traps.",
    definition: "rand_num_spikes",
    reading: "above 0: over-fitting or a too large learning rate left unusually large weights",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("randomize"),
};

/// The family, in print order.
pub(crate) static ALL: &[&Column] = &[
    &MAX_RAND_EVAL,
    &RAND_DISTANCE,
    &WW_SOFTRANK,
    &WW_MAXDIST,
    &RAND_NUM_SPIKES,
    &RAND_SIGMA_MP,
    &RAND_MP_SOFTRANK,
    &RAND_W_SCALE,
    &RAND_BULK_MAX,
    &RAND_BULK_MIN,
    &NUM_TRAPS,
];
