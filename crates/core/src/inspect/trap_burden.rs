//! A trap beside the bulk it was found in and the layer it belongs to in, what it weighs out.

use heavytail_spectra::truncation::{Triplets, top_triplets};
use heavytail_spectra::vectors::localization_ratio;
use heavytail_spectra::{DenseMatrix, Matrix, SpectrumOptions};

use crate::analysis::layer_failure::LayerFailure;
use crate::analysis::shuffled_layer::Shuffled;
use crate::column::Column;
use crate::density::{count, mean};
use crate::inspect::columns_trap_burden::{
    BULK_IPR_MEAN, BULK_IPR_STD, BULK_LOCALIZATION_MEAN, BULK_LOCALIZATION_STD, BULK_MODE_COUNT,
    BULK_TOP_5_MASS_MEAN, BULK_TOP_5_MASS_STD, BULK_TOP_10_MASS_MEAN, BULK_TOP_10_MASS_STD, IPR_LIFT,
    IPR_LIFT_EXCESS_POS, LOG1P_TOP_5_LIFT, OV_ENTROPY, OV_HHI, OV_LAM_WEIGHTED_MEAN, OV_LAM_WEIGHTED_VAR,
    OV_MAX, OV_PARTICIPATION, OV_RANK_MEAN, OV_RANK_STD, SPECTRAL_EXCESS_ABS, SPECTRAL_EXCESS_REL,
    TOP_5_LIFT, TOP_5_LIFT_EXCESS_POS, TOP_10_LIFT, TRAP_VARIANCE_BURDEN, TRAP_VARIANCE_BURDEN_IPR,
    TRAP_VARIANCE_BURDEN_TOP10, U_TOP1_MASS, U_TOP5_MASS, U_TOP10_MASS, V_TOP1_MASS, V_TOP5_MASS,
    V_TOP10_MASS,
};
use crate::inspect::columns_traps::{TOP_5_MASS, TOP_10_MASS};
use crate::inspect::traps::{inverse_participation, overlaps, top_mass};
use crate::row::Row;

/// Modes of the bulk that are looked at.
const MODES: usize = 10;

/// What the modes of a shuffled layer's bulk look like.
#[derive(Default)]
pub(crate) struct BulkReference {
    ipr: Vec<f64>,
    localization: Vec<f64>,
    top_5_mass: Vec<f64>,
    top_10_mass: Vec<f64>,
}

impl BulkReference {
    /// Looks at modes that are no trap, evenly spaced from the largest to the smallest.
    pub(crate) fn new(shuffled: &Shuffled, matrix: &DenseMatrix) -> Result<Self, LayerFailure> {
        let (rows, cols) = (matrix.rows(), matrix.cols());
        let permuted = shuffled.permutation.apply(matrix)?;
        let all = top_triplets(&permuted, cols, &SpectrumOptions::default())
            .map_err(|error| LayerFailure::of_spectrum(error, rows, cols))?;
        let traps = shuffled.traps.singular.len();
        let (modes, bulk) = (MODES.min(cols - traps), cols - traps);
        let mut reference = Self::default();
        for mode in (0..modes).map(|mode| traps + mode * bulk / modes) {
            let u = &all.left[mode * rows..(mode + 1) * rows];
            let v = &all.right[mode * cols..(mode + 1) * cols];
            reference.ipr.push(f64::midpoint(inverse_participation(u), inverse_participation(v)));
            reference.localization.push(f64::midpoint(localization_ratio(u), localization_ratio(v)));
            let product: Vec<f64> = u.iter().flat_map(|u| v.iter().map(move |v| u * v)).collect();
            // Sizes alone count, and a permutation doesn't change them.
            reference.top_5_mass.push(top_mass(&product, 0.05));
            reference.top_10_mass.push(top_mass(&product, 0.10));
        }
        Ok(reference)
    }
}

