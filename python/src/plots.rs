//! A details table and a folder in, the paths of the figures of its layers out.

use std::path::PathBuf;

use heavytail_report::{LayerPlot, write_layer_plots};
use pyo3::prelude::*;

use crate::detached::guarded;
use crate::details::Details;
use crate::exceptions::HeavytailError;

/// Writes the figures that weightwatcher draws of each layer; `number` and `title` are those of a table's only row.
#[pyfunction]
#[pyo3(signature = (details, folder, deltas = false, number = None, title = None))]
pub(crate) fn draw_layers(
    py: Python<'_>,
    details: &Bound<'_, Details>,
    folder: PathBuf,
    deltas: bool,
    number: Option<String>,
    title: Option<String>,
) -> PyResult<Vec<PathBuf>> {
    let table = &details.get().table;
    guarded(|| {
        let mut layers = LayerPlot::of(table);
        if let [only] = layers.as_mut_slice() {
            only.number = number.unwrap_or_else(|| only.number.clone());
            only.title = title.unwrap_or_else(|| only.title.clone());
        }
        py.detach(|| write_layer_plots(&folder, &layers, deltas, 0))
            .map_err(|error| HeavytailError::new_err(format!("{}: {error}", folder.display())))
    })
}
