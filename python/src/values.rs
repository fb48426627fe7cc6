//! Values of the engine in, plain Python objects out.

use heavytail::Value;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict, PyList};
use serde::Serialize;
use serde_json::Value as Json;

use crate::exceptions::HeavytailError;

/// A cell of the table; `None` where it is null.
pub(crate) fn cell(py: Python<'_>, value: Option<&Value>) -> PyResult<Py<PyAny>> {
    match value {
        None => Ok(py.None()),
        Some(Value::Integer(number)) => number.into_py_any(py),
        Some(Value::Float(number)) => number.into_py_any(py),
        Some(Value::Text(text)) => text.into_py_any(py),
        Some(Value::Flag(flag)) => flag.into_py_any(py),
    }
}

/// Numbers as the bytes of a NumPy array of float64.
pub(crate) fn bytes<'py>(py: Python<'py>, numbers: &[f64]) -> PyResult<Bound<'py, PyBytes>> {
    PyBytes::new_with(py, size_of_val(numbers), |out| {
        for (out, number) in out.chunks_exact_mut(size_of::<f64>()).zip(numbers) {
            out.copy_from_slice(&number.to_ne_bytes());
        }
        Ok(())
    })
}

/// The numbers of a NumPy array of float64, from its bytes.
pub(crate) fn numbers(bytes: &Bound<'_, PyBytes>) -> Vec<f64> {
    let of = |chunk: &[u8]| chunk.try_into().ok().map(f64::from_ne_bytes);
    bytes.as_bytes().chunks_exact(size_of::<f64>()).filter_map(of).collect()
}

/// Anything with a JSON form, as dictionaries and lists.
pub(crate) fn plain<T: Serialize>(py: Python<'_>, value: &T) -> PyResult<Py<PyAny>> {
    let json = serde_json::to_value(value).map_err(|error| HeavytailError::new_err(error.to_string()))?;
    of_json(py, &json)
}

fn of_json(py: Python<'_>, json: &Json) -> PyResult<Py<PyAny>> {
    match json {
        Json::Null => Ok(py.None()),
        Json::Bool(flag) => flag.into_py_any(py),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => whole.into_py_any(py),
            None => number.as_f64().into_py_any(py),
        },
        Json::String(text) => text.into_py_any(py),
        Json::Array(items) => {
            let list = PyList::empty(py);
            for item in items {
                list.append(of_json(py, item)?)?;
            }
            list.into_py_any(py)
        }
        Json::Object(members) => {
            let dict = PyDict::new(py);
            for (key, member) in members {
                dict.set_item(key, of_json(py, member)?)?;
            }
            dict.into_py_any(py)
        }
    }
}
