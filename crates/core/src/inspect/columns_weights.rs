//! Columns of the laws of a layer's weights, each side by itself.

use crate::column::{Column, ColumnType, Origin, Presence};

/// Which weights.
pub static SIDE: Column = Column {
    name: "side",
    kind: ColumnType::Text,
    unit: "",
    meaning: "Which weights.",
    definition: "left: |w| of w < 0; right: w > 0",
    reading: "",
    source: "weightwatcher pull request 357",
    origin: Origin::Heavytail,
    presence: Presence::Option("weights"),
};

/// The law.
pub static DISTRIBUTION: Column = Column {
    name: "distribution",
    kind: ColumnType::Text,
    unit: "",
    meaning: "The law.",
    definition: "power_law, exponential, lognormal or laplace",
    reading: "",
    source: "weightwatcher pull request 357",
    origin: Origin::Heavytail,
    presence: Presence::Option("weights"),
};

/// Its parameters.
pub static PARAMS: Column = Column {
    name: "params",
    kind: ColumnType::Text,
    unit: "",
    meaning: "Its parameters.",
    definition: "of greatest likelihood: shape and scale; scale; sigma and scale; loc and scale",
    reading: "",
    source: "weightwatcher pull request 357",
    origin: Origin::Heavytail,
    presence: Presence::Option("weights"),
};

/// How far the weights are from the law.
pub static KS_STAT: Column = Column {
    name: "ks_stat",
    kind: ColumnType::Float,
    unit: "",
    meaning: "How far the weights are from the law.",
    definition: "two-sided Kolmogorov–Smirnov distance",
    reading: "",
    source: "weightwatcher pull request 357",
    origin: Origin::Heavytail,
    presence: Presence::Option("weights"),
};

/// The probability of such a distance under the law.
pub static KS_PVALUE: Column = Column {
    name: "ks_pvalue",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The probability of such a distance under the law.",
    definition: "its asymptotic p-value",
    reading: "with many weights every law is refused: compare distances",
    source: "weightwatcher pull request 357",
    origin: Origin::Heavytail,
    presence: Presence::Option("weights"),
};

/// How likely the weights are under the law.
pub static LOG_LIKELIHOOD: Column = Column {
    name: "log_likelihood",
    kind: ColumnType::Float,
    unit: "",
    meaning: "How likely the weights are under the law.",
    definition: "Σ ln p",
    reading: "",
    source: "weightwatcher pull request 357",
    origin: Origin::Heavytail,
    presence: Presence::Option("weights"),
};

/// How many weights are on that side.
pub static NUM_WEIGHTS: Column = Column {
    name: "n",
    kind: ColumnType::Integer,
    unit: "",
    meaning: "How many weights are on that side.",
    definition: "count",
    reading: "",
    source: "weightwatcher pull request 357",
    origin: Origin::Heavytail,
    presence: Presence::Option("weights"),
};

/// Whether the law is the best of its side.
pub static IS_BEST_FIT: Column = Column {
    name: "is_best_fit",
    kind: ColumnType::Flag,
    unit: "",
    meaning: "Whether the law is the best of its side.",
    definition: "smallest distance, then largest likelihood",
    reading: "",
    source: "weightwatcher pull request 357",
    origin: Origin::Heavytail,
    presence: Presence::Option("weights"),
};

/// The family, in print order.
pub(crate) static ALL: &[&Column] =
    &[&SIDE, &DISTRIBUTION, &PARAMS, &KS_STAT, &KS_PVALUE, &LOG_LIKELIHOOD, &NUM_WEIGHTS, &IS_BEST_FIT];
