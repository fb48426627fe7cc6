//! The reference's golden runs, each with the command-line options that ask heavytail for the same.

/// One golden table and how to reproduce it.
#[derive(Clone, Copy, Debug)]
pub struct Variant {
    /// The golden file in its folder, `details_default.csv`.
    pub golden: &'static str,
    /// The weights in the same folder.
    pub weights: &'static str,
    /// Options of `heavytail analyze`.
    pub options: &'static [&'static str],
    /// Relative tolerance of floats.
    pub relative: f64,
}

const fn variant(golden: &'static str, options: &'static [&'static str]) -> Variant {
    Variant { golden, weights: "matrices.safetensors", options, relative: 1e-8 }
}

/// Adapters, whose products the reference forms in f32.
const fn lora(golden: &'static str, options: &'static [&'static str]) -> Variant {
    Variant { golden, weights: "lora.safetensors", options, relative: 1e-5 }
}

/// Rows whose numbers rest on rounding: (row, column, relative tolerance).
pub const LOOSER: &[(&str, &str, f64)] = &[("lowrank", "sv_min", 1e-5), ("lowrank", "detX_val", 1e-5)];

/// Every variant that the command line reproduces.
pub const VARIANTS: &[Variant] = &[
    variant("details_default.csv", &["--compat", "ww"]),
    variant("details_min_evals50.csv", &["--compat", "ww", "--min-evals", "50"]),
    variant("details_max_evals100.csv", &["--compat", "ww", "--max-evals", "100"]),
    variant("details_max_N400.csv", &["--compat", "ww", "--max-n", "400", "--max-evals", "400"]),
    variant("details_xmax5.csv", &["--compat", "ww", "--xmax", "5"]),
    variant("details_xmax_minus5.csv", &["--compat", "ww", "--xmax", "-5"]),
    variant("details_pool_false.csv", &["--compat", "ww", "--no-pool"]),
    variant("details_conv2d_norm_false.csv", &["--compat", "ww", "--no-conv2d-norm"]),
    variant("details_tolerance.csv", &["--compat", "ww", "--tolerance", "1e-2"]),
    variant("details_layers_names.csv", &["--compat", "ww", "--layers", "dense_wide,small12"]),
    variant("details_layers_drop_names.csv", &["--compat", "ww", "--layers=-dense_wide,-small12"]),
    variant("details_layers_type_conv2d.csv", &["--compat", "ww", "--layers", "conv2d"]),
    variant("details_detX.csv", &["--compat", "ww", "--detx"]),
    variant("details_ERG.csv", &["--compat", "ww", "--erg"]),
    variant("details_mp_fit.csv", &["--compat", "ww", "--mp-fit"]),
    variant("details_clip_xmax.csv", &["--compat", "ww", "--fix-fingers", "clip_xmax"]),
    variant("details_mp_fit.csv", &["--compat", "ww", "--mp-fit"]),
    variant("details_detX.csv", &["--compat", "ww", "--detx"]),
    variant("details_ERG.csv", &["--compat", "ww", "--erg"]),
    variant("details_clip_xmax.csv", &["--compat", "ww", "--fix-fingers", "clip_xmax"]),
    variant("details_xmin_peak.csv", &["--compat", "ww", "--fix-fingers", "xmin_peak"]),
    variant("details_svd_accurate.csv", &["--compat", "ww", "--svd-method", "accurate"]),
    variant(
        "details_clip_xmax_thresh02.csv",
        &["--compat", "ww", "--fix-fingers", "clip_xmax", "--finger-thresh", "0.2", "--max-fingers", "20"],
    ),
    variant("details_pool_false_mp_detX.csv", &["--compat", "ww", "--no-pool", "--mp-fit", "--detx"]),
    // Options that do nothing in the reference.
    variant("details_glorot_fix.csv", &["--compat", "ww", "--glorot-fix"]),
    variant("details_deltas.csv", &["--compat", "ww", "--deltas"]),
    variant("details_legacy_PL.csv", &["--compat", "ww", "--pl-package", "powerlaw"]),
    variant("details_legacy_PL_xmax5.csv", &["--compat", "ww", "--pl-package", "powerlaw", "--xmax", "5"]),
    variant(
        "details_legacy_PL_force.csv",
        &["--compat", "ww", "--pl-package", "powerlaw", "--xmax", "force"],
    ),
    variant(
        "details_legacy_clip_xmax.csv",
        &["--compat", "ww", "--pl-package", "powerlaw", "--fix-fingers", "clip_xmax"],
    ),
    variant(
        "details_legacy_xmin_peak.csv",
        &["--compat", "ww", "--pl-package", "powerlaw", "--fix-fingers", "xmin_peak"],
    ),
    variant(
        "details_legacy_xmin_peak_xmin_max.csv",
        &["--compat", "ww", "--pl-package", "powerlaw", "--fix-fingers", "xmin_peak", "--xmin-max", "3"],
    ),
    lora("details_peft.csv", &["--compat", "ww", "--peft"]),
    lora("details_peft_detX.csv", &["--compat", "ww", "--peft", "with-base", "--detx", "--mp-fit"]),
    lora("details_peft_with_base.csv", &["--compat", "ww", "--peft", "with-base"]),
];
