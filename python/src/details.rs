//! A details table in, its columns, curves and verdict as Python values out.

use std::io::Write;
use std::sync::Arc;

use heavytail::column::{Column, Origin};
use heavytail::judge;
use heavytail::summary::{Over, summary};
use pyo3::exceptions::{PyIndexError, PyKeyError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::detached::guarded;
use crate::exceptions::HeavytailError;
use crate::limits::Limits;
use crate::values::{bytes, cell, plain};

/// The table of one model, as the engine made it.
#[pyclass(frozen, module = "heavytail._native")]
pub(crate) struct Details {
    pub(crate) table: Arc<heavytail::Details>,
}

#[pymethods]
impl Details {
    /// Number of rows.
    fn __len__(&self) -> usize {
        self.table.rows.len()
    }

    /// Name and type of each column that the table has, and whether it is the reference's, in print order.
    fn columns(&self) -> Vec<(&'static str, &'static str, bool)> {
        let told = |column: &&Column| (column.name, column.kind.name(), column.origin == Origin::Reference);
        self.table.columns().iter().map(told).collect()
    }

    /// A column's values, `None` where null.
    fn column(&self, py: Python<'_>, name: &str) -> PyResult<Vec<Py<PyAny>>> {
        let column = heavytail::column::find(name).ok_or_else(|| PyKeyError::new_err(name.to_owned()))?;
        self.table.rows.iter().map(|row| cell(py, row.get(column))).collect()
    }

    /// The ESD of a row: eigenvalues, ascending, as bytes of float64; none where it was not kept or has none.
    fn eigenvalues<'py>(&self, py: Python<'py>, row: usize) -> PyResult<Option<Bound<'py, PyBytes>>> {
        self.curves(row)?.map(|curves| bytes(py, &curves.eigenvalues)).transpose()
    }

    /// Every xmin that a row's fit considered, with D and alpha there: three arrays as bytes of float64.
    fn candidates<'py>(&self, py: Python<'py>, row: usize) -> PyResult<Option<[Bound<'py, PyBytes>; 3]>> {
        let Some(curves) = self.curves(row)? else { return Ok(None) };
        let of = |value: fn(&heavytail::TailCandidate) -> f64| {
            bytes(py, &curves.candidates.iter().map(value).collect::<Vec<f64>>())
        };
        Ok(Some([of(|one| one.xmin)?, of(|one| one.ks_distance)?, of(|one| one.alpha)?]))
    }

    /// The eigenvalues of a row's layer with its elements shuffled, as bytes of float64; empty unless asked for.
    fn shuffled<'py>(&self, py: Python<'py>, row: usize) -> PyResult<Option<Bound<'py, PyBytes>>> {
        self.curves(row)?.map(|curves| bytes(py, &curves.shuffled)).transpose()
    }

    /// What has no row, and why.
    fn coverage(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        plain(py, &self.table.coverage)
    }

    /// What the caller should hear although nothing stopped for it.
    fn warnings(&self) -> Vec<String> {
        self.table.warnings.clone()
    }

    /// The options that shaped the table, by their names on the command line.
    fn options(&self) -> Vec<(String, String)> {
        self.table.options.clone()
    }

    /// Where the model came from.
    fn origin(&self, py: Python<'_>) -> PyResult<Py<PyAny>> {
        plain(py, &self.table.origin)
    }

    /// The answer to "was it trained with enough data?" with its evidence.
    fn verdict(&self, py: Python<'_>, limits: Limits) -> PyResult<Py<PyAny>> {
        plain(py, &judge(&self.table, &limits.of_verdict()))
    }

    /// The table as CSV.
    fn to_csv(&self) -> PyResult<String> {
        written(|out| heavytail_report::write_csv(&self.table, out))
    }

    /// Table, coverage and verdict as JSON.
    fn to_json(&self) -> PyResult<String> {
        written(|out| heavytail_report::write_json(&self.table, out))
    }

    /// Means by column: over all rows as the reference takes them, or over the rows whose fit succeeded.
    fn summary(&self, fitted_only: bool) -> Vec<(&'static str, f64)> {
        let over = if fitted_only { Over::FittedRows } else { Over::AllRows };
        summary(&self.table, over).into_iter().map(|(column, mean)| (column.name, mean)).collect()
    }
}

/// What a writer of the report crate wrote.
fn written(write: impl FnOnce(&mut dyn Write) -> Result<(), heavytail_report::Error>) -> PyResult<String> {
    guarded(|| {
        let mut bytes = Vec::new();
        write(&mut bytes).map_err(|error| HeavytailError::new_err(error.to_string()))?;
        Ok(String::from_utf8(bytes)?)
    })
}

impl Details {
    fn curves(&self, row: usize) -> PyResult<Option<&heavytail::LayerCurves>> {
        if row >= self.table.rows.len() {
            return Err(PyIndexError::new_err(format!("row {row} of {}", self.table.rows.len())));
        }
        Ok(self.table.curves.get(row).and_then(Option::as_ref))
    }
}
