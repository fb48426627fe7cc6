//! A layer and its base model's in, the matrices of W − W_base out.

use std::ops::Range;

use heavytail_layers::{DeltaReader, Layer};
use heavytail_spectra::{BlockLayout, Matrix, ReadError};

use crate::analysis::layer_failure::LayerFailure;
use crate::analysis::open_weights::open_readers;
use crate::model::Model;

/// One matrix of a difference, unscaled.
struct DeltaMatrix(DeltaReader);

impl Matrix for DeltaMatrix {
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

/// Opens the difference matrix by matrix; plans only make one where the shapes agree.
pub(crate) fn open_delta(
    model: &Model<'_>,
    layer: &Layer,
    base: &Layer,
) -> Result<Vec<Box<dyn Matrix>>, LayerFailure> {
    let source = model.base.ok_or(LayerFailure::Refused)?;
    let own = open_readers(model.source, &layer.matrices)?;
    let other = open_readers(source, &base.matrices)?;
    let difference = |(own, other)| {
        let reader = DeltaReader::new(own, other).ok_or(LayerFailure::Refused)?;
        Ok(Box::new(DeltaMatrix(reader)) as Box<dyn Matrix>)
    };
    own.into_iter().zip(other).map(difference).collect()
}
