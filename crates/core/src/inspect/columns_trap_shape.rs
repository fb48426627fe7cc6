//! Columns of the moments of a trap's two vectors, of its share in the layer's largest directions, and of its assessment.

use crate::column::{Column, ColumnType, Origin, Presence};

trap_columns! {
    U_L2_FOURTH_MOMENT = "u_l2_fourth_moment", Float, "", "The fourth moment of the left vector.",
        "Σ (u/‖u‖)⁴", "1: one element; 1 over its length: all of them";
    U_L2_SIXTH_MOMENT = "u_l2_sixth_moment", Float, "", "The sixth moment of the left vector.",
        "Σ (u/‖u‖)⁶", "";
    U_SQUARED_AMP_ENTROPY = "u_squared_amp_entropy", Float, "", "The entropy of the left vector's squares.",
        "−Σ q ln q, q = u²/Σu²", "0: one element; ln of its length: all of them";
    V_L2_FOURTH_MOMENT = "v_l2_fourth_moment", Float, "", "The fourth moment of the right vector.",
        "Σ (v/‖v‖)⁴", "1: one element; 1 over its length: all of them";
    V_L2_SIXTH_MOMENT = "v_l2_sixth_moment", Float, "", "The sixth moment of the right vector.",
        "Σ (v/‖v‖)⁶", "";
    V_SQUARED_AMP_ENTROPY = "v_squared_amp_entropy", Float, "", "The entropy of the right vector's squares.",
        "−Σ q ln q, q = v²/Σv²", "0: one element; ln of its length: all of them";
    TRAP_Q_UNIFORM = "trap_q_uniform", Float, "", "How localized the trap is, 0 for a vector of equal elements.",
        "geometric mean over u, v of clip((ipr − 1/n)/(1 − 1/n), 0, 1)", "";
    TRAP_TOP_SECTOR_OVERLAP = "trap_top_sector_overlap", Float, "", "The trap's share in the layer's largest direction.",
        "p₁/Σp with p = (V₀ᵀv)²", "";
    TRAP_VARIANCE_BURDEN_OLD = "trap_variance_burden_old", Float, "", "What the trap weighs in the layer's largest direction.",
        "trap_delta²·trap_q·trap_top_sector_overlap²", "";
    LAYER_TRAP_VARIANCE_BURDEN = "layer_trap_variance_burden", Float, "", "What all traps of the layer weigh so.",
        "sum of trap_variance_burden_old over the layer", "";
    TRAP_DIFFUSENESS_SCORE = "trap_diffuseness_score", Float, "", "How spread the trap is, by several measures together.",
        "clip(0.3·(s_u + s_v) + 0.2·(e_u + e_v) − 0.3·mean top1_mass − 0.2·mean gini_abs − 0.2·mean top_mass, 0, 1), s effective_support over the length, e squared_amp_entropy over its logarithm", "near 1: spread like noise";
    TRAP_RISK_SCORE = "trap_risk_score", Float, "", "How far beyond the bulk the trap is, less the more it is spread.",
        "clip(trap_eval_minus_bulk/|mp_bulk_max|·(1 − trap_diffuseness_score), 0, 1)", "a rule of thumb of its authors";
    TRAP_ASSESSMENT = "trap_assessment", Text, "", "Both scores in a word.",
        "localized_risky where trap_risk_score ≥ 0.5, else benign_diffuse where trap_diffuseness_score ≥ 0.55, else mixed", "a rule of thumb of its authors";
}
