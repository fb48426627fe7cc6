//! Models from Python in; distances, spectra, traps, and rewritten checkpoints out.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use heavytail::inspect::{self, DistanceMethod};
use heavytail::transform::{self, Packed, Smoothing, Target};
use heavytail::{Cancel, CheckedOptions, Error};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::detached::detached;
use crate::details::Details;
use crate::exceptions::OptionError;
use crate::held::Held;
use crate::model::Model;
use crate::options::analyze_options;
use crate::values::bytes;

/// How far each layer of the first model is from its partner, and the means over weights and biases.
#[pyfunction]
pub(crate) fn distances(
    py: Python<'_>,
    first: &Model,
    second: &Model,
    method: &str,
    options: &Bound<'_, PyDict>,
) -> PyResult<(f64, f64, Details)> {
    let method = DistanceMethod::parse(method)
        .ok_or_else(|| not_allowed("method", method, "raw, euclidean or cka"))?;
    let second = Held::new(second, None);
    let table = tabulate(py, first, options, move |first, options, _cancel| {
        inspect::distances(&first.model(), &second.model(), method, options)
    })?;
    let (weights, biases) = inspect::mean_distances(&table.table);
    Ok((weights, biases, table))
}

/// The eigenvalues of one layer, by its id or name, as bytes of float64.
#[pyfunction]
pub(crate) fn esd<'py>(
    py: Python<'py>,
    model: &Model,
    layer: String,
    options: &Bound<'_, PyDict>,
) -> PyResult<Bound<'py, PyBytes>> {
    let (held, options) = (Held::new(model, None), analyze_options(options)?);
    let cancel = Arc::new(Cancel::new());
    let esd = detached(py, &cancel, |_py| Ok(()), move || inspect::esd(&held.model(), &layer, &options))?;
    bytes(py, esd.eigenvalues())
}

/// A row for each correlation trap of each layer.
#[pyfunction]
pub(crate) fn analyze_traps(py: Python<'_>, model: &Model, options: &Bound<'_, PyDict>) -> PyResult<Details> {
    tabulate(py, model, options, |held, options, cancel| {
        inspect::analyze_traps(&held.model(), options, cancel)
    })
}

/// Writes the model with every layer cut to some of its singular triplets; with `keep_packed`, here and below, packed ones
/// stay what they are.
#[pyfunction]
pub(crate) fn smooth(
    py: Python<'_>,
    model: &Model,
    method: &str,
    percent: f64,
    to: PathBuf,
    keep_packed: bool,
    options: &Bound<'_, PyDict>,
) -> PyResult<Details> {
    let method = Smoothing::parse(method, percent)
        .ok_or_else(|| not_allowed("method", method, "detX, svd, rmt, alpha_min or auto"))?;
    tabulate(py, model, options, move |held, options, cancel| {
        transform::smooth(&held.model(), options, method, &target(&to, keep_packed, cancel))
    })
}

/// Writes the model without its correlation traps (SVDSharpness).
#[pyfunction]
pub(crate) fn sharpen(
    py: Python<'_>,
    model: &Model,
    to: PathBuf,
    keep_packed: bool,
    options: &Bound<'_, PyDict>,
) -> PyResult<Details> {
    tabulate(py, model, options, move |held, options, cancel| {
        transform::sharpen(&held.model(), options, &target(&to, keep_packed, cancel))
    })
}

/// Writes the model without the traps of these numbers, from 1; without all where there are none.
#[pyfunction]
pub(crate) fn remove_traps(
    py: Python<'_>,
    model: &Model,
    indices: Vec<usize>,
    to: PathBuf,
    keep_packed: bool,
    options: &Bound<'_, PyDict>,
) -> PyResult<Details> {
    tabulate(py, model, options, move |held, options, cancel| {
        transform::remove_traps(&held.model(), options, &indices, &target(&to, keep_packed, cancel))
    })
}

/// Writes the model with the elements of every layer shuffled.
#[pyfunction]
pub(crate) fn randomize_model(
    py: Python<'_>,
    model: &Model,
    to: PathBuf,
    keep_packed: bool,
    options: &Bound<'_, PyDict>,
) -> PyResult<Details> {
    tabulate(py, model, options, move |held, options, cancel| {
        transform::randomize_model(&held.model(), options, &target(&to, keep_packed, cancel))
    })
}

/// Where a new model goes; packed layers stay what they are where it is for weights to be put back from.
fn target<'a>(to: &'a Path, keep_packed: bool, cancel: &'a Cancel) -> Target<'a> {
    let packed = if keep_packed { Packed::Keep } else { Packed::Unpack };
    Target { packed, ..Target::new(to, cancel) }
}

fn tabulate<W>(py: Python<'_>, model: &Model, options: &Bound<'_, PyDict>, work: W) -> PyResult<Details>
where
    W: FnOnce(&Held, &CheckedOptions, &Cancel) -> Result<heavytail::Details, Error> + Send + 'static,
{
    let (held, options) = (Held::new(model, None), analyze_options(options)?);
    let cancel = Arc::new(Cancel::new());
    let stop = Arc::clone(&cancel);
    let table = detached(py, &cancel, |_py| Ok(()), move || work(&held, &options, &stop))?;
    Ok(Details { table: Arc::new(table) })
}

fn not_allowed(option: &str, value: &str, allowed: &str) -> PyErr {
    OptionError::new_err(format!("option {option}: {value:?} is not allowed; {allowed}"))
}
