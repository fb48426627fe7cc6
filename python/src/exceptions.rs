//! An error of the engine in, the Python exception that a caller can catch out.

use pyo3::create_exception;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

create_exception!(
    heavytail,
    HeavytailError,
    PyValueError,
    "What heavytail refuses or can not do; the base of its errors."
);
create_exception!(
    heavytail,
    OptionError,
    HeavytailError,
    "An option that does not exist or has a value that it can not have."
);
create_exception!(
    heavytail,
    ModelError,
    HeavytailError,
    "A model that can not be read, or an object that is no model."
);

/// The exception for an error of the engine.
pub(crate) fn of_engine(error: &heavytail::Error) -> PyErr {
    let message = error.to_string();
    match error {
        heavytail::Error::Option { option, value, allowed } => {
            let (option, value) = as_keyword(option, value);
            let allowed =
                [("min-evals", "min_evals"), ("fix-fingers", "fix_fingers"), ("no-pool", "pool=False")]
                    .iter()
                    .fold(allowed.clone(), |words, (typed, keyword)| words.replace(typed, keyword));
            OptionError::new_err(format!("option {option}: {value} is not allowed; {allowed}"))
        }
        heavytail::Error::Fits(_) => OptionError::new_err(message),
        heavytail::Error::Layers(layers)
            if matches!(layers.kind(), heavytail::layers::ErrorKind::BadSelector { .. }) =>
        {
            OptionError::new_err(message)
        }
        heavytail::Error::Formats(_) | heavytail::Error::Packed { .. } => ModelError::new_err(message),
        _ => HeavytailError::new_err(message),
    }
}

/// An option of the command line and its value as a caller in Python wrote them.
fn as_keyword<'a>(option: &'a str, value: &'a str) -> (String, &'a str) {
    match option.strip_prefix("no-") {
        Some(switched_off) => (switched_off.replace('-', "_"), "False"),
        None if option == "max-n" => ("max_N".to_owned(), value),
        None => (option.replace('-', "_"), value),
    }
}

/// The exception for a checkpoint that can't be read.
pub(crate) fn of_formats(error: &heavytail::formats::Error) -> PyErr {
    ModelError::new_err(error.to_string())
}
