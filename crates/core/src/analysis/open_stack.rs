//! All layers in, one tall matrix of their standardised weights out.

use heavytail_layers::{Stack, StackBlock};
use heavytail_spectra::DenseMatrix;

use crate::analysis::layer_failure::LayerFailure;
use crate::analysis::opened::Opened;
use crate::analysis::read_factor::read_row_major;
use crate::density::median;
use crate::model::Model;

/// Opens the stack: layer below layer, narrower ones padded with zeros on the right.
pub(crate) fn open_stack(model: &Model<'_>, stack: &Stack) -> Result<Opened, LayerFailure> {
    let mut elements = vec![0.0; stack.rows.saturating_mul(stack.cols)];
    let mut first = 0;
    for block in &stack.blocks {
        let standard = standardised(model, block)?;
        for (row, values) in standard.chunks_exact(block.cols).enumerate() {
            let start = (first + row) * stack.cols;
            elements[start..start + block.cols].copy_from_slice(values);
        }
        first += block.rows;
    }
    let matrix = if stack.rows >= stack.cols {
        DenseMatrix::new(stack.rows, stack.cols, elements)
    } else {
        DenseMatrix::from_wide(stack.rows, stack.cols, &elements)
    };
    let mut opened = Opened::of_matrices(vec![Box::new(matrix.map_err(LayerFailure::Spectrum)?)], 1.0);
    opened.kept = (stack.kept < stack.size().1).then_some(stack.kept);
    Ok(opened)
}

/// A block minus its median, each column over its median absolute deviation; a column without any becomes zero.
fn standardised(model: &Model<'_>, block: &StackBlock) -> Result<Vec<f64>, LayerFailure> {
    let mut elements = vec![0.0; block.rows.saturating_mul(block.cols)];
    let mut left = 0;
    for view in &block.views {
        for (row, values) in read_row_major(model.source, *view)?.chunks_exact(view.cols).enumerate() {
            let start = row * block.cols + left;
            let scaled = values.iter().map(|value| value * block.layer.scale);
            elements[start..start + view.cols].iter_mut().zip(scaled).for_each(|(to, value)| *to = value);
        }
        left += view.cols;
    }
    let centre = median(&elements);
    for column in 0..block.cols {
        let values: Vec<f64> = elements.iter().skip(column).step_by(block.cols).copied().collect();
        let middle = median(&values);
        let spread = median(&values.iter().map(|value| (value - middle).abs()).collect::<Vec<_>>());
        let factor = if spread > 0.0 { spread.recip() } else { 0.0 };
        elements.iter_mut().skip(column).step_by(block.cols).for_each(|x| *x = (*x - centre) * factor);
    }
    Ok(elements)
}
