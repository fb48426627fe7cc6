//! A dictionary of options from Python in, the engine's options out, or the error that names the wrong one.

use heavytail::{
    AnalyzeOptions, Channels, CheckedOptions, Eigs, FitLaw, FixFingers, Peft, PlPackage, SvdMethod, XminRule,
};
use pyo3::conversion::FromPyObjectOwned;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::exceptions::{OptionError, of_engine};

/// Reads and checks the options of an analysis; names are those of [`AnalyzeOptions`].
pub(crate) fn analyze_options(given: &Bound<'_, PyDict>) -> PyResult<CheckedOptions> {
    let mut options = AnalyzeOptions::default();
    for (name, value) in given.iter() {
        let name = name.cast::<PyString>()?.to_str()?.to_owned();
        set(&mut options, &name, &value)?;
    }
    options.check().map_err(|error| of_engine(&error))
}

fn set(options: &mut AnalyzeOptions, name: &str, value: &Bound<'_, PyAny>) -> PyResult<()> {
    match name {
        "compat" => options.compat = of(name, value)?,
        "min_evals" => options.min_evals = of(name, value)?,
        "max_evals" => options.max_evals = of(name, value)?,
        "max_n" => options.max_n = of(name, value)?,
        "layers" => options.layers = of(name, value)?,
        "start_ids" => options.start_ids = of(name, value)?,
        "pool" => options.pool = of(name, value)?,
        "conv2d_norm" => options.conv2d_norm = of(name, value)?,
        "tolerance" => options.tolerance = of(name, value)?,
        "fit" => options.fit = word(name, value, FitLaw::parse, FitLaw::WORDS)?,
        "pl_package" => options.pl_package = word(name, value, PlPackage::parse, PlPackage::WORDS)?,
        "xmax" => options.xmax = of(name, value)?,
        "xmax_force" => options.xmax_force = of(name, value)?,
        "fix_fingers" => options.fix_fingers = word(name, value, FixFingers::parse, FixFingers::WORDS)?,
        "max_fingers" => options.max_fingers = of(name, value)?,
        "finger_thresh" => options.finger_thresh = of(name, value)?,
        "xmin_max" => options.xmin_max = of(name, value)?,
        "xmin_method" => {
            options.xmin_method = word(name, value, XminRule::parse, &["ks", "peak", "median", "a share"])?;
        }
        "inverse" => options.inverse = of(name, value)?,
        "svd_method" => options.svd_method = word(name, value, SvdMethod::parse, SvdMethod::WORDS)?,
        "eigs" => options.eigs = word(name, value, Eigs::parse, &["all", "top:K"])?,
        "mp_fit" => options.mp_fit = of(name, value)?,
        "randomize" => options.randomize = of(name, value)?,
        "det_x" => options.det_x = of(name, value)?,
        "vectors" => options.vectors = of(name, value)?,
        "deltas" => options.deltas = of(name, value)?,
        "conv2d_fft" => options.conv2d_fft = of(name, value)?,
        "channels" => options.channels = word(name, value, Channels::parse, Channels::WORDS)?,
        "glorot_fix" => options.glorot_fix = of(name, value)?,
        "fft" => options.fft = of(name, value)?,
        "scale_free" => options.scale_free = of(name, value)?,
        "bootstrap" => options.bootstrap = of(name, value)?,
        "alternatives" => options.alternatives = of(name, value)?,
        "farms" => options.farms = of(name, value)?,
        "peft" => options.peft = word(name, value, Peft::parse, Peft::WORDS)?,
        "intra" => options.intra = of(name, value)?,
        "sparsify" => options.sparsify = of(name, value)?,
        "stacked" => options.stacked = of(name, value)?,
        "threads" => options.threads = of(name, value)?,
        "memory" => options.memory = of(name, value)?,
        "seed" => options.seed = of(name, value)?,
        "keep_curves" => options.keep_curves = of(name, value)?,
        _ => return Err(OptionError::new_err(format!("there is no option `{name}`"))),
    }
    Ok(())
}

/// The value as one of the option's words.
fn word<T>(
    name: &str,
    value: &Bound<'_, PyAny>,
    parse: fn(&str) -> Option<T>,
    words: &[&str],
) -> PyResult<T> {
    let given: String = of(name, value)?;
    parse(&given).ok_or_else(|| {
        let words = words.join(", ");
        OptionError::new_err(format!("option {name}: {given:?} is not allowed; one of {words}"))
    })
}

/// The value as the option's type, or an error that names the option.
fn of<'py, T>(name: &str, value: &Bound<'py, PyAny>) -> PyResult<T>
where
    T: FromPyObjectOwned<'py>,
{
    value
        .extract::<T>()
        .map_err(Into::<PyErr>::into)
        .map_err(|error| OptionError::new_err(format!("option {name}: {value} is not allowed; {error}")))
}
