//! A fused query/key/value projection in, three parts out.

use crate::matrices::Part;
use crate::name::ParameterName;
use crate::{LayerKind, MatrixView};

/// The parts of PyTorch's `MultiheadAttention.in_proj_weight`: query, key and value stacked by rows.
///
/// None where the tensor has another name, or rows that are not a multiple of three. Fused weights of other names
/// (`c_attn`, `query_key_value`) stay whole: the reference analyses them so, and their order differs from model to
/// model.
pub(crate) fn parts(name: ParameterName<'_>, tensor: usize, shape: (usize, usize)) -> Option<Vec<Part>> {
    let (rows, cols) = shape;
    if name.leaf != "in_proj_weight" || !rows.is_multiple_of(3) {
        return None;
    }
    let height = rows / 3;
    let part = |(place, letter)| {
        let view = MatrixView::row_major(tensor, place * height * cols, height, cols);
        Part::matrix(format!(".{letter}"), LayerKind::Attention, view)
    };
    Some(["q", "k", "v"].into_iter().enumerate().map(part).collect())
}
