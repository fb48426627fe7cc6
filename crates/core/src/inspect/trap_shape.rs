//! A trap's two vectors and the layer's own directions in, their moments and the trap's assessment out.

use heavytail_spectra::truncation::Triplets;

use crate::column::Column;
use crate::density::count;
use crate::inspect::columns_trap_burden::{U_TOP1_MASS, V_TOP1_MASS};
use crate::inspect::columns_trap_shape::{
    LAYER_TRAP_VARIANCE_BURDEN, TRAP_ASSESSMENT, TRAP_DIFFUSENESS_SCORE, TRAP_Q_UNIFORM, TRAP_RISK_SCORE,
    TRAP_TOP_SECTOR_OVERLAP, TRAP_VARIANCE_BURDEN_OLD, U_L2_FOURTH_MOMENT, U_L2_SIXTH_MOMENT,
    U_SQUARED_AMP_ENTROPY, V_L2_FOURTH_MOMENT, V_L2_SIXTH_MOMENT, V_SQUARED_AMP_ENTROPY,
};
use crate::inspect::columns_trap_vectors::{
    LEFT_TOP_MASS, RIGHT_TOP_MASS, U_EFFECTIVE_SUPPORT, U_GINI_ABS, V_EFFECTIVE_SUPPORT, V_GINI_ABS,
};
use crate::inspect::columns_traps::{MP_BULK_MAX, TRAP_DELTA, TRAP_EVAL_MINUS_BULK, TRAP_Q};
use crate::inspect::traps::overlaps;
use crate::row::Row;

/// From this risk on a trap is called risky.
const RISKY: f64 = 0.5;

/// From this diffuseness on one that is not risky is called benign.
const DIFFUSE: f64 = 0.55;

/// Sets the moments of the vectors and the share in the layer's largest direction; `top` is the trap's pair put back.
pub(crate) fn fill_moments(row: &mut Row, top: &Triplets, own: &Triplets) {
    let of_u: [&'static Column; 3] = [&U_L2_FOURTH_MOMENT, &U_L2_SIXTH_MOMENT, &U_SQUARED_AMP_ENTROPY];
    let of_v: [&'static Column; 3] = [&V_L2_FOURTH_MOMENT, &V_L2_SIXTH_MOMENT, &V_SQUARED_AMP_ENTROPY];
    let mut quality = 1.0;
    for (vector, [fourth, sixth, entropy]) in [(&top.left, of_u), (&top.right, of_v)] {
        let squares: f64 = vector.iter().map(|x| x * x).sum();
        let shares = || vector.iter().map(|x| x * x / squares);
        let ipr: f64 = shares().map(|q| q * q).sum();
        row.set(fourth, ipr);
        row.set(sixth, shares().map(|q| q.powi(3)).sum::<f64>());
        row.set(entropy, shares().filter(|q| *q > 0.0).map(|q| -q * q.ln()).sum::<f64>());
        let even = 1.0 / count(vector.len());
        quality *= ((ipr - even) / (1.0 - even)).clamp(0.0, 1.0);
    }
    row.set(&TRAP_Q_UNIFORM, quality.sqrt());
    let overlaps = overlaps(&top.right, &own.right);
    let sector = overlaps[0] / overlaps.iter().sum::<f64>();
    row.set(&TRAP_TOP_SECTOR_OVERLAP, sector);
    let (delta, localized) = (number(row, &TRAP_DELTA), number(row, &TRAP_Q));
    row.set(&TRAP_VARIANCE_BURDEN_OLD, delta * delta * localized * sector * sector);
}

/// Sets the scores and the word for them, from columns that are there already; `lengths` are those of u and v.
pub(crate) fn fill_assessment(row: &mut Row, (n_u, n_v): (usize, usize)) {
    let pair = |u: &'static Column, v: &'static Column| (number(row, u), number(row, v));
    let mean = |(u, v): (f64, f64)| f64::midpoint(u, v);
    let support = pair(&U_EFFECTIVE_SUPPORT, &V_EFFECTIVE_SUPPORT);
    let entropy = pair(&U_SQUARED_AMP_ENTROPY, &V_SQUARED_AMP_ENTROPY);
    let spread = 0.3 * (support.0 / count(n_u) + support.1 / count(n_v))
        + 0.2 * (entropy.0 / count(n_u).ln() + entropy.1 / count(n_v).ln());
    let peaked = 0.3 * mean(pair(&U_TOP1_MASS, &V_TOP1_MASS))
        + 0.2 * mean(pair(&U_GINI_ABS, &V_GINI_ABS))
        + 0.2 * mean(pair(&LEFT_TOP_MASS, &RIGHT_TOP_MASS));
    let diffuseness = (spread - peaked).clamp(0.0, 1.0);
    let beyond = number(row, &TRAP_EVAL_MINUS_BULK) / number(row, &MP_BULK_MAX).abs();
    let risk = (beyond * (1.0 - diffuseness)).clamp(0.0, 1.0);
    row.set(&TRAP_DIFFUSENESS_SCORE, diffuseness);
    row.set(&TRAP_RISK_SCORE, risk);
    let word = match (risk >= RISKY, diffuseness >= DIFFUSE) {
        (true, _) => "localized_risky",
        (false, true) => "benign_diffuse",
        (false, false) => "mixed",
    };
    row.set(&TRAP_ASSESSMENT, word);
}

/// Sets what all traps of a layer weigh together; `rows` are theirs.
pub(crate) fn fill_layer_burden(rows: &mut [Row]) {
    let all: f64 = rows.iter().map(|row| number(row, &TRAP_VARIANCE_BURDEN_OLD)).sum();
    for row in rows {
        row.set(&LAYER_TRAP_VARIANCE_BURDEN, all);
    }
}

fn number(row: &Row, column: &'static Column) -> f64 {
    row.number(column).unwrap_or(f64::NAN)
}
