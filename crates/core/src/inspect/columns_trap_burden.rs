//! Columns of how much a correlation trap weighs: its vectors' largest elements, the bulk it is held against, its burden.

use crate::column::{Column, ColumnType, Origin, Presence};

/// Declares columns of the family: how each is named, and what it says.
macro_rules! columns {
    ($($name:ident = $word:literal, $kind:ident, $unit:literal, $meaning:literal, $definition:literal, $reading:literal;)+) => {
        $(
            #[doc = $meaning]
            pub static $name: Column = Column {
                name: $word,
                kind: ColumnType::$kind,
                unit: $unit,
                meaning: $meaning,
                definition: $definition,
                reading: $reading,
                source: "weightwatcher trunk (2026), analyze_traps",
                origin: Origin::Heavytail,
                presence: Presence::Option("traps"),
            };
        )+

        /// The family, in print order.
        pub(crate) static ALL: &[&Column] = &[$(&$name),+];
    };
}

columns! {
    U_TOP1_MASS = "u_top1_mass", Float, "", "The largest element's share of the left vector.",
        "max |u|/Σ|u|", "near 1: one row makes the trap";
    U_TOP5_MASS = "u_top5_mass", Float, "", "The five largest elements' share of the left vector.",
        "sum of the 5 largest |u| over Σ|u|", "";
    U_TOP10_MASS = "u_top10_mass", Float, "", "The ten largest elements' share of the left vector.",
        "sum of the 10 largest |u| over Σ|u|", "";
    V_TOP1_MASS = "v_top1_mass", Float, "", "The largest element's share of the right vector.",
        "max |v|/Σ|v|", "near 1: one column makes the trap";
    V_TOP5_MASS = "v_top5_mass", Float, "", "The five largest elements' share of the right vector.",
        "sum of the 5 largest |v| over Σ|v|", "";
    V_TOP10_MASS = "v_top10_mass", Float, "", "The ten largest elements' share of the right vector.",
        "sum of the 10 largest |v| over Σ|v|", "";
    BULK_MODE_COUNT = "bulk_mode_count", Integer, "", "How many modes of the shuffled matrix' bulk the trap is held against.",
        "at most 10 modes that are no trap, evenly spaced from the largest to the smallest", "";
    BULK_IPR_MEAN = "bulk_ipr_mean", Float, "", "How localized the bulk's vectors are.",
        "mean over these modes of the mean inverse participation Σ(x/‖x‖)⁴ of both vectors", "";
    BULK_IPR_STD = "bulk_ipr_std", Float, "", "How much that scatters from mode to mode.",
        "standard deviation of the same", "";
    BULK_TOP_5_MASS_MEAN = "bulk_top_5_mass_mean", Float, "", "The largest 5 % of the elements' share of the bulk's modes, put back.",
        "mean over these modes of top_5_mass", "";
    BULK_TOP_5_MASS_STD = "bulk_top_5_mass_std", Float, "", "How much that share scatters from mode to mode.",
        "standard deviation of the same", "";
    SPECTRAL_EXCESS_ABS = "spectral_excess_abs", Float, "λ", "How far the trap stands beyond the bulk.",
        "max(eval_perm − mp_bulk_max, 0)", "";
    SPECTRAL_EXCESS_REL = "spectral_excess_rel", Float, "", "The same in units of the bulk's edge.",
        "spectral_excess_abs/mp_bulk_max", "";
    IPR_LIFT = "ipr_lift", Float, "", "How much more localized the trap is than the bulk.",
        "inverse participation of the trap's vectors in the shuffled matrix over bulk_ipr_mean", "above 1: more localized";
    TOP_5_LIFT = "top_5_lift", Float, "", "How much more of the trap is in its largest elements than of the bulk's modes.",
        "top_5_mass over bulk_top_5_mass_mean", "above 1: more localized";
    OV_LAM_WEIGHTED_MEAN = "ov_lam_weighted_mean", Float, "λ", "The eigenvalue of the layer that the trap's right vector meets.",
        "Σ p·λ with p = (φᵀv)² over the eigenpairs (λ, φ) of WᵀW", "";
    OV_LAM_WEIGHTED_VAR = "ov_lam_weighted_var", Float, "λ²", "How much that scatters.",
        "Σ p·(λ − mean)²", "";
    OV_RANK_MEAN = "ov_rank_mean", Float, "", "The rank, by falling eigenvalue, that the trap's right vector meets.",
        "Σ p·rank, ranks from 1", "";
    OV_RANK_STD = "ov_rank_std", Float, "", "How much that scatters.",
        "√(Σ p·(rank − mean)²)", "";
    TRAP_VARIANCE_BURDEN_IPR = "trap_variance_burden_ipr", Float, "", "What the trap weighs, by its localization.",
        "spectral_excess_abs·max(ipr_lift − 1, 0)·ov_lam_weighted_var", "";
    TRAP_VARIANCE_BURDEN = "trap_variance_burden", Float, "", "What the trap weighs, by its largest elements.",
        "spectral_excess_abs·ln(1 + top_5_lift)·ov_rank_mean", "compare traps of one layer";
}
