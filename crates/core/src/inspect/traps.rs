//! A model and a seed in, its correlation traps out: a row each.
//!
//! Every layer of one matrix is shuffled; what stands out of the shuffled matrix' bulk is a trap, since its elements alone,
//! without their places, make it. Each trap is put back into the layer, where it is measured: which of the layer's own
//! directions it meets, and whether a few huge elements make it.

use heavytail_spectra::schedule::{Job, Outcome, run};
use heavytail_spectra::truncation::{Triplets, top_triplets};
use heavytail_spectra::vectors::{localization_ratio, participation_ratio, vector_entropy};
use heavytail_spectra::{DenseMatrix, Matrix, SpectrumOptions};

use crate::analysis::fill_layer::fill_layer;
use crate::analysis::layer_failure::LayerFailure;
use crate::analysis::plan::{origin, plan_weights};
use crate::analysis::shuffled_layer::Shuffled;
use crate::analysis::unit::Unit;
use crate::budget::memory_budget;
use crate::checked::CheckedOptions;
use crate::column::Column;
use crate::columns_mp::{NUM_SPIKES, SIGMA_MP};
use crate::density::count;
use crate::details::Details;
use crate::engine::threads;
use crate::error::Error;
use crate::inspect::columns_trap_vectors::{
    LEFT_OVERLAP_ENTROPY, LEFT_OVERLAP_IPR, LEFT_TOP_MASS, LEFT_TOP_MODE, RIGHT_OVERLAP_ENTROPY,
    RIGHT_OVERLAP_IPR, RIGHT_TOP_MASS, RIGHT_TOP_MODE, U_EFFECTIVE_SUPPORT, U_ENTROPY, U_GINI_ABS,
    U_LOCALIZATION_RATIO, U_PARTICIPATION_RATIO, V_EFFECTIVE_SUPPORT, V_ENTROPY, V_GINI_ABS,
    V_LOCALIZATION_RATIO, V_PARTICIPATION_RATIO,
};
use crate::inspect::columns_traps::{
    EVAL_PERM, MP_BULK_MAX, MP_BULK_MIN, PERMUTE_FINGERPRINT, RANK1_MASS_AFTER_UNPERMUTE, SIGMA_PERM,
    SIGMA_TRAP_TOP, TOP_5_MASS, TOP_10_MASS, TRAP_BALANCE_RATIO, TRAP_DELTA, TRAP_DIFFUSENESS,
    TRAP_EVAL_MINUS_BULK, TRAP_INDEX, TRAP_IPR, TRAP_Q,
};
use crate::inspect::trap_burden::{BulkReference, fill_burden};
use crate::inspect::trap_shape::{fill_assessment, fill_layer_burden, fill_moments};
use crate::model::Model;
use crate::observer::Cancel;
use crate::options::AnalyzeOptions;
use crate::row::Row;
use crate::transform::rewrite::read_matrices;

/// Bytes that a layer's traps hold at most: seven matrices of N·M elements (its own, the shuffled one, left vectors of both
/// and what passes between), and as many of M².
fn memory(unit: &Unit) -> u64 {
    let (n, m) = (unit.layer.n as u64, unit.layer.m as u64);
    n.saturating_add(m).saturating_mul(m).saturating_mul(7 * 8)
}

/// The traps of every layer of one matrix, in the model's order; a warning says which layers could not be shuffled.
///
/// # Errors
/// As [`describe`](crate::describe).
pub fn analyze_traps(model: &Model<'_>, options: &CheckedOptions, cancel: &Cancel) -> Result<Details, Error> {
    let options = options.get();
    let plan = plan_weights(model, options)?;
    // Shuffling costs about what it does in an analysis.
    let needs = AnalyzeOptions { randomize: true, vectors: true, ..options.clone() };
    let job = |unit| Job {
        cost: Unit::cost(unit, &needs),
        memory: memory(unit),
        soon: Some(Box::new(move || Unit::expect(unit, model))),
        work: Box::new(move || layer_traps(model, unit, options)),
    };
    let jobs = plan.units.iter().map(job).collect();
    let budget = memory_budget(options.memory);
    let outcomes = run(jobs, threads(options.threads), budget, cancel.flag(), |_, _| ());
    let mut details = Details {
        origin: origin(model.source),
        coverage: plan.coverage,
        warnings: plan.warnings,
        options: options.spelled(),
        sparse: true,
        ..Details::default()
    };
    for (unit, outcome) in plan.units.iter().zip(outcomes) {
        let failure = match outcome {
            Outcome::Done(Ok(rows)) => {
                details.rows.extend(rows);
                continue;
            }
            Outcome::Done(Err(failure)) => failure,
            Outcome::OverBudget { needed, budget } => LayerFailure::OverBudget { needed, budget },
            Outcome::Cancelled => {
                details.interrupted = true;
                continue;
            }
        };
        details.warnings.push(format!("{}: {failure}", unit.layer.longname));
    }
    Ok(details)
}

