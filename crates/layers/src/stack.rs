//! All layers in, one tall block matrix out: the layers' matrices side by side and below one another.

use crate::{Layer, LayerKind, MatrixView};

/// The blocks of the stacked matrix, from the top; narrower ones are padded with zeros on the right.
///
/// Each block is standardised before it is stacked: minus its median, each column divided by its median absolute
/// deviation.
#[derive(Clone, Debug, PartialEq)]
pub struct Stack {
    /// One block a layer.
    pub blocks: Vec<StackBlock>,
    /// Rows of all blocks together.
    pub rows: usize,
    /// Columns of the widest block.
    pub cols: usize,
    /// How many eigenvalues are kept: all of them, or (in compat mode) as many as the first layer has.
    pub kept: usize,
}

/// One layer of the stack.
#[derive(Clone, Debug, PartialEq)]
pub struct StackBlock {
    /// The layer.
    pub layer: Layer,
    /// Its matrices as stored, from left to right; all of one shape.
    pub views: Vec<MatrixView>,
    /// Rows of the block.
    pub rows: usize,
    /// Columns of the block: of all views together.
    pub cols: usize,
}

impl Stack {
    /// Stacks the layers; none where there are none.
    #[must_use]
    pub fn new(layers: &[Layer], compat: bool) -> Option<Self> {
        let blocks: Vec<StackBlock> = layers.iter().map(StackBlock::new).collect();
        let rows = blocks.iter().map(|block| block.rows).sum();
        let cols = blocks.iter().map(|block| block.cols).max()?;
        let all = cols.min(rows);
        let first = &blocks.first()?.layer;
        let kept = if compat { first.num_evals().min(all) } else { all };
        Some(Self { rows, cols, kept, blocks })
    }

    /// N and M of the row.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        (self.rows.max(self.cols), self.rows.min(self.cols))
    }
}

impl StackBlock {
    /// A single matrix stands as it is stored; slices of a convolution stand tall, as the reference turns them.
    fn new(layer: &Layer) -> Self {
        let sliced = layer.rf > 1 || layer.kind == LayerKind::Conv2d;
        let turned = |view: &MatrixView| if sliced { *view } else { view.as_stored() };
        let views: Vec<MatrixView> = layer.matrices.iter().map(turned).collect();
        let rows = views[0].rows;
        let cols = views.iter().map(|view| view.cols).sum();
        Self { layer: layer.clone(), views, rows, cols }
    }
}
