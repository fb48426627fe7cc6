//! A layer in, its matrices as the spectra stage reads them out: rows of f64, straight from the checkpoint.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

use heavytail_formats::{TensorData, TensorSource};
use heavytail_layers::{Layer, MatrixReader, MatrixView};
use heavytail_spectra::{BlockLayout, Matrix, ReadError};

use crate::analysis::layer_failure::LayerFailure;

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

/// Opens the matrices of a layer.
pub(crate) fn open_weights(
    source: &dyn TensorSource,
    layer: &Layer,
) -> Result<Vec<Box<dyn Matrix>>, LayerFailure> {
    let readers = open_readers(source, &layer.matrices)?;
    Ok(readers.into_iter().map(|reader| Box::new(LayerMatrix(reader)) as Box<dyn Matrix>).collect())
}

/// Opens readers of some matrices, each tensor once.
pub(crate) fn open_readers(
    source: &dyn TensorSource,
    views: &[MatrixView],
) -> Result<Vec<MatrixReader>, LayerFailure> {
    let mut loaded: BTreeMap<usize, TensorData> = BTreeMap::new();
    let mut readers = Vec::with_capacity(views.len());
    for view in views {
        let data = match loaded.entry(view.tensor) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => free.insert(source.load(view.tensor)?),
        };
        readers.push(MatrixReader::new(data, *view)?);
    }
    Ok(readers)
}
