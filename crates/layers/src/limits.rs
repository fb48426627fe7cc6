//! A layer and the options in, the reason to leave it out (if any) out.

use heavytail_formats::TensorInfo;

use crate::coverage::Reason;
use crate::matrices::Part;
use crate::{Layer, LayerKind, LayerOptions};

/// The limit that a layer breaks; a limit of 0 eigenvalues is none.
///
/// The layer's reported size is what counts, so that compat mode also judges exchanged sizes as the reference does.
pub(crate) fn broken(layer: &Layer, options: &LayerOptions) -> Option<Reason> {
    let evals = if options.pool { layer.m.saturating_mul(layer.rf) } else { layer.m };
    if evals < options.min_evals {
        return Some(Reason::TooFewEigenvalues { evals, min_evals: options.min_evals });
    }
    if options.max_evals > 0 && evals > options.max_evals {
        return Some(Reason::TooManyEigenvalues { evals, max_evals: options.max_evals });
    }
    let max_n = options.effective_max_n()?;
    (layer.n > max_n).then_some(Reason::TooManyRows { n: layer.n, max_n })
}

/// Whether the reference, too, takes this part for a layer.
///
/// It knows matrices and 4-D convolutions; in a bare state dict it passes over weights whose first axis is 1.
pub(crate) fn in_reference(part: &Part, info: &TensorInfo, hinted: bool) -> bool {
    let axes = info.shape.len();
    let known = match part.kind {
        LayerKind::Dense | LayerKind::Embedding => axes == 2,
        LayerKind::Conv1d => axes == 2 && hinted,
        LayerKind::Conv2d => axes == 4,
        _ => false,
    };
    known && (hinted || info.shape.first().is_some_and(|first| *first >= 2))
}
