//! Columns of how much a correlation trap weighs: its vectors' largest elements, the bulk it is held against, its burden.

use crate::column::{Column, ColumnType, Origin, Presence};

trap_columns! {
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
    BULK_TOP_10_MASS_MEAN = "bulk_top_10_mass_mean", Float, "", "The largest 10 % of the elements' share of the bulk's modes, put back.",
        "mean over these modes of top_10_mass", "";
    BULK_TOP_10_MASS_STD = "bulk_top_10_mass_std", Float, "", "How much that share scatters from mode to mode.",
        "standard deviation of the same", "";
    BULK_LOCALIZATION_MEAN = "bulk_localization_mean", Float, "", "Over how many elements the bulk's vectors are spread.",
        "mean over these modes of the mean localization ratio ‖x‖₁/‖x‖_∞ of both vectors", "";
    BULK_LOCALIZATION_STD = "bulk_localization_std", Float, "", "How much that scatters from mode to mode.",
        "standard deviation of the same", "";
    SPECTRAL_EXCESS_ABS = "spectral_excess_abs", Float, "λ", "How far the trap stands beyond the bulk.",
        "max(eval_perm − mp_bulk_max, 0)", "";
    SPECTRAL_EXCESS_REL = "spectral_excess_rel", Float, "", "The same in units of the bulk's edge.",
        "spectral_excess_abs/mp_bulk_max", "";
    IPR_LIFT = "ipr_lift", Float, "", "How much more localized the trap is than the bulk.",
        "inverse participation of the trap's vectors in the shuffled matrix over bulk_ipr_mean", "above 1: more localized";
    TOP_5_LIFT = "top_5_lift", Float, "", "How much more of the trap is in its largest elements than of the bulk's modes.",
        "top_5_mass over bulk_top_5_mass_mean", "above 1: more localized";
    TOP_10_LIFT = "top_10_lift", Float, "", "The same of the largest 10 % of the elements.",
        "top_10_mass over bulk_top_10_mass_mean", "above 1: more localized";
    IPR_LIFT_EXCESS_POS = "ipr_lift_excess_pos", Float, "", "How far ipr_lift is above 1.",
        "max(ipr_lift − 1, 0)", "";
    TOP_5_LIFT_EXCESS_POS = "top_5_lift_excess_pos", Float, "", "How far top_5_lift is above 1.",
        "max(top_5_lift − 1, 0)", "";
    LOG1P_TOP_5_LIFT = "log1p_top_5_lift", Float, "", "top_5_lift on a scale that huge lifts don't dominate.",
        "ln(1 + top_5_lift)", "";
    OV_LAM_WEIGHTED_MEAN = "ov_lam_weighted_mean", Float, "λ", "The eigenvalue of the layer that the trap's right vector meets.",
        "Σ p·λ with p = (φᵀv)² over the eigenpairs (λ, φ) of WᵀW", "";
    OV_LAM_WEIGHTED_VAR = "ov_lam_weighted_var", Float, "λ²", "How much that scatters.",
        "Σ p·(λ − mean)²", "";
    OV_RANK_MEAN = "ov_rank_mean", Float, "", "The rank, by falling eigenvalue, that the trap's right vector meets.",
        "Σ p·rank, ranks from 1", "";
    OV_RANK_STD = "ov_rank_std", Float, "", "How much that scatters.",
        "√(Σ p·(rank − mean)²)", "";
    OV_HHI = "ov_hhi", Float, "", "How concentrated that meeting is.",
        "Σ p², p normalised", "1: one direction of the layer";
    OV_PARTICIPATION = "ov_participation", Float, "", "How many directions of the layer it meets.",
        "1/Σ p²", "";
    OV_ENTROPY = "ov_entropy", Float, "", "The same as an entropy.",
        "−Σ p ln p", "";
    OV_MAX = "ov_max", Float, "", "The share of the direction that it meets most.",
        "max p", "";
    TRAP_VARIANCE_BURDEN_IPR = "trap_variance_burden_ipr", Float, "λ³", "What the trap weighs, by its localization.",
        "spectral_excess_abs·max(ipr_lift − 1, 0)·ov_lam_weighted_var", "";
    TRAP_VARIANCE_BURDEN_TOP10 = "trap_variance_burden_top10", Float, "λ", "What the trap weighs, by more of its largest elements.",
        "spectral_excess_abs·ln(1 + top_10_lift)·ov_rank_mean", "";
    TRAP_VARIANCE_BURDEN = "trap_variance_burden", Float, "λ", "What the trap weighs, by its largest elements.",
        "spectral_excess_abs·ln(1 + top_5_lift)·ov_rank_mean", "compare traps of one layer";
}
