//! Columns of a correlation trap's two vectors: which directions of the layer they meet, how localized they are.

use crate::column::{Column, ColumnType, Origin, Presence};

/// Which left singular vector of the layer the trap overlaps most.
pub static LEFT_TOP_MODE: Column = Column {
    name: "left_top_mode",
    kind: ColumnType::Integer,
    unit: "",
    meaning: "Which left singular vector of the layer the trap overlaps most.",
    definition: "1 for the vector of the largest singular value; argmax p, p = (U₀ᵀu)² or (V₀ᵀv)²",
    reading: "",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// How much it overlaps that one.
pub static LEFT_TOP_MASS: Column = Column {
    name: "left_top_mass",
    kind: ColumnType::Float,
    unit: "",
    meaning: "How much it overlaps that one.",
    definition: "max p",
    reading: "",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// Over how many left singular vectors the trap is spread.
pub static LEFT_OVERLAP_ENTROPY: Column = Column {
    name: "left_overlap_entropy",
    kind: ColumnType::Float,
    unit: "",
    meaning: "Over how many left singular vectors the trap is spread.",
    definition: "−Σ p ln p",
    reading: "",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// The same by the second moment.
pub static LEFT_OVERLAP_IPR: Column = Column {
    name: "left_overlap_ipr",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The same by the second moment.",
    definition: "Σ p²",
    reading: "1: one vector holds all",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// Which right singular vector of the layer the trap overlaps most.
pub static RIGHT_TOP_MODE: Column = Column {
    name: "right_top_mode",
    kind: ColumnType::Integer,
    unit: "",
    meaning: "Which right singular vector of the layer the trap overlaps most.",
    definition: "1 for the vector of the largest singular value; argmax p, p = (U₀ᵀu)² or (V₀ᵀv)²",
    reading: "",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// How much it overlaps that one.
pub static RIGHT_TOP_MASS: Column = Column {
    name: "right_top_mass",
    kind: ColumnType::Float,
    unit: "",
    meaning: "How much it overlaps that one.",
    definition: "max p",
    reading: "",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// Over how many right singular vectors the trap is spread.
pub static RIGHT_OVERLAP_ENTROPY: Column = Column {
    name: "right_overlap_entropy",
    kind: ColumnType::Float,
    unit: "",
    meaning: "Over how many right singular vectors the trap is spread.",
    definition: "−Σ p ln p",
    reading: "",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// The same by the second moment.
pub static RIGHT_OVERLAP_IPR: Column = Column {
    name: "right_overlap_ipr",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The same by the second moment.",
    definition: "Σ p²",
    reading: "1: one vector holds all",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// The entropy of the trap's left vector.
pub static U_ENTROPY: Column = Column {
    name: "u_entropy",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The entropy of the trap's left vector.",
    definition: "as vec_entropy",
    reading: "",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// The localization ratio of the trap's left vector.
pub static U_LOCALIZATION_RATIO: Column = Column {
    name: "u_localization_ratio",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The localization ratio of the trap's left vector.",
    definition: "‖x‖₁/‖x‖_∞",
    reading: "",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// The participation ratio of the trap's left vector.
pub static U_PARTICIPATION_RATIO: Column = Column {
    name: "u_participation_ratio",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The participation ratio of the trap's left vector.",
    definition: "‖x‖₂/‖x‖₄",
    reading: "",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// Over how many elements the trap's left vector is spread.
pub static U_EFFECTIVE_SUPPORT: Column = Column {
    name: "u_effective_support",
    kind: ColumnType::Float,
    unit: "",
    meaning: "Over how many elements the trap's left vector is spread.",
    definition: "1/Σq², q = x²/Σx²",
    reading: "1: one element; its length: all of them",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// How unequal the elements of the trap's left vector are.
pub static U_GINI_ABS: Column = Column {
    name: "u_gini_abs",
    kind: ColumnType::Float,
    unit: "",
    meaning: "How unequal the elements of the trap's left vector are.",
    definition: "2Σ i·|x|₍ᵢ₎/(n·Σ|x|) − (n+1)/n",
    reading: "0: all equal; near 1: one holds all",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// The entropy of the trap's right vector.
pub static V_ENTROPY: Column = Column {
    name: "v_entropy",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The entropy of the trap's right vector.",
    definition: "as vec_entropy",
    reading: "",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// The localization ratio of the trap's right vector.
pub static V_LOCALIZATION_RATIO: Column = Column {
    name: "v_localization_ratio",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The localization ratio of the trap's right vector.",
    definition: "‖x‖₁/‖x‖_∞",
    reading: "",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// The participation ratio of the trap's right vector.
pub static V_PARTICIPATION_RATIO: Column = Column {
    name: "v_participation_ratio",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The participation ratio of the trap's right vector.",
    definition: "‖x‖₂/‖x‖₄",
    reading: "",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// Over how many elements the trap's right vector is spread.
pub static V_EFFECTIVE_SUPPORT: Column = Column {
    name: "v_effective_support",
    kind: ColumnType::Float,
    unit: "",
    meaning: "Over how many elements the trap's right vector is spread.",
    definition: "1/Σq², q = x²/Σx²",
    reading: "1: one element; its length: all of them",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// How unequal the elements of the trap's right vector are.
pub static V_GINI_ABS: Column = Column {
    name: "v_gini_abs",
    kind: ColumnType::Float,
    unit: "",
    meaning: "How unequal the elements of the trap's right vector are.",
    definition: "2Σ i·|x|₍ᵢ₎/(n·Σ|x|) − (n+1)/n",
    reading: "0: all equal; near 1: one holds all",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// The family, in print order.
pub(crate) static ALL: &[&Column] = &[
    &LEFT_TOP_MODE,
    &LEFT_TOP_MASS,
    &LEFT_OVERLAP_ENTROPY,
    &LEFT_OVERLAP_IPR,
    &RIGHT_TOP_MODE,
    &RIGHT_TOP_MASS,
    &RIGHT_OVERLAP_ENTROPY,
    &RIGHT_OVERLAP_IPR,
    &U_ENTROPY,
    &U_LOCALIZATION_RATIO,
    &U_PARTICIPATION_RATIO,
    &U_EFFECTIVE_SUPPORT,
    &U_GINI_ABS,
    &V_ENTROPY,
    &V_LOCALIZATION_RATIO,
    &V_PARTICIPATION_RATIO,
    &V_EFFECTIVE_SUPPORT,
    &V_GINI_ABS,
];
