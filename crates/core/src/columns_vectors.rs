//! Columns that say what the eigenvectors of bulk and tail look like.

use crate::column::{Column, ColumnType, Origin, Presence};

/// The mean of the entropy of the bulk's eigenvectors.
pub static BULK_MEAN_VEC_ENTROPY: Column = Column {
    name: "bulk_mean_vec_entropy",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The mean of the entropy of the bulk's eigenvectors.",
    definition: "mean over the eigenvectors with λ < xmin of: entropy of a 100-bin density histogram of |v| − mean|v|",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("vectors"),
};

/// The mean of the localization ratio of the bulk's eigenvectors.
pub static BULK_MEAN_LOC_RATIO: Column = Column {
    name: "bulk_mean_loc_ratio",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The mean of the localization ratio of the bulk's eigenvectors.",
    definition: "mean over the eigenvectors with λ < xmin of: ‖v‖₁/‖v‖_∞",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("vectors"),
};

/// The mean of the participation ratio of the bulk's eigenvectors.
pub static BULK_MEAN_PART_RATIO: Column = Column {
    name: "bulk_mean_part_ratio",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The mean of the participation ratio of the bulk's eigenvectors.",
    definition: "mean over the eigenvectors with λ < xmin of: ‖v‖₂/‖v‖₄",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("vectors"),
};

/// The variance of the entropy of the bulk's eigenvectors.
pub static BULK_VAR_VEC_ENTROPY: Column = Column {
    name: "bulk_var_vec_entropy",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The variance of the entropy of the bulk's eigenvectors.",
    definition: "variance over the eigenvectors with λ < xmin of: entropy of a 100-bin density histogram of |v| − mean|v|",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("vectors"),
};

/// The variance of the localization ratio of the bulk's eigenvectors.
pub static BULK_VAR_LOC_RATIO: Column = Column {
    name: "bulk_var_loc_ratio",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The variance of the localization ratio of the bulk's eigenvectors.",
    definition: "variance over the eigenvectors with λ < xmin of: ‖v‖₁/‖v‖_∞",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("vectors"),
};

/// The variance of the participation ratio of the bulk's eigenvectors.
pub static BULK_VAR_PART_RATIO: Column = Column {
    name: "bulk_var_part_ratio",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The variance of the participation ratio of the bulk's eigenvectors.",
    definition: "variance over the eigenvectors with λ < xmin of: ‖v‖₂/‖v‖₄",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("vectors"),
};

/// The mean of the entropy of the tail's eigenvectors.
pub static TAIL_MEAN_VEC_ENTROPY: Column = Column {
    name: "tail_mean_vec_entropy",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The mean of the entropy of the tail's eigenvectors.",
    definition: "mean over the eigenvectors with λ ≥ xmin of: entropy of a 100-bin density histogram of |v| − mean|v|",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("vectors"),
};

/// The mean of the localization ratio of the tail's eigenvectors.
pub static TAIL_MEAN_LOC_RATIO: Column = Column {
    name: "tail_mean_loc_ratio",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The mean of the localization ratio of the tail's eigenvectors.",
    definition: "mean over the eigenvectors with λ ≥ xmin of: ‖v‖₁/‖v‖_∞",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("vectors"),
};

/// The mean of the participation ratio of the tail's eigenvectors.
pub static TAIL_MEAN_PART_RATIO: Column = Column {
    name: "tail_mean_part_ratio",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The mean of the participation ratio of the tail's eigenvectors.",
    definition: "mean over the eigenvectors with λ ≥ xmin of: ‖v‖₂/‖v‖₄",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("vectors"),
};

/// The variance of the entropy of the tail's eigenvectors.
pub static TAIL_VAR_VEC_ENTROPY: Column = Column {
    name: "tail_var_vec_entropy",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The variance of the entropy of the tail's eigenvectors.",
    definition: "variance over the eigenvectors with λ ≥ xmin of: entropy of a 100-bin density histogram of |v| − mean|v|",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("vectors"),
};

/// The variance of the localization ratio of the tail's eigenvectors.
pub static TAIL_VAR_LOC_RATIO: Column = Column {
    name: "tail_var_loc_ratio",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The variance of the localization ratio of the tail's eigenvectors.",
    definition: "variance over the eigenvectors with λ ≥ xmin of: ‖v‖₁/‖v‖_∞",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("vectors"),
};

/// The variance of the participation ratio of the tail's eigenvectors.
pub static TAIL_VAR_PART_RATIO: Column = Column {
    name: "tail_var_part_ratio",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The variance of the participation ratio of the tail's eigenvectors.",
    definition: "variance over the eigenvectors with λ ≥ xmin of: ‖v‖₂/‖v‖₄",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("vectors"),
};

/// The family, in print order.
pub(crate) static ALL: &[&Column] = &[
    &BULK_MEAN_VEC_ENTROPY,
    &BULK_MEAN_LOC_RATIO,
    &BULK_MEAN_PART_RATIO,
    &BULK_VAR_VEC_ENTROPY,
    &BULK_VAR_LOC_RATIO,
    &BULK_VAR_PART_RATIO,
    &TAIL_MEAN_VEC_ENTROPY,
    &TAIL_MEAN_LOC_RATIO,
    &TAIL_MEAN_PART_RATIO,
    &TAIL_VAR_VEC_ENTROPY,
    &TAIL_VAR_LOC_RATIO,
    &TAIL_VAR_PART_RATIO,
];
