//! A layer's rows of the base, of the tuned model and of their difference in, what the training changed in it out.

use heavytail_fits::mp_fit;
use serde::Serialize;

use crate::analysis::fill_mp::square_law;
use crate::columns_fit::ALPHA;
use crate::columns_layer::{M, N, REASON};
use crate::columns_spectrum::{LAMBDA_MAX, MATRIX_RANK, NORM, STABLE_RANK};
use crate::details::{Details, LayerCurves};
use crate::layer_verdict::LayerVerdict;
use crate::row::Row;
use crate::tuning::plan_tuning::Paired;
use crate::verdict::layer_name;

/// The share of ‖ΔW‖_F² that [`LayerChange::rank_90`] holds.
const MOST: f64 = 0.9;

/// What training changed in one layer, W to W + ΔW.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LayerChange {
    /// The layer's name in the tuned model.
    pub name: String,
    /// Its name in the base model.
    pub base_name: String,
    /// Alpha of W.
    pub alpha_base: Option<f64>,
    /// Alpha of W + ΔW.
    pub alpha_tuned: Option<f64>,
    /// Alpha of W + ΔW less that of W.
    pub delta_alpha: Option<f64>,
    /// ‖ΔW‖_F.
    pub frobenius: Option<f64>,
    /// ‖ΔW‖₂, the largest singular value of ΔW; of a convolution the largest of its slices'.
    pub spectral: Option<f64>,
    /// ‖ΔW‖_F / ‖W‖_F.
    pub relative: Option<f64>,
    /// The numerical rank of ΔW: full where a dense change, or the rounding of W + ΔW, adds a little everywhere.
    pub rank: Option<i64>,
    /// Σλ/λ_max of ΔW.
    pub stable_rank: Option<f64>,
    /// How many of the largest λ of ΔW hold 90 % of ‖ΔW‖_F².
    pub rank_90: Option<usize>,
    /// How many more eigenvalues of W + ΔW than of W stand out of the bulk of W: above the edge of the
    /// Marchenko–Pastur law fitted to W and its Tracy–Widom width. Null where W has no such bulk.
    pub new_spikes: Option<i64>,
    /// What is missing and why, or what has to be known beside the numbers.
    pub reason: String,
    /// Row of the base's table.
    pub base_row: usize,
    /// Row of the tuned model's table.
    pub tuned_row: usize,
    /// Row of the changes' table, whose curves are the spectrum of ΔW.
    pub change_row: usize,
}

/// The three tables of a tuning, rows and curves.
pub(crate) struct Tables<'a> {
    pub(crate) base: &'a Details,
    pub(crate) tuned: &'a Details,
    pub(crate) change: &'a Details,
}

/// Reads the three rows of a layer together.
pub(crate) fn layer_change(tables: &Tables<'_>, pair: &Paired, compat: bool) -> LayerChange {
    let rows = [(tables.base, pair.base), (tables.tuned, pair.tuned), (tables.change, pair.change)]
        .map(|(details, row)| &details.rows[row]);
    let [base, tuned, change] = rows;
    let curves = |details: &'_ Details, row: usize| details.curves.get(row).cloned().flatten();
    let of_change = curves(tables.change, pair.change);
    let finite = |row: &Row, column| row.number(column).filter(|value| value.is_finite());
    // What the row's spectrum is scaled by is none of the change's length.
    let root = |value: f64| value.max(0.0).sqrt() / pair.scale;
    let frobenius = finite(change, &NORM);
    let whole = finite(base, &NORM).filter(|norm| *norm > 0.0);
    let (alpha_base, alpha_tuned) = (alpha(base), alpha(tuned));
    LayerChange {
        name: layer_name(tuned).trim().to_owned(),
        base_name: layer_name(base).trim().to_owned(),
        alpha_base,
        alpha_tuned,
        delta_alpha: alpha_base.zip(alpha_tuned).map(|(base, tuned)| tuned - base),
        frobenius: frobenius.map(root),
        spectral: finite(change, &LAMBDA_MAX).map(root),
        relative: frobenius.zip(whole).map(|(change, whole)| (change / whole).max(0.0).sqrt()),
        rank: change.integer(&MATRIX_RANK),
        stable_rank: finite(change, &STABLE_RANK),
        rank_90: of_change.as_ref().and_then(|curves| holding(&curves.eigenvalues, MOST)),
        new_spikes: new_spikes(
            base,
            curves(tables.base, pair.base).as_ref(),
            curves(tables.tuned, pair.tuned).as_ref(),
            compat,
        ),
        reason: reasons(rows),
        base_row: pair.base,
        tuned_row: pair.tuned,
        change_row: pair.change,
    }
}

fn alpha(row: &Row) -> Option<f64> {
    (LayerVerdict::of_row(row) != LayerVerdict::NoFit).then(|| row.number(&ALPHA)).flatten()
}

/// How many of the largest eigenvalues hold this share of their sum; none of a change that is zero.
fn holding(ascending: &[f64], share: f64) -> Option<usize> {
    let all: f64 = ascending.iter().sum();
    if !(all > 0.0 && all.is_finite()) {
        return None;
    }
    let mut held = 0.0;
    let place = ascending.iter().rev().position(|lambda| {
        held += lambda;
        held >= share * all
    });
    place.map(|place| place + 1)
}

fn new_spikes(
    row: &Row,
    base: Option<&LayerCurves>,
    tuned: Option<&LayerCurves>,
    compat: bool,
) -> Option<i64> {
    let (base, tuned) = (&base?.eigenvalues, &tuned?.eigenvalues);
    let size = |column| row.integer(column).and_then(|side| usize::try_from(side).ok());
    let bulk = mp_fit(base, size(&N)?, size(&M)?, square_law(compat)).ok().filter(|bulk| bulk.feasible)?;
    let spikes = |ascending: &[f64]| {
        let below = ascending.partition_point(|lambda| *lambda <= bulk.spike_threshold);
        i64::try_from(ascending.len() - below).unwrap_or(i64::MAX)
    };
    Some(spikes(tuned) - spikes(base))
}

/// What the rows say for themselves; that a small or narrow change has no power law is no fault.
fn reasons([base, tuned, change]: [&Row; 3]) -> String {
    let mut words = Vec::new();
    for (whose, row) in [("base: ", base), ("tuned: ", tuned)] {
        match row.text(&REASON) {
            "" => {}
            reason => words.push(format!("{whose}{reason}")),
        }
    }
    if !change.has(&NORM) || change.text(&REASON).contains("B·A") {
        words.push(format!("change: {}", change.text(&REASON)));
    }
    words.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fewest_eigenvalues_that_hold_a_share_are_counted() {
        assert_eq!(holding(&[1.0, 2.0, 3.0, 94.0], 0.9), Some(1));
        assert_eq!(holding(&[1.0, 1.0, 1.0, 1.0], 0.9), Some(4));
        assert_eq!(holding(&[0.0, 0.0], 0.9), None);
        assert_eq!(holding(&[], 0.9), None);
    }
}
