//! Columns of what became of a layer in a rewritten model.

use crate::column::{Column, ColumnType, Origin, Presence};

/// Whether the layer's weights were rewritten.
pub static CHANGED: Column = Column {
    name: "changed",
    kind: ColumnType::Flag,
    unit: "",
    meaning: "Whether the layer's weights were rewritten.",
    definition: "false: its bytes are those of the source",
    reading: "",
    source: "heavytail",
    origin: Origin::Heavytail,
    presence: Presence::Option("smooth"),
};

/// How many singular triplets were asked for.
pub static NUM_SMOOTH: Column = Column {
    name: "num_smooth",
    kind: ColumnType::Integer,
    unit: "",
    meaning: "How many singular triplets were asked for.",
    definition: "above 0: the largest that stay; below 0: the largest that go, of all the layer's matrices together",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Heavytail,
    presence: Presence::Option("smooth"),
};

/// The rank of each matrix afterwards.
pub static RANK_KEPT: Column = Column {
    name: "rank_kept",
    kind: ColumnType::Integer,
    unit: "",
    meaning: "The rank of each matrix afterwards.",
    definition: "number of singular triplets that stay in each matrix",
    reading: "",
    source: "heavytail",
    origin: Origin::Heavytail,
    presence: Presence::Option("smooth"),
};

/// The weights' size before.
pub static NORM_BEFORE: Column = Column {
    name: "norm_before",
    kind: ColumnType::Float,
    unit: "√λ",
    meaning: "The weights' size before.",
    definition: "‖W‖_F over all matrices",
    reading: "",
    source: "heavytail",
    origin: Origin::Heavytail,
    presence: Presence::Option("smooth"),
};

/// The weights' size afterwards.
pub static NORM_AFTER: Column = Column {
    name: "norm_after",
    kind: ColumnType::Float,
    unit: "√λ",
    meaning: "The weights' size afterwards.",
    definition: "‖W'‖_F over all matrices, before rounding to the stored type",
    reading: "",
    source: "heavytail",
    origin: Origin::Heavytail,
    presence: Presence::Option("smooth"),
};

/// The traps that were found.
pub static TRAPS_BEFORE: Column = Column {
    name: "traps_before",
    kind: ColumnType::Integer,
    unit: "",
    meaning: "The traps that were found.",
    definition: "as num_traps, of the permutation that the seed gives",
    reading: "",
    source: "heavytail",
    origin: Origin::Heavytail,
    presence: Presence::Option("smooth"),
};

/// The traps that are left.
pub static TRAPS_AFTER: Column = Column {
    name: "traps_after",
    kind: ColumnType::Integer,
    unit: "",
    meaning: "The traps that are left.",
    definition: "the same of the changed weights with the same permutation",
    reading: "",
    source: "heavytail",
    origin: Origin::Heavytail,
    presence: Presence::Option("smooth"),
};

/// The family, in print order.
pub(crate) static ALL: &[&Column] =
    &[&CHANGED, &NUM_SMOOTH, &RANK_KEPT, &NORM_BEFORE, &NORM_AFTER, &TRAPS_BEFORE, &TRAPS_AFTER];
