//! Columns of the tail whose product is one: the exact renormalisation group condition.

use crate::column::{Column, ColumnType, Origin, Presence};

/// The length of the tail whose product is one.
pub static DETX_NUM: Column = Column {
    name: "detX_num",
    kind: ColumnType::Integer,
    unit: "",
    meaning: "The length of the tail whose product is one.",
    definition: "with λ scaled to Σλ = n, the shortest tail whose product is below 1, walking down from the largest",
    reading: "close to num_pl_spikes in a well-trained layer",
    source: "weightwatcher 0.7.7; Martin, Hinrichs, SETOL: A Semi-Empirical Theory of (Deep) Learning (2025)",
    origin: Origin::Reference,
    presence: Presence::Option("detx"),
};

/// The eigenvalue at which that tail starts.
pub static DETX_VAL: Column = Column {
    name: "detX_val",
    kind: ColumnType::Float,
    unit: "λ",
    meaning: "The eigenvalue at which that tail starts.",
    definition: "λ at the tail's first index",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("detx"),
};

/// The same after scaling to Σλ = n, in spite of its name.
pub static DETX_VAL_UNRESCALED: Column = Column {
    name: "detX_val_unrescaled",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The same after scaling to Σλ = n, in spite of its name.",
    definition: "detX_val·n/Σλ",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("detx"),
};

/// The length of that tail under its other name.
pub static NUM_ERG_SPIKES: Column = Column {
    name: "num_ERG_spikes",
    kind: ColumnType::Integer,
    unit: "",
    meaning: "The length of that tail under its other name.",
    definition: "detX_num",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("detx"),
};

/// How much longer that tail is than the power law's.
pub static ERG_GAP: Column = Column {
    name: "ERG_gap",
    kind: ColumnType::Integer,
    unit: "",
    meaning: "How much longer that tail is than the power law's.",
    definition: "detX_num − num_pl_spikes",
    reading: "near 0: the layer meets the condition of ideal learning",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("detx"),
};

/// The family, in print order.
pub(crate) static ALL: &[&Column] = &[&DETX_NUM, &DETX_VAL, &DETX_VAL_UNRESCALED, &NUM_ERG_SPIKES, &ERG_GAP];
