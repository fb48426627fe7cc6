//! A source, its layers and what to do with each in; the new checkpoint and a row a layer out.
//!
//! Threads are at most two tensors each ahead of the writer, and no more than the memory budget holds beside the one that
//! is being written. A layer that it doesn't hold alone stays what it is. Once the caller wants it to stop, the layers at work
//! are given up and what is written so far is removed.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::Path;

use heavytail_formats::{TensorInfo, TensorSource, write_safetensors};
use heavytail_layers::{Layer, MatrixView};
use heavytail_spectra::DenseMatrix;
use heavytail_spectra::in_order::in_order;

use crate::analysis::fill_layer::fill_layer;
use crate::analysis::fill_reason::add_reason;
use crate::analysis::layer_failure::LayerFailure;
use crate::analysis::plan::{origin, plan_weights};
use crate::analysis::read_factor::read_row_major;
use crate::analysis::unit::Unit;
use crate::budget::memory_budget;
use crate::checked::CheckedOptions;
use crate::details::Details;
use crate::engine::threads;
use crate::error::{Error, packed_words};
use crate::model::Model;
use crate::options::AnalyzeOptions;
use crate::row::Row;
use crate::transform::columns_change::{CHANGED, NORM_AFTER, NORM_BEFORE};
use crate::transform::target::{Packed, Target};

/// Changes the matrices of one layer (tall, unscaled) and tells whether it did; says in the row what. After an error they
/// count for nothing.
pub(crate) type Changer<'a> =
    dyn Fn(&Unit, &mut [DenseMatrix], &mut Row) -> Result<bool, LayerFailure> + Sync + 'a;

/// New elements of a tensor, where any of its layers changes, and the rows of its layers.
type Rewritten = (Option<Vec<f64>>, Vec<Row>);

/// Writes the model with its layers changed to `to`.
pub(crate) fn rewrite(
    model: &Model<'_>,
    options: &CheckedOptions,
    to: &Target<'_>,
    change: &Changer<'_>,
) -> Result<Details, Error> {
    refuse_in_place(model.source, to.path)?;
    let rewritten =
        to.cancel.until(|| rewrite_all(model, options, to, change)).unwrap_or(Err(Error::Interrupted));
    // Whatever the writing ended with then, it is because it was stopped.
    rewritten.map_err(|error| if to.cancel.is_cancelled() { Error::Interrupted } else { error })
}

fn rewrite_all(
    model: &Model<'_>,
    options: &CheckedOptions,
    to: &Target<'_>,
    change: &Changer<'_>,
) -> Result<Details, Error> {
    let options = options.get();
    let plan = plan_weights(model, options)?;
    refuse_packed(model.source, &plan.units, options, to.packed)?;
    let mut by_tensor: BTreeMap<usize, Vec<&Unit>> = BTreeMap::new();
    for unit in &plan.units {
        by_tensor.entry(unit.layer.tensor).or_default().push(unit);
    }
    let mut order = writing_order(model.source);
    order.retain(|tensor| by_tensor.contains_key(tensor));
    let mut rows: BTreeMap<usize, Vec<Row>> = BTreeMap::new();
    let budget = memory_budget(options.memory);
    let rewritten = |at: usize| {
        let tensor = order[at];
        let units = by_tensor.get(&tensor).map_or(&[][..], Vec::as_slice);
        rewrite_tensor(model, (tensor, units), (budget, to.packed), change)
    };
    let threads = threads(options.threads);
    let largest = plan.units.iter().map(|unit| memory(unit, model.source)).filter(|needed| *needed <= budget);
    let ahead = ahead(threads, budget, largest.max().unwrap_or(1));
    in_order((threads, ahead), order.len(), rewritten, |results| {
        let stop = to.cancel.flag();
        write_safetensors(model.source, to.path, stop, |tensor, _| -> Result<Option<Vec<f64>>, Error> {
            if !by_tensor.contains_key(&tensor) {
                return Ok(None);
            }
            let Some(result) = results.next() else { unreachable!("a result for every tensor with layers") };
            let (elements, of_layers) = result?;
            rows.insert(tensor, of_layers);
            Ok(elements)
        })
    })?;
    Ok(Details {
        origin: origin(model.source),
        // In the order of the layers, which is that of the tensors.
        rows: rows.into_values().flatten().collect(),
        coverage: plan.coverage,
        warnings: plan.warnings,
        options: options.spelled(),
        sparse: true,
        ..Details::default()
    })
}