/// Sets the columns. `excess` is the distance from the bulk's edge and that edge, `shuffled` are the trap's two vectors in
/// the shuffled matrix, `top` its pair put back into the layer.
pub(crate) fn fill_burden(
    row: &mut Row,
    bulk: &BulkReference,
    excess: (f64, f64),
    shuffled: (&[f64], &[f64]),
    top: &Triplets,
    own: &Triplets,
) {
    fill_top_masses(row, [&U_TOP1_MASS, &U_TOP5_MASS, &U_TOP10_MASS], &top.left);
    fill_top_masses(row, [&V_TOP1_MASS, &V_TOP5_MASS, &V_TOP10_MASS], &top.right);
    fill_bulk(row, bulk);
    let (beyond, edge) = excess;
    let beyond = beyond.max(0.0);
    row.set(&SPECTRAL_EXCESS_ABS, beyond);
    row.set(&SPECTRAL_EXCESS_REL, beyond / edge);
    let ipr = f64::midpoint(inverse_participation(shuffled.0), inverse_participation(shuffled.1));
    let ipr_lift = ipr / mean(&bulk.ipr);
    let lift = |mass: &'static Column, of_bulk: &[f64]| row.number(mass).unwrap_or(f64::NAN) / mean(of_bulk);
    let (top_5_lift, top_10_lift) =
        (lift(&TOP_5_MASS, &bulk.top_5_mass), lift(&TOP_10_MASS, &bulk.top_10_mass));
    row.set(&IPR_LIFT, ipr_lift);
    row.set(&TOP_5_LIFT, top_5_lift);
    row.set(&TOP_10_LIFT, top_10_lift);
    row.set(&IPR_LIFT_EXCESS_POS, above_one(ipr_lift));
    row.set(&TOP_5_LIFT_EXCESS_POS, above_one(top_5_lift));
    row.set(&LOG1P_TOP_5_LIFT, top_5_lift.ln_1p());
    let shares = overlaps(&top.right, &own.right);
    let eigenvalues: Vec<f64> = own.singular.iter().map(|sigma| sigma * sigma).collect();
    let ranks: Vec<f64> = (1..=shares.len()).map(count).collect();
    let (lambda, lambda_variance) = moments(&shares, &eigenvalues);
    let (rank, rank_variance) = moments(&shares, &ranks);
    row.set(&OV_LAM_WEIGHTED_MEAN, lambda);
    row.set(&OV_LAM_WEIGHTED_VAR, lambda_variance);
    row.set(&OV_RANK_MEAN, rank);
    row.set(&OV_RANK_STD, rank_variance.sqrt());
    fill_concentration(row, &shares);
    row.set(&TRAP_VARIANCE_BURDEN_IPR, beyond * above_one(ipr_lift) * lambda_variance);
    row.set(&TRAP_VARIANCE_BURDEN_TOP10, beyond * top_10_lift.ln_1p() * rank);
    row.set(&TRAP_VARIANCE_BURDEN, beyond * top_5_lift.ln_1p() * rank);
}

/// By how much a lift is above one; NaN stays what it is.
fn above_one(lift: f64) -> f64 {
    if lift < 1.0 { 0.0 } else { lift - 1.0 }
}

/// What the modes of the bulk look like, on the average and how they scatter.
fn fill_bulk(row: &mut Row, bulk: &BulkReference) {
    row.set(&BULK_MODE_COUNT, bulk.ipr.len());
    let families: [(&[f64], &'static Column, &'static Column); 4] = [
        (&bulk.ipr, &BULK_IPR_MEAN, &BULK_IPR_STD),
        (&bulk.localization, &BULK_LOCALIZATION_MEAN, &BULK_LOCALIZATION_STD),
        (&bulk.top_5_mass, &BULK_TOP_5_MASS_MEAN, &BULK_TOP_5_MASS_STD),
        (&bulk.top_10_mass, &BULK_TOP_10_MASS_MEAN, &BULK_TOP_10_MASS_STD),
    ];
    for (values, center, scatter) in families {
        row.set(center, mean(values));
        row.set(scatter, deviation(values));
    }
}

/// On how many of the layer's directions the shares lie.
fn fill_concentration(row: &mut Row, shares: &[f64]) {
    let total: f64 = shares.iter().sum();
    let normalised = || shares.iter().map(|share| share / total);
    let squares: f64 = normalised().map(|p| p * p).sum();
    row.set(&OV_HHI, squares);
    row.set(&OV_PARTICIPATION, 1.0 / squares);
    row.set(&OV_ENTROPY, normalised().filter(|p| *p > 0.0).map(|p| -p * p.ln()).sum::<f64>());
    row.set(&OV_MAX, normalised().fold(0.0, f64::max));
}

fn fill_top_masses(row: &mut Row, columns: [&'static Column; 3], vector: &[f64]) {
    let mut sizes: Vec<f64> = vector.iter().map(|x| x.abs()).collect();
    sizes.sort_by(|a, b| b.total_cmp(a));
    let all: f64 = sizes.iter().sum();
    for (column, most) in columns.into_iter().zip([1, 5, 10]) {
        row.set(column, sizes.iter().take(most).sum::<f64>() / all);
    }
}

/// Mean and variance of values under shares that are normalised first.
fn moments(shares: &[f64], values: &[f64]) -> (f64, f64) {
    let total: f64 = shares.iter().sum();
    let weighted = |of: &dyn Fn(f64) -> f64| {
        shares.iter().zip(values).map(|(share, value)| share * of(*value)).sum::<f64>() / total
    };
    let mean = weighted(&|value| value);
    (mean, weighted(&|value| (value - mean).powi(2)))
}

fn deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count(values.len())).sqrt()
}
