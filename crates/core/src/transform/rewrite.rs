//! A source, its layers and what to do with each in; the new checkpoint and a row a layer out.
//!
//! Layers are changed side by side, as many at a time as there are threads, so that no more than that is held at once.

use std::collections::BTreeMap;
use std::path::Path;

use heavytail_formats::{TensorInfo, TensorSource, write_safetensors};
use heavytail_layers::{Layer, MatrixView};
use heavytail_spectra::DenseMatrix;

use crate::analysis::fill_layer::fill_layer;
use crate::analysis::fill_reason::add_reason;
use crate::analysis::layer_failure::LayerFailure;
use crate::analysis::plan::{origin, plan_weights};
use crate::analysis::read_factor::read_row_major;
use crate::analysis::unit::Unit;
use crate::checked::CheckedOptions;
use crate::details::Details;
use crate::engine::threads;
use crate::error::Error;
use crate::model::Model;
use crate::row::Row;
use crate::transform::columns_change::{CHANGED, NORM_AFTER, NORM_BEFORE};

/// What becomes of one layer.
pub(crate) enum Change {
    /// Its matrices, in their order, as new elements.
    To(Vec<DenseMatrix>),
    /// Nothing.
    None,
}

/// Decides on one layer from its matrices (tall, unscaled); says in the row what it did.
pub(crate) type Changer<'a> =
    dyn Fn(&Unit, &[DenseMatrix], &mut Row) -> Result<Change, LayerFailure> + Sync + 'a;

/// New elements of a tensor, where any of its layers changes, and the rows of its layers.
type Rewritten = (Option<Vec<f64>>, Vec<Row>);

/// Writes the model with its layers changed to `to`.
pub(crate) fn rewrite(
    model: &Model<'_>,
    options: &CheckedOptions,
    to: &Path,
    change: &Changer<'_>,
) -> Result<Details, Error> {
    refuse_in_place(model.source, to)?;
    let options = options.get();
    let plan = plan_weights(model, options)?;
    let mut by_tensor: BTreeMap<usize, Vec<&Unit>> = BTreeMap::new();
    for unit in &plan.units {
        by_tensor.entry(unit.layer.tensor).or_default().push(unit);
    }
    let side_by_side = threads(options.threads).get();
    let order = writing_order(model.source);
    let mut waiting = order.iter().copied().filter(|tensor| by_tensor.contains_key(tensor));
    let mut ready: BTreeMap<usize, Rewritten> = BTreeMap::new();
    let mut rows: BTreeMap<usize, Vec<Row>> = BTreeMap::new();
    write_safetensors(model.source, to, |tensor, _: &TensorInfo| -> Result<Option<Vec<f64>>, Error> {
        if !by_tensor.contains_key(&tensor) {
            return Ok(None);
        }
        if !ready.contains_key(&tensor) {
            let batch: Vec<usize> = waiting.by_ref().take(side_by_side).collect();
            ready.extend(rewrite_batch(model, &batch, &by_tensor, change)?);
        }
        let (elements, of_layers) = ready.remove(&tensor).unwrap_or_default();
        rows.insert(tensor, of_layers);
        Ok(elements)
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

/// The order in which tensors are written: file by file.
fn writing_order(source: &dyn TensorSource) -> Vec<usize> {
    let mut order: Vec<usize> = (0..source.tensors().len()).collect();
    order.sort_by_key(|tensor| (source.file_of(*tensor), *tensor));
    order
}

fn rewrite_batch(
    model: &Model<'_>,
    batch: &[usize],
    by_tensor: &BTreeMap<usize, Vec<&Unit>>,
    change: &Changer<'_>,
) -> Result<Vec<(usize, Rewritten)>, Error> {
    std::thread::scope(|scope| {
        let of = |tensor: &usize| (*tensor, by_tensor.get(tensor).map_or(&[][..], Vec::as_slice));
        let started: Vec<_> = batch
            .iter()
            .map(of)
            .map(|(tensor, units)| {
                (tensor, scope.spawn(move || rewrite_tensor(model, tensor, units, change)))
            })
            .collect();
        let mut done = Vec::with_capacity(started.len());
        for (tensor, work) in started {
            let rewritten = work.join().unwrap_or_else(|fault| std::panic::resume_unwind(fault))?;
            done.push((tensor, rewritten));
        }
        Ok(done)
    })
}

fn rewrite_tensor(
    model: &Model<'_>,
    tensor: usize,
    units: &[&Unit],
    change: &Changer<'_>,
) -> Result<Rewritten, Error> {
    let mut rows = Vec::with_capacity(units.len());
    let mut elements: Option<Vec<f64>> = None;
    for unit in units {
        let mut row = Row::new();
        fill_layer(&mut row, unit);
        row.set(&CHANGED, false);
        match changed(model, unit, change, &mut row) {
            Ok(Change::None) => {}
            Ok(Change::To(matrices)) => {
                row.set(&CHANGED, true);
                let all = match &mut elements {
                    Some(all) => all,
                    None => elements.insert(whole(model.source, tensor)?),
                };
                scatter(&unit.layer, &matrices, all);
            }
            // A layer that can't be changed stays what it is.
            Err(failure) => add_reason(&mut row, &failure.to_string()),
        }
        rows.push(row);
    }
    Ok((elements, rows))
}

fn changed(
    model: &Model<'_>,
    unit: &Unit,
    change: &Changer<'_>,
    row: &mut Row,
) -> Result<Change, LayerFailure> {
    let matrices = read_matrices(model.source, &unit.layer)?;
    row.set(&NORM_BEFORE, norm(&matrices));
    let changed = change(unit, &matrices, row)?;
    row.set(&NORM_AFTER, norm(if let Change::To(matrices) = &changed { matrices } else { &matrices }));
    Ok(changed)
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

/// Puts the matrices' elements where the layer's views have them.
fn scatter(layer: &Layer, matrices: &[DenseMatrix], elements: &mut [f64]) {
    for (view, matrix) in layer.matrices.iter().zip(matrices) {
        for (i, row) in matrix.elements().chunks_exact(view.cols).enumerate() {
            for (j, element) in row.iter().enumerate() {
                elements[view.first + i * view.row_step + j * view.col_step] = *element;
            }
        }
    }
}

fn norm(matrices: &[DenseMatrix]) -> f64 {
    matrices.iter().flat_map(DenseMatrix::elements).map(|x| x * x).sum::<f64>().sqrt()
}
