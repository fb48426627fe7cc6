//! Eigenvalues and options from Python in, the law of their tail or of their bulk out.

use std::sync::Arc;

use heavytail::fits::{Cut, PowerLawOptions, SquareLaw, Xmax, compare_alternatives, fit_power_law, mp_fit};
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

/// The Marchenko–Pastur bulk under the eigenvalues (bytes of float64, ascending) of a `rows`×`columns` matrix; the
/// longer side comes first.
#[pyfunction]
pub(crate) fn fit_bulk<'py>(
    py: Python<'py>,
    eigenvalues: &Bound<'py, PyBytes>,
    rows: usize,
    columns: usize,
) -> PyResult<Bound<'py, PyDict>> {
    guarded(|| {
        if columns == 0 || rows < columns {
            let shape = format!("{rows}×{columns}: the longer side comes first, and neither is 0");
            return Err(OptionError::new_err(format!("no bulk of a matrix of {shape}")));
        }
        let numbers = numbers(eigenvalues);
        let bulk = py
            .detach(|| mp_fit(&numbers, rows, columns, SquareLaw::QuarterCircle))
            .map_err(|failure| HeavytailError::new_err(format!("no bulk: {failure}")))?;
        let found = PyDict::new(py);
        found.set_item("sigma_mp", bulk.sigma)?;
        found.set_item("num_spikes", bulk.num_spikes)?;
        found.set_item("mp_softrank", bulk.softrank)?;
        found.set_item("W_scale", bulk.w_scale)?;
        found.set_item("bulk_max", bulk.bulk_max)?;
        found.set_item("bulk_min", bulk.bulk_min)?;
        found.set_item("residual", bulk.residual)?;
        Ok(found)
    })
}

/// The power law of `eigenvalues` (bytes of float64, ascending, above 0) against each of its rivals: the logarithm of how
/// much more likely it is, and the probability of such a ratio if both were equally good.
#[pyfunction]
pub(crate) fn compare_tails<'py>(
    py: Python<'py>,
    eigenvalues: &Bound<'py, PyBytes>,
) -> PyResult<Bound<'py, PyDict>> {
    guarded(|| {
        let numbers = numbers(eigenvalues);
        let options = PowerLawOptions {
            cut: Cut::Absolute(0.0),
            small_sample_rule: false,
            ..PowerLawOptions::default()
        };
        let options = options.check().map_err(|error| OptionError::new_err(error.to_string()))?;
        let rivals = py
            .detach(|| fit_power_law(&numbers, &options).and_then(|law| compare_alternatives(&numbers, &law)))
            .map_err(|failure| HeavytailError::new_err(format!("no laws to compare: {failure}")))?;
        let found = PyDict::new(py);
        found.set_item("lognormal", (rivals.lognormal.ratio, rivals.lognormal.p))?;
        found.set_item("exponential", (rivals.exponential.ratio, rivals.exponential.p))?;
        found.set_item("truncated_power_law", (rivals.truncated.ratio, rivals.truncated.p))?;
        Ok(found)
    })
}
