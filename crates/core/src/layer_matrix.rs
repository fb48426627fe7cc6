//! A layer in, its matrices as the spectra stage reads them out: rows of f64, straight from the checkpoint.

use std::collections::BTreeMap;
use std::ops::Range;

use heavytail_formats::TensorData;
use heavytail_layers::{Layer, MatrixReader};
use heavytail_spectra::{BlockLayout, Matrix, ReadError};

use crate::layer_failure::LayerFailure;
use crate::model::Model;

/// One matrix of a layer, unscaled.
pub(crate) struct LayerMatrix(MatrixReader);

impl Matrix for LayerMatrix {
    fn rows(&self) -> usize {
        self.0.rows()
    }

    fn cols(&self) -> usize {
        self.0.cols()
    }

    fn layout(&self) -> BlockLayout {
        if self.0.is_row_major() { BlockLayout::RowMajor } else { BlockLayout::ColumnMajor }
    }

    fn read(&self, rows: Range<usize>, out: &mut [f64]) -> Result<(), ReadError> {
        Ok(self.0.read(rows, out)?)
    }
}

/// Opens the matrices of a layer, each tensor once.
pub(crate) fn open_matrices(model: &Model<'_>, layer: &Layer) -> Result<Vec<LayerMatrix>, LayerFailure> {
    let mut loaded: BTreeMap<usize, TensorData> = BTreeMap::new();
    let mut matrices = Vec::with_capacity(layer.matrices.len());
    for view in &layer.matrices {
        let data = match loaded.entry(view.tensor) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(free) => free.insert(model.source.load(view.tensor)?),
        };
        matrices.push(LayerMatrix(MatrixReader::new(data, *view)?));
    }
    Ok(matrices)
}
