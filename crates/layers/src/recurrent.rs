//! The fused gates of a recurrent layer in, one part a gate out.
//!
//! PyTorch stacks gates by rows (`weight_ih_l0` is 4·hidden × input for an LSTM), Keras by columns (`kernel` is
//! input × 4·units). How many there are follows from the hidden-to-hidden weight beside it, which is hidden × hidden
//! for each gate.

use crate::matrices::Part;
use crate::name::ParameterName;
use crate::{LayerKind, MatrixView};

/// Where the gates of a weight lie, and how many there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gates {
    /// PyTorch: blocks of rows.
    ByRows(usize),
    /// Keras: blocks of columns.
    ByColumns(usize),
}

/// The gates of a recurrent weight; none where the tensor is no such weight or its siblings do not fit.
///
/// `shape_of` gives the 2-D shape of a tensor by its full name.
pub(crate) fn gates(
    name: ParameterName<'_>,
    shape: (usize, usize),
    shape_of: &dyn Fn(&str) -> Option<(usize, usize)>,
) -> Option<Gates> {
    let sibling = |leaf: &str| shape_of(&name.sibling(leaf));
    if let Some(rest) = name.leaf.strip_prefix("weight_ih").or_else(|| name.leaf.strip_prefix("weight_hh")) {
        let (stacked, width) = sibling(&format!("weight_hh{rest}"))?;
        // With a projection the recurrent input is narrower than the state; `weight_hr` then tells its width.
        let hidden = sibling(&format!("weight_hr{rest}")).map_or(width, |(_, hidden)| hidden);
        let count = count(stacked, hidden)?;
        return (shape.0 == stacked).then_some(Gates::ByRows(count));
    }
    if matches!(name.leaf, "kernel" | "recurrent_kernel") {
        let (units, stacked) = sibling("recurrent_kernel")?;
        let count = count(stacked, units)?;
        return (shape.1 == stacked).then_some(Gates::ByColumns(count));
    }
    None
}

/// One gate (plain RNN), three (GRU) or four (LSTM); anything else is no recurrent layer that we know.
fn count(stacked: usize, hidden: usize) -> Option<usize> {
    [1, 3, 4].into_iter().find(|gates| hidden.checked_mul(*gates) == Some(stacked))
}

/// One part a gate, with the gate's letter in its framework's order as suffix; a plain RNN has no suffix.
pub(crate) fn parts(gates: Gates, tensor: usize, shape: (usize, usize)) -> Vec<Part> {
    let (rows, cols) = shape;
    let letters: &[&str] = match gates {
        Gates::ByRows(4) => &[".i", ".f", ".g", ".o"],
        Gates::ByRows(3) => &[".r", ".z", ".n"],
        Gates::ByColumns(4) => &[".i", ".f", ".c", ".o"],
        Gates::ByColumns(3) => &[".z", ".r", ".h"],
        Gates::ByRows(_) | Gates::ByColumns(_) => &[""],
    };
    let view = |place: usize| match gates {
        Gates::ByRows(count) => {
            let height = rows / count;
            MatrixView::row_major(tensor, place * height * cols, height, cols)
        }
        Gates::ByColumns(count) => {
            let width = cols / count;
            MatrixView::strided(tensor, place * width, (rows, width), (cols, 1))
        }
    };
    let part = |(place, letter): (usize, &&str)| {
        Part::matrix((*letter).to_owned(), LayerKind::Recurrent, view(place))
    };
    letters.iter().enumerate().map(part).collect()
}