fn layer_traps(model: &Model<'_>, unit: &Unit, options: &AnalyzeOptions) -> Result<Vec<Row>, LayerFailure> {
    if unit.layer.matrices.len() != 1 {
        return Err(LayerFailure::SeveralMatrices { matrices: unit.layer.matrices.len() });
    }
    let matrix = read_matrices(model.source, &unit.layer)?.swap_remove(0);
    let shuffled = Shuffled::new(unit, &matrix, options)?;
    if shuffled.traps.singular.is_empty() {
        return Ok(Vec::new());
    }
    let (rows, cols) = (matrix.rows(), matrix.cols());
    let failure = |error| LayerFailure::of_spectrum(error, rows, cols);
    let own = top_triplets(&matrix, cols, &SpectrumOptions::default()).map_err(failure)?;
    let fingerprint = shuffled.permutation.fingerprint();
    let bulk = BulkReference::new(&shuffled, &matrix)?;
    let mut table = Vec::with_capacity(shuffled.traps.singular.len());
    for index in 0..shuffled.traps.singular.len() {
        let mut row = Row::new();
        fill_layer(&mut row, unit);
        row.set(&PERMUTE_FINGERPRINT, fingerprint.as_str());
        fill_place(&mut row, &shuffled, index);
        let trap = shuffled.put_back(index, (rows, cols));
        row.set(&TOP_5_MASS, top_mass(&trap, 0.05));
        row.set(&TOP_10_MASS, top_mass(&trap, 0.10));
        let trap = DenseMatrix::new(rows, cols, trap).map_err(LayerFailure::Spectrum)?;
        let top = top_triplets(&trap, 1, &SpectrumOptions::default()).map_err(failure)?;
        let sigma = shuffled.traps.singular[index];
        fill_shape(&mut row, &top, &own, sigma);
        let excess = (sigma * sigma - shuffled.bulk.bulk_max, shuffled.bulk.bulk_max);
        let pair = (
            &shuffled.traps.left[index * rows..(index + 1) * rows],
            &shuffled.traps.right[index * cols..(index + 1) * cols],
        );
        fill_burden(&mut row, &bulk, excess, pair, &top, &own);
        fill_moments(&mut row, &top, &own);
        fill_assessment(&mut row, (rows, cols));
        table.push(row);
    }
    fill_layer_burden(&mut table);
    Ok(table)
}

/// Where the trap stands against the bulk.
fn fill_place(row: &mut Row, shuffled: &Shuffled, index: usize) {
    let (sigma, bulk) = (shuffled.traps.singular[index], &shuffled.bulk);
    let beyond = sigma * sigma - bulk.bulk_max;
    row.set(&TRAP_INDEX, index + 1);
    row.set(&SIGMA_PERM, sigma);
    row.set(&EVAL_PERM, sigma * sigma);
    row.set(&MP_BULK_MAX, bulk.bulk_max);
    row.set(&MP_BULK_MIN, bulk.bulk_min);
    row.set(&SIGMA_MP, bulk.sigma);
    row.set(&NUM_SPIKES, bulk.num_spikes);
    row.set(&TRAP_EVAL_MINUS_BULK, beyond);
    row.set(&TRAP_DELTA, beyond.max(0.0) / bulk.bulk_max);
}

