//! Columns of the stable alpha: an average over all tails that the data allow, and how far they disagree.

use crate::column::{Column, ColumnType, Origin, Presence};

/// The exponent averaged over all acceptable tails.
pub static ALPHA_STABLE: Column = Column {
    name: "alpha_stable",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The exponent averaged over all acceptable tails.",
    definition: "1 + Σw/Σwγ over the candidates, γ = 1/(alpha_i − 1), w = exp(−2·m·D²), tails of at least min(10, n/2) eigenvalues",
    reading: "compare models of one architecture by it: it varies some ten times less from seed to seed than alpha",
    source: "heavytail, docs/stable-alpha.md",
    origin: Origin::Heavytail,
    presence: Presence::Always,
};

/// How far the acceptable tails disagree about alpha.
pub static ALPHA_STABLE_SPREAD: Column = Column {
    name: "alpha_stable_spread",
    kind: ColumnType::Float,
    unit: "",
    meaning: "How far the acceptable tails disagree about alpha.",
    definition: "weighted standard deviation of γ carried to alpha: sd·(alpha_stable − 1)²",
    reading: "large against the difference you look at: don't conclude",
    source: "heavytail, docs/stable-alpha.md",
    origin: Origin::Heavytail,
    presence: Presence::Always,
};

/// The share of candidate tails that count.
pub static TAIL_EFFECTIVE: Column = Column {
    name: "tail_effective",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The share of candidate tails that count.",
    definition: "(Σw)²/Σw² over the number of candidates",
    reading: "near 1: any xmin does; near 0: one tail decides",
    source: "heavytail, docs/stable-alpha.md",
    origin: Origin::Heavytail,
    presence: Presence::Always,
};

/// The exponent of the best rival tail.
pub static ALPHA_ALT: Column = Column {
    name: "alpha_alt",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The exponent of the best rival tail.",
    definition: "alpha of the best-D candidate at least twice as long or at most half as long as the chosen tail, its D within 0.02",
    reading: "far from alpha: which of the two is reported was noise",
    source: "heavytail, docs/stable-alpha.md",
    origin: Origin::Heavytail,
    presence: Presence::Always,
};

/// Where the best rival tail starts.
pub static XMIN_ALT: Column = Column {
    name: "xmin_alt",
    kind: ColumnType::Float,
    unit: "λ",
    meaning: "Where the best rival tail starts.",
    definition: "xmin of the same candidate",
    reading: "",
    source: "heavytail, docs/stable-alpha.md",
    origin: Origin::Heavytail,
    presence: Presence::Always,
};

/// Whether a rival tail of another length fits as well.
pub static AMBIGUOUS: Column = Column {
    name: "ambiguous",
    kind: ColumnType::Flag,
    unit: "",
    meaning: "Whether a rival tail of another length fits as well.",
    definition: "true where alpha_alt exists",
    reading: "read alpha_stable instead of alpha",
    source: "heavytail, docs/stable-alpha.md",
    origin: Origin::Heavytail,
    presence: Presence::Always,
};

/// The family, in print order.
pub(crate) static ALL: &[&Column] =
    &[&ALPHA_STABLE, &ALPHA_STABLE_SPREAD, &TAIL_EFFECTIVE, &ALPHA_ALT, &XMIN_ALT, &AMBIGUOUS];
