//! Columns of the fits that options ask for: fingers removed, tails truncated.

use crate::column::{Column, ColumnType, Origin, Presence};

/// How many of the largest eigenvalues were found to be no part of the tail.
pub static NUM_FINGERS: Column = Column {
    name: "num_fingers",
    kind: ColumnType::Integer,
    unit: "",
    meaning: "How many of the largest eigenvalues were found to be no part of the tail.",
    definition: "k − 1 for the first k = 2, 3, … < max-fingers without which alpha falls by more than finger-thresh; 0 where none does",
    reading: "above 0: alpha is that of the tail without them",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("fix-fingers"),
};

/// Alpha with every eigenvalue in.
pub static RAW_ALPHA: Column = Column {
    name: "raw_alpha",
    kind: ColumnType::Float,
    unit: "",
    meaning: "Alpha with every eigenvalue in.",
    definition: "alpha of the plain fit",
    reading: "",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("fix-fingers"),
};

/// The rate at which the truncated power law ends.
pub static LAMBDA: Column = Column {
    name: "Lambda",
    kind: ColumnType::Float,
    unit: "1/λ",
    meaning: "The rate at which the truncated power law ends.",
    definition: "p(λ) ∝ λ^−alpha·e^(−Lambda·λ), maximum likelihood",
    reading: "1/Lambda far above λ_max: nothing is cut off",
    source: "weightwatcher 0.7.7",
    origin: Origin::Reference,
    presence: Presence::Option("fit"),
};

/// The family, in print order.
pub(crate) static ALL: &[&Column] = &[&NUM_FINGERS, &RAW_ALPHA, &LAMBDA];