/// What the trap's top pair of vectors looks like, by itself and among the layer's own.
fn fill_shape(row: &mut Row, top: &Triplets, own: &Triplets, sigma: f64) {
    let (u, v, largest) = (&top.left, &top.right, top.singular[0]);
    row.set(&SIGMA_TRAP_TOP, largest);
    row.set(&RANK1_MASS_AFTER_UNPERMUTE, (largest / sigma).powi(2));
    let columns: [&'static Column; 4] =
        [&LEFT_TOP_MODE, &LEFT_TOP_MASS, &LEFT_OVERLAP_ENTROPY, &LEFT_OVERLAP_IPR];
    fill_overlap(row, columns, u, &own.left);
    let columns: [&'static Column; 4] =
        [&RIGHT_TOP_MODE, &RIGHT_TOP_MASS, &RIGHT_OVERLAP_ENTROPY, &RIGHT_OVERLAP_IPR];
    fill_overlap(row, columns, v, &own.right);
    for (vector, [entropy, localization, participation, support, gini]) in [
        (u, [&U_ENTROPY, &U_LOCALIZATION_RATIO, &U_PARTICIPATION_RATIO, &U_EFFECTIVE_SUPPORT, &U_GINI_ABS]),
        (v, [&V_ENTROPY, &V_LOCALIZATION_RATIO, &V_PARTICIPATION_RATIO, &V_EFFECTIVE_SUPPORT, &V_GINI_ABS]),
    ] {
        row.set(entropy, vector_entropy(vector));
        row.set(localization, localization_ratio(vector));
        row.set(participation, participation_ratio(vector));
        row.set(support, 1.0 / inverse_participation(vector));
        row.set(gini, gini_of(vector));
    }
    let (of_u, of_v) = (inverse_participation(u), inverse_participation(v));
    row.set(&TRAP_BALANCE_RATIO, of_v / of_u);
    row.set(&TRAP_IPR, f64::midpoint(of_u, of_v));
    let quality = (localized(of_u, u.len()) * localized(of_v, v.len())).sqrt();
    row.set(&TRAP_Q, quality);
    row.set(&TRAP_DIFFUSENESS, 1.0 - quality);
}

/// p = (basisᵀ·vector)²: its largest, the entropy and the second moment. Basis vectors are stored one after the other.
fn fill_overlap(row: &mut Row, columns: [&'static Column; 4], vector: &[f64], basis: &[f64]) {
    let [mode, mass, entropy, second] = columns;
    let overlaps = overlaps(vector, basis);
    let top = (0..overlaps.len()).fold(0, |best, at| if overlaps[at] > overlaps[best] { at } else { best });
    row.set(mode, top + 1);
    row.set(mass, overlaps[top]);
    row.set(entropy, overlaps.iter().filter(|p| **p > 0.0).map(|p| -p * p.ln()).sum::<f64>());
    row.set(second, overlaps.iter().map(|p| p * p).sum::<f64>());
}

/// (basisᵀ·vector)², an element for each vector of the basis.
pub(crate) fn overlaps(vector: &[f64], basis: &[f64]) -> Vec<f64> {
    let overlap = |own: &[f64]| own.iter().zip(vector).map(|(a, b)| a * b).sum::<f64>().powi(2);
    basis.chunks_exact(vector.len()).map(overlap).collect()
}

/// Share of Σ|T| in the largest share of the elements, at least one of them.
pub(crate) fn top_mass(elements: &[f64], share: f64) -> f64 {
    let mut sizes: Vec<f64> = elements.iter().map(|x| x.abs()).collect();
    sizes.sort_by(|a, b| b.total_cmp(a));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a length")]
    let kept = (share * count(sizes.len())).ceil() as usize;
    sizes[..kept.clamp(1, sizes.len())].iter().sum::<f64>() / sizes.iter().sum::<f64>()
}

/// Σ (x/‖x‖)⁴: 1 for one element, 1/n for equal ones.
pub(crate) fn inverse_participation(vector: &[f64]) -> f64 {
    let squares: f64 = vector.iter().map(|x| x * x).sum();
    vector.iter().map(|x| x.powi(4)).sum::<f64>() / (squares * squares)
}

/// The inverse participation with 0 for a random vector of that length, 3/(n + 2) on average, and 1 for one element.
fn localized(ipr: f64, len: usize) -> f64 {
    let random = 3.0 / (count(len) + 2.0);
    ((ipr - random) / (1.0 - random)).clamp(0.0, 1.0)
}

/// 2Σ i·|x|₍ᵢ₎/(n·Σ|x|) − (n + 1)/n with |x| ascending.
fn gini_of(vector: &[f64]) -> f64 {
    let mut sizes: Vec<f64> = vector.iter().map(|x| x.abs()).collect();
    sizes.sort_by(f64::total_cmp);
    let n = count(sizes.len());
    let weighted: f64 = sizes.iter().enumerate().map(|(at, x)| count(at + 1) * x).sum();
    2.0 * weighted / (n * sizes.iter().sum::<f64>()) - (n + 1.0) / n
}
