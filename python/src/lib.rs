//! The native half of the Python package: views of Python's tensors in, calls of the engine, tables out.
//!
//! Nothing here computes: a model is borrowed (`model`, `dlpack`), the engine runs beside the interpreter
//! (`detached`), and its results are handed to Python as plain values (`details`, `values`).

mod detached;
mod exceptions;

mod dlpack;
mod dtypes;
mod model;
mod python_source;

mod limits;
mod options;
mod progress;

mod details;
mod values;

mod analyze;
mod fit;
mod held;
mod inspect;
mod plots;

use pyo3::prelude::*;

/// The engine of `heavytail`; its Python face is the package around it.
#[pymodule]
mod _native {
    #[pymodule_export]
    use crate::analyze::{analyze, columns, compare, describe};
    #[pymodule_export]
    use crate::detached::fail_next_call;
    #[pymodule_export]
    use crate::details::Details;
    #[pymodule_export]
    use crate::exceptions::{HeavytailError, ModelError, OptionError};
    #[pymodule_export]
    use crate::fit::{compare_tails, fit_bulk, fit_eigenvalues, fit_powerlaw};
    #[pymodule_export]
    use crate::inspect::{analyze_traps, distances, esd, randomize_model, remove_traps, sharpen, smooth};
    #[pymodule_export]
    use crate::model::{Model, ModelBuilder};

    #[pymodule_export]
    use crate::plots::draw_layers;

    #[pymodule_export]
    #[expect(non_upper_case_globals, reason = "the name by which Python knows a version")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
