//! Planted tables of a base, a tuned model and their difference in, a tuning out whose layers changed by a known share.

use heavytail::Details;
use heavytail::columns_fit::ALPHA;
use heavytail::columns_spectrum::{LAMBDA_MAX, NORM, STABLE_RANK};
use heavytail::tuning::{LayerChange, Tuning};
use heavytail::verdict::layer_name;

/// Every layer of `base` is paired with that of `tuned` in its row; each changed by 1 % of its norm and by as many more
/// spikes as its row has left over from 3.
pub(crate) fn tuning(base: &Details, tuned: &Details, change: &Details) -> Tuning {
    let layers = (0..base.rows.len()).map(|row| layer(base, tuned, change, row)).collect();
    Tuning {
        base: base.clone(),
        tuned: tuned.clone(),
        change: change.clone(),
        layers,
        only_base: vec!["gone".to_owned()],
        only_tuned: Vec::new(),
        is_adapter: false,
        sentence: "tuned changes 50 of 50 layers of base, by 1.0 % of their norm at the median.".to_owned(),
        interrupted: false,
    }
}

fn layer(base: &Details, tuned: &Details, change: &Details, row: usize) -> LayerChange {
    let of = |details: &Details, column| details.rows[row].number(column);
    let (before, after) = (of(base, &ALPHA), of(tuned, &ALPHA));
    LayerChange {
        name: layer_name(&tuned.rows[row]).to_owned(),
        base_name: layer_name(&base.rows[row]).to_owned(),
        alpha_base: before,
        alpha_tuned: after,
        delta_alpha: before.zip(after).map(|(before, after)| after - before),
        frobenius: of(change, &NORM).map(f64::sqrt),
        spectral: of(change, &LAMBDA_MAX).map(f64::sqrt),
        relative: Some(0.01),
        rank: Some(96),
        stable_rank: of(change, &STABLE_RANK),
        rank_90: Some(12),
        new_spikes: i64::try_from(row % 3).ok(),
        reason: String::new(),
        base_row: row,
        tuned_row: row,
        change_row: row,
    }
}
