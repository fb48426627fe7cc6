//! Ascending eigenvalues and options from Python in, the power law of their tail out.

use heavytail::fits::{Cut, PowerLawOptions, Xmax, fit_power_law};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::detached::guarded;
use crate::exceptions::{HeavytailError, OptionError};

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
        let numbers: Vec<f64> = eigenvalues
            .as_bytes()
            .chunks_exact(size_of::<f64>())
            .filter_map(|chunk| Some(f64::from_ne_bytes(chunk.try_into().ok()?)))
            .collect();
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
