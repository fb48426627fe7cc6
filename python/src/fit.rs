//! Eigenvalues and options from Python in, the law of their tail out.

use std::sync::Arc;

use heavytail::fits::{Cut, PowerLawOptions, Xmax, fit_power_law};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::detached::guarded;
use crate::details::Details;
use crate::exceptions::{HeavytailError, OptionError, of_engine};
use crate::options::analyze_options;
use crate::values::numbers;

/// Fits eigenvalues above `cut` (or above `cut`·λ_max where `relative`); `eigenvalues` are bytes of float64, ascending.
#[pyfunction]
pub(crate) fn fit_powerlaw<'py>(
    py: Python<'py>,
    eigenvalues: &Bound<'py, PyBytes>,
    cut: f64,
    relative: bool,
    drop_largest: usize,
) -> PyResult<Bound<'py, PyDict>> {
    guarded(|| {
        let numbers = numbers(eigenvalues);
        let options = PowerLawOptions {
            cut: if relative { Cut::RelativeToMax(cut) } else { Cut::Absolute(cut) },
            xmax: if drop_largest == 0 { Xmax::None } else { Xmax::DropLargest(drop_largest) },
            ..PowerLawOptions::default()
        };
        let options = options.check().map_err(|error| OptionError::new_err(error.to_string()))?;
        let law = py
            .detach(|| fit_power_law(&numbers, &options))
            .map_err(|failure| HeavytailError::new_err(format!("no power law: {failure}")))?;
        let fit = PyDict::new(py);
        fit.set_item("alpha", law.alpha)?;
        fit.set_item("xmin", law.xmin)?;
        fit.set_item("xmax", law.xmax)?;
        fit.set_item("D", law.ks_distance)?;
        fit.set_item("sigma", law.sigma)?;
        fit.set_item("num_pl_spikes", law.num_pl_spikes)?;
        fit.set_item("num_fitted", law.num_fitted)?;
        Ok(fit)
    })
}

/// Fits eigenvalues (bytes of float64, in any order) as a layer's, under the options of an analysis: a table of one row.
#[pyfunction]
pub(crate) fn fit_eigenvalues(
    py: Python<'_>,
    eigenvalues: &Bound<'_, PyBytes>,
    options: &Bound<'_, PyDict>,
) -> PyResult<Details> {
    guarded(|| {
        let (numbers, options) = (numbers(eigenvalues), analyze_options(options)?);
        let table = py.detach(|| heavytail::inspect::fit(numbers, &options));
        Ok(Details { table: Arc::new(table.map_err(|error| of_engine(&error))?) })
    })
}
