//! Columns of how far two models' layers are apart.

use crate::column::{Column, ColumnType, Origin, Presence};

/// How the distance was taken.
pub static METHOD: Column = Column {
    name: "method",
    kind: ColumnType::Text,
    unit: "",
    meaning: "How the distance was taken.",
    definition: "raw, euclidean or cka",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Heavytail,
    presence: Presence::Option("distances"),
};

/// How far two layers' weights are apart.
pub static DELTA_W: Column = Column {
    name: "delta_W",
    kind: ColumnType::Float,
    unit: "",
    meaning: "How far two layers' weights are apart.",
    definition: "raw: ‖W₁ − W₂‖_F of the whole tensor; euclidean: its mean over the slices; cka: ‖W₁ᵀW₂‖/√(‖W₁ᵀW₁‖·‖W₂W₂ᵀ‖), mean over the slices",
    reading: "cka is a likeness: 1 for equal weights",
    source: "weightwatcher 0.7.7",
    origin: Origin::Heavytail,
    presence: Presence::Option("distances"),
};

/// How far their biases are apart.
pub static DELTA_B: Column = Column {
    name: "delta_b",
    kind: ColumnType::Float,
    unit: "",
    meaning: "How far their biases are apart.",
    definition: "‖b₁ − b₂‖₂ where both have one; 0 but for raw",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Heavytail,
    presence: Presence::Option("distances"),
};

/// The family, in print order.
pub(crate) static ALL: &[&Column] = &[&METHOD, &DELTA_W, &DELTA_B];
