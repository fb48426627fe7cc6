//! A 3-D stack of matrices in, one part for each: mixture-of-experts weights and other stacks of equal layers.

use crate::matrices::Part;
use crate::name::ParameterName;
use crate::{LayerKind, MatrixView};

/// Below this, a last axis is taken for the kernel of a convolution.
const SHORTEST_SIDE: usize = 32;

/// Whether a 3-D tensor is a stack of matrices and not a convolution over one axis.
///
/// The name decides where it speaks of experts. Otherwise the shape does: a stack is shorter than each side of its
/// matrices, and those sides are longer than kernels are.
pub(crate) fn is_stack(name: ParameterName<'_>, shape: &[usize]) -> bool {
    let &[count, rows, cols] = shape else { return false };
    name.is_expert_stack() || (count <= rows.min(cols) && cols >= SHORTEST_SIDE && rows >= SHORTEST_SIDE)
}

/// One part an expert, numbered from 0.
pub(crate) fn parts(tensor: usize, count: usize, rows: usize, cols: usize) -> Vec<Part> {
    let part = |expert| {
        let view = MatrixView::row_major(tensor, expert * rows * cols, rows, cols);
        Part::matrix(format!(".{expert}"), LayerKind::Expert, view)
    };
    (0..count).map(part).collect()
}
