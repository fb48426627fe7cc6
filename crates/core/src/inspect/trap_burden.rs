//! A trap beside the bulk it was found in and the layer it belongs to in, what it weighs out.

use heavytail_spectra::truncation::{Triplets, top_triplets};
use heavytail_spectra::{DenseMatrix, Matrix, SpectrumOptions};

use crate::analysis::layer_failure::LayerFailure;
use crate::analysis::shuffled_layer::Shuffled;
use crate::column::Column;
use crate::density::{count, mean};
use crate::inspect::columns_trap_burden::{
    BULK_IPR_MEAN, BULK_IPR_STD, BULK_MODE_COUNT, BULK_TOP_5_MASS_MEAN, BULK_TOP_5_MASS_STD, IPR_LIFT,
    OV_LAM_WEIGHTED_MEAN, OV_LAM_WEIGHTED_VAR, OV_RANK_MEAN, OV_RANK_STD, SPECTRAL_EXCESS_ABS,
    SPECTRAL_EXCESS_REL, TOP_5_LIFT, TRAP_VARIANCE_BURDEN, TRAP_VARIANCE_BURDEN_IPR, U_TOP1_MASS,
    U_TOP5_MASS, U_TOP10_MASS, V_TOP1_MASS, V_TOP5_MASS, V_TOP10_MASS,
};
use crate::inspect::columns_traps::TOP_5_MASS;
use crate::inspect::traps::{inverse_participation, top_mass};
use crate::row::Row;

/// Modes of the bulk that are looked at.
const MODES: usize = 10;

/// What the modes of a shuffled layer's bulk look like.
pub(crate) struct BulkReference {
    ipr: Vec<f64>,
    top_5_mass: Vec<f64>,
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
        let mut reference = Self { ipr: Vec::new(), top_5_mass: Vec::new() };
        for mode in (0..modes).map(|mode| traps + mode * bulk / modes) {
            let u = &all.left[mode * rows..(mode + 1) * rows];
            let v = &all.right[mode * cols..(mode + 1) * cols];
            reference.ipr.push(f64::midpoint(inverse_participation(u), inverse_participation(v)));
            let product: Vec<f64> = u.iter().flat_map(|u| v.iter().map(move |v| u * v)).collect();
            // Sizes alone count, and a permutation doesn't change them.
            reference.top_5_mass.push(top_mass(&product, 0.05));
        }
        Ok(reference)
    }
}

/// Sets the columns. `sizes` are the trap's two vectors in the shuffled matrix, `top` its pair put back into the layer.
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
    row.set(&BULK_MODE_COUNT, bulk.ipr.len());
    row.set(&BULK_IPR_MEAN, mean(&bulk.ipr));
    row.set(&BULK_IPR_STD, deviation(&bulk.ipr));
    row.set(&BULK_TOP_5_MASS_MEAN, mean(&bulk.top_5_mass));
    row.set(&BULK_TOP_5_MASS_STD, deviation(&bulk.top_5_mass));
    let (beyond, edge) = excess;
    let beyond = beyond.max(0.0);
    row.set(&SPECTRAL_EXCESS_ABS, beyond);
    row.set(&SPECTRAL_EXCESS_REL, beyond / edge);
    let ipr = f64::midpoint(inverse_participation(shuffled.0), inverse_participation(shuffled.1));
    let ipr_lift = ipr / mean(&bulk.ipr);
    let top_5_lift = row.number(&TOP_5_MASS).unwrap_or(f64::NAN) / mean(&bulk.top_5_mass);
    row.set(&IPR_LIFT, ipr_lift);
    row.set(&TOP_5_LIFT, top_5_lift);
    let overlap = |basis: &[f64]| basis.iter().zip(&top.right).map(|(a, b)| a * b).sum::<f64>().powi(2);
    let shares: Vec<f64> = own.right.chunks_exact(top.right.len()).map(overlap).collect();
    let eigenvalues: Vec<f64> = own.singular.iter().map(|sigma| sigma * sigma).collect();
    let ranks: Vec<f64> = (1..=shares.len()).map(count).collect();
    let (lambda, lambda_variance) = moments(&shares, &eigenvalues);
    let (rank, rank_variance) = moments(&shares, &ranks);
    row.set(&OV_LAM_WEIGHTED_MEAN, lambda);
    row.set(&OV_LAM_WEIGHTED_VAR, lambda_variance);
    row.set(&OV_RANK_MEAN, rank);
    row.set(&OV_RANK_STD, rank_variance.sqrt());
    row.set(&TRAP_VARIANCE_BURDEN_IPR, beyond * (ipr_lift - 1.0).max(0.0) * lambda_variance);
    row.set(&TRAP_VARIANCE_BURDEN, beyond * top_5_lift.ln_1p() * rank);
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