/// How many tensors may be under way or wait for the writer, so that with the one that it writes they fit the budget.
fn ahead(threads: NonZeroUsize, budget: u64, largest: u64) -> NonZeroUsize {
    let held = usize::try_from(budget / largest.max(1)).unwrap_or(usize::MAX).saturating_sub(1);
    NonZeroUsize::new(held.min(threads.get().saturating_mul(2))).unwrap_or(NonZeroUsize::MIN)
}

/// Bytes that changing a layer holds at most: its tensor twice, where the layer is a part of it, and its eigenvectors.
fn memory(unit: &Unit, source: &dyn TensorSource) -> u64 {
    let elements = source.tensors().get(unit.layer.tensor).map_or(0, TensorInfo::len) as u64;
    let vectors = AnalyzeOptions { vectors: true, ..AnalyzeOptions::default() };
    unit.memory(&vectors).saturating_add(elements.saturating_mul(16))
}

/// A file can't be read and replaced at once.
fn refuse_in_place(source: &dyn TensorSource, to: &Path) -> Result<(), Error> {
    let same = |path: &Path| match (path.canonicalize(), to.canonicalize()) {
        (Ok(path), Ok(to)) => path == to,
        _ => false,
    };
    let info = source.info();
    if same(&info.path) || info.files.iter().any(|file| same(file)) {
        let allowed = "a path other than the model's own".to_owned();
        return Err(Error::Option { option: "output", value: to.display().to_string(), allowed });
    }
    Ok(())
}

/// How a layer is packed that stays what it is for this.
fn kept<'a>(unit: &Unit, source: &'a dyn TensorSource, packed: Packed) -> Option<&'a str> {
    match packed {
        Packed::Unpack => None,
        Packed::Keep => source.tensors().get(unit.layer.tensor)?.quantisation.as_deref(),
    }
}

/// Refuses layers that were asked for by their name or id and would stay what they are.
fn refuse_packed(
    source: &dyn TensorSource,
    units: &[Unit],
    options: &AnalyzeOptions,
    packed: Packed,
) -> Result<(), Error> {
    for unit in units {
        let Layer { id, name, longname, .. } = &unit.layer;
        let asked = |word: &String| word == name || word == longname || *word == id.to_string();
        if let Some(packing) = kept(unit, source, packed).filter(|_| options.layers.iter().any(asked)) {
            return Err(Error::Packed { layer: longname.clone(), packing: packing.to_owned() });
        }
    }
    Ok(())
}

/// The order in which tensors are written: file by file.
fn writing_order(source: &dyn TensorSource) -> Vec<usize> {
    let mut order: Vec<usize> = (0..source.tensors().len()).collect();
    order.sort_by_key(|tensor| (source.file_of(*tensor), *tensor));
    order
}

