//! Models and options from Python in, tables and comparisons out.

use std::sync::Arc;

use heavytail::Cancel;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::detached::detached;
use crate::details::Details;
use crate::held::Held;
use crate::limits::Limits;
use crate::model::Model;
use crate::options::analyze_options;
use crate::progress::Progress;
use crate::values::plain;

/// Lists the layers of a model without any maths.
#[pyfunction]
#[pyo3(signature = (model, options, base = None))]
pub(crate) fn describe(
    py: Python<'_>,
    model: &Model,
    options: &Bound<'_, PyDict>,
    base: Option<&Model>,
) -> PyResult<Details> {
    let options = analyze_options(options)?;
    let held = Held::new(model, base);
    let cancel = Arc::new(Cancel::new());
    let table = detached(py, &cancel, |_py| Ok(()), move || heavytail::describe(&held.model(), &options))?;
    Ok(Details { table: Arc::new(table) })
}

/// Analyses every layer of a model; `progress` is called on this thread with (done, total, share, name).
#[pyfunction]
#[pyo3(signature = (model, options, progress = None, base = None))]
pub(crate) fn analyze(
    py: Python<'_>,
    model: &Model,
    options: &Bound<'_, PyDict>,
    progress: Option<Py<PyAny>>,
    base: Option<&Model>,
) -> PyResult<Details> {
    let options = analyze_options(options)?;
    let held = Held::new(model, base);
    let cancel = Arc::new(Cancel::new());
    let observer = Arc::new(Progress::default());
    let (stop, watcher) = (Arc::clone(&cancel), Arc::clone(&observer));
    let table = detached(
        py,
        &cancel,
        |py| progress.as_ref().map_or(Ok(()), |callback| observer.tell(py, callback)),
        move || heavytail::analyze(&held.model(), &options, watcher.as_ref(), &stop),
    )?;
    Ok(Details { table: Arc::new(table) })
}

/// Holds tables of two or more models against each other.
#[pyfunction]
pub(crate) fn compare(
    py: Python<'_>,
    models: Vec<(String, Bound<'_, Details>)>,
    limits: Limits,
) -> PyResult<Py<PyAny>> {
    let options = limits.of_comparison();
    let tables: Vec<(String, Arc<heavytail::Details>)> =
        models.iter().map(|(label, details)| (label.clone(), Arc::clone(&details.get().table))).collect();
    let cancel = Arc::new(Cancel::new());
    let found = detached(
        py,
        &cancel,
        |_py| Ok(()),
        move || {
            let tables: Vec<(String, &heavytail::Details)> =
                tables.iter().map(|(label, table)| (label.clone(), table.as_ref())).collect();
            Ok(heavytail::compare(&tables, &options))
        },
    )?;
    plain(py, &found)
}

/// The registry of columns: name, type, unit, meaning, definition, reading, source, origin, presence.
#[pyfunction]
pub(crate) fn columns(py: Python<'_>) -> PyResult<Py<PyAny>> {
    plain(py, &heavytail::registry())
}
