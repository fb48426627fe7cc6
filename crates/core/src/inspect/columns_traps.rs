//! Columns of one correlation trap: a direction of the shuffled layer that its bulk does not explain.

use crate::column::{Column, ColumnType, Origin, Presence};

/// The number of the trap in its layer.
pub static TRAP_INDEX: Column = Column {
    name: "trap_index",
    kind: ColumnType::Integer,
    unit: "",
    meaning: "The number of the trap in its layer.",
    definition: "1, 2, … by falling singular value of the shuffled matrix",
    reading: "",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// The trap's singular value in the shuffled matrix.
pub static SIGMA_PERM: Column = Column {
    name: "sigma_perm",
    kind: ColumnType::Float,
    unit: "√λ",
    meaning: "The trap's singular value in the shuffled matrix.",
    definition: "S_i with W_perm = U·S·Vᵀ, W_perm the layer with its elements permuted",
    reading: "",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// Its square.
pub static EVAL_PERM: Column = Column {
    name: "eval_perm",
    kind: ColumnType::Float,
    unit: "λ",
    meaning: "Its square.",
    definition: "S_i²",
    reading: "a trap is what exceeds mp_bulk_max and the Tracy–Widom width",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// The upper edge of the shuffled matrix' bulk.
pub static MP_BULK_MAX: Column = Column {
    name: "mp_bulk_max",
    kind: ColumnType::Float,
    unit: "λ",
    meaning: "The upper edge of the shuffled matrix' bulk.",
    definition: "bulk_max of the Marchenko–Pastur fit to W_perm",
    reading: "",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// The lower edge of the shuffled matrix' bulk.
pub static MP_BULK_MIN: Column = Column {
    name: "mp_bulk_min",
    kind: ColumnType::Float,
    unit: "λ",
    meaning: "The lower edge of the shuffled matrix' bulk.",
    definition: "bulk_min of the Marchenko–Pastur fit to W_perm",
    reading: "",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// What tells the permutation from another.
pub static PERMUTE_FINGERPRINT: Column = Column {
    name: "permute_fingerprint",
    kind: ColumnType::Text,
    unit: "",
    meaning: "What tells the permutation from another.",
    definition: "SHA-256 of its indices as 64-bit little-endian integers",
    reading: "",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// How much of the trap one direction of the real matrix holds.
pub static RANK1_MASS_AFTER_UNPERMUTE: Column = Column {
    name: "rank1_mass_after_unpermute",
    kind: ColumnType::Float,
    unit: "",
    meaning: "How much of the trap one direction of the real matrix holds.",
    definition: "s₁²/Σs² of the trap's rank-1 matrix with its elements put back, T",
    reading: "1: the trap is one direction of the layer; near 0: it is spread over many",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// The largest singular value of the trap put back.
pub static SIGMA_TRAP_TOP: Column = Column {
    name: "sigma_trap_top",
    kind: ColumnType::Float,
    unit: "√λ",
    meaning: "The largest singular value of the trap put back.",
    definition: "s₁ of T",
    reading: "",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// How much of the trap its largest elements hold.
pub static TOP_5_MASS: Column = Column {
    name: "top_5_mass",
    kind: ColumnType::Float,
    unit: "",
    meaning: "How much of the trap its largest elements hold.",
    definition: "share of Σ|T| in the largest 5 % of the elements",
    reading: "",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// How much of the trap more of its largest elements hold.
pub static TOP_10_MASS: Column = Column {
    name: "top_10_mass",
    kind: ColumnType::Float,
    unit: "",
    meaning: "How much of the trap more of its largest elements hold.",
    definition: "share of Σ|T| in the largest 10 % of the elements",
    reading: "",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// How much wider the trap is on the left than on the right.
pub static TRAP_BALANCE_RATIO: Column = Column {
    name: "trap_balance_ratio",
    kind: ColumnType::Float,
    unit: "",
    meaning: "How much wider the trap is on the left than on the right.",
    definition: "u_effective_support/v_effective_support",
    reading: "",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// How far the trap is beyond the bulk.
pub static TRAP_EVAL_MINUS_BULK: Column = Column {
    name: "trap_eval_minus_bulk",
    kind: ColumnType::Float,
    unit: "λ",
    meaning: "How far the trap is beyond the bulk.",
    definition: "eval_perm − mp_bulk_max",
    reading: "",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// The same relative to the bulk.
pub static TRAP_DELTA: Column = Column {
    name: "trap_delta",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The same relative to the bulk.",
    definition: "max(eval_perm − mp_bulk_max, 0)/mp_bulk_max",
    reading: "",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// How localized the trap is.
pub static TRAP_IPR: Column = Column {
    name: "trap_ipr",
    kind: ColumnType::Float,
    unit: "",
    meaning: "How localized the trap is.",
    definition: "mean over u and v of Σ(x/‖x‖)⁴",
    reading: "",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// The same, 0 for a random vector.
pub static TRAP_Q: Column = Column {
    name: "trap_q",
    kind: ColumnType::Float,
    unit: "",
    meaning: "The same, 0 for a random vector.",
    definition: "geometric mean over u, v of clip((ipr − 3/(n+2))/(1 − 3/(n+2)), 0, 1)",
    reading: "near 1: one huge element; near 0: spread like noise",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// How spread the trap is.
pub static TRAP_DIFFUSENESS: Column = Column {
    name: "trap_diffuseness",
    kind: ColumnType::Float,
    unit: "",
    meaning: "How spread the trap is.",
    definition: "1 − trap_q",
    reading: "",
    source: "weightwatcher trunk (2026), analyze_traps",
    origin: Origin::Heavytail,
    presence: Presence::Option("traps"),
};

/// The family, in print order.
pub(crate) static ALL: &[&Column] = &[
    &TRAP_INDEX,
    &SIGMA_PERM,
    &EVAL_PERM,
    &MP_BULK_MAX,
    &MP_BULK_MIN,
    &PERMUTE_FINGERPRINT,
    &RANK1_MASS_AFTER_UNPERMUTE,
    &SIGMA_TRAP_TOP,
    &TOP_5_MASS,
    &TOP_10_MASS,
    &TRAP_BALANCE_RATIO,
    &TRAP_EVAL_MINUS_BULK,
    &TRAP_DELTA,
    &TRAP_IPR,
    &TRAP_Q,
    &TRAP_DIFFUSENESS,
];