fn rewrite_tensor(
    model: &Model<'_>,
    (tensor, units): (usize, &[&Unit]),
    (budget, packed): (u64, Packed),
    change: &Changer<'_>,
) -> Result<Rewritten, Error> {
    let mut rows = Vec::with_capacity(units.len());
    let mut elements: Option<Vec<f64>> = None;
    for unit in units {
        let mut row = Row::new();
        fill_layer(&mut row, unit);
        row.set(&CHANGED, false);
        if let Some(packing) = kept(unit, model.source, packed) {
            add_reason(&mut row, &packed_words(packing));
            rows.push(row);
            continue;
        }
        let needed = memory(unit, model.source);
        let within = if needed > budget { Err(LayerFailure::OverBudget { needed, budget }) } else { Ok(()) };
        match within.and_then(|()| changed(model, unit, change, &mut row)) {
            Ok(None) => {}
            Ok(Some(matrices)) => {
                row.set(&CHANGED, true);
                elements = Some(match (elements.take(), fills(&unit.layer, model.source, tensor)) {
                    (None, true) => {
                        matrices.into_iter().next().map(DenseMatrix::into_elements).unwrap_or_default()
                    }
                    (elements, _) => {
                        let mut all = elements.map_or_else(|| whole(model.source, tensor), Ok)?;
                        scatter(&unit.layer, &matrices, &mut all);
                        all
                    }
                });
            }
            // A layer that can't be changed stays what it is.
            Err(failure) => add_reason(&mut row, &failure.to_string()),
        }
        rows.push(row);
    }
    Ok((elements, rows))
}

/// The layer's matrices as they are to be, if they change.
fn changed(
    model: &Model<'_>,
    unit: &Unit,
    change: &Changer<'_>,
    row: &mut Row,
) -> Result<Option<Vec<DenseMatrix>>, LayerFailure> {
    let mut matrices = read_matrices(model.source, &unit.layer)?;
    let before = norm(&matrices);
    row.set(&NORM_BEFORE, before);
    let changed = change(unit, &mut matrices, row)?;
    row.set(&NORM_AFTER, if changed { norm(&matrices) } else { before });
    Ok(changed.then_some(matrices))
}

/// The layer's matrices, tall and unscaled.
pub(crate) fn read_matrices(
    source: &dyn TensorSource,
    layer: &Layer,
) -> Result<Vec<DenseMatrix>, LayerFailure> {
    let read = |view: &MatrixView| {
        let elements = read_row_major(source, *view)?;
        DenseMatrix::new(view.rows, view.cols, elements).map_err(LayerFailure::Spectrum)
    };
    layer.matrices.iter().map(read).collect()
}

fn whole(source: &dyn TensorSource, tensor: usize) -> Result<Vec<f64>, Error> {
    let data = source.load(tensor)?;
    let mut elements = vec![0.0; data.len()];
    data.decode(0, 1, &mut elements)?;
    Ok(elements)
}

/// Whether the layer is one matrix that is the whole tensor as it is stored.
fn fills(layer: &Layer, source: &dyn TensorSource, tensor: usize) -> bool {
    let stored = source.tensors().get(tensor).map(TensorInfo::len);
    let [view] = &layer.matrices[..] else { return false };
    (view.first, view.row_step, view.col_step) == (0, view.cols, 1) && stored == Some(view.rows * view.cols)
}

/// Puts the matrices' elements where the layer's views have them.
fn scatter(layer: &Layer, matrices: &[DenseMatrix], elements: &mut [f64]) {
    /// Rows whose elements share lines of memory where storage has them side by side.
    const ROWS: usize = 8;
    for (view, matrix) in layer.matrices.iter().zip(matrices) {
        for (block, rows) in matrix.elements().chunks(ROWS * view.cols).enumerate() {
            let first = view.first + block * ROWS * view.row_step;
            for j in 0..view.cols {
                for (i, element) in rows[j..].iter().step_by(view.cols).enumerate() {
                    elements[first + i * view.row_step + j * view.col_step] = *element;
                }
            }
        }
    }
}

fn norm(matrices: &[DenseMatrix]) -> f64 {
    /// Sums side by side, which do not wait for each other.
    const SUMS: usize = 8;
    let squares = |matrix: &DenseMatrix| {
        let (groups, rest) = matrix.elements().as_chunks::<SUMS>();
        let mut sums = [0.0; SUMS];
        for group in groups {
            for (sum, x) in sums.iter_mut().zip(group) {
                *sum += x * x;
            }
        }
        sums.iter().sum::<f64>() + rest.iter().map(|x| x * x).sum::<f64>()
    };
    matrices.iter().map(squares).sum::<f64>().sqrt()
}
