//! A layer: where its matrices lie in the checkpoint, and what tables call it.

use crate::LayerKind;

/// One row of the details table before any maths: the layer's names, its reported size and its matrices.
///
/// Every matrix of a layer has the same shape, and there is at least one.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Number in the column `layer_id`; slices of one convolution share it.
    pub id: i64,
    /// Short name: the last part of a module's path, or the whole tensor name of a bare state dict.
    pub name: String,
    /// Full name: the tensor's without `.weight`.
    pub longname: String,
    /// What it is.
    pub kind: LayerKind,
    /// N as reported. Not always the matrices' rows: `compat` exchanges N and M for some convolutions.
    pub n: usize,
    /// M as reported.
    pub m: usize,
    /// Receptive field: positions of the convolution's kernel, 1 for everything else.
    pub rf: usize,
    /// Which slice of a convolution this row is, when slices are not pooled (0 for other layers then).
    pub slice_id: Option<usize>,
    /// The matrices whose eigenvalues are pooled.
    pub matrices: Vec<MatrixView>,
    /// Multiplies the singular values of each matrix: √(1/2) for convolutions, as the reference does.
    pub scale: f64,
    /// Index of the tensor in the source.
    pub tensor: usize,
}

impl Layer {
    /// Aspect ratio N / M as reported.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "sizes of layers are far below 2^53")]
    pub fn q(&self) -> f64 {
        self.n as f64 / self.m as f64
    }

    /// The number of eigenvalues as the reference reports it without computing any: M for each slice.
    ///
    /// Differs from [`num_evals`](Self::num_evals) only where compat mode exchanges N and M.
    #[must_use]
    pub fn reported_evals(&self) -> usize {
        self.m.saturating_mul(self.matrices.len())
    }

    /// Rows and columns of a two-axis convolution's kernel, whose tensor has this shape; none for other layers.
    #[must_use]
    pub fn kernel(&self, shape: &[usize]) -> Option<(usize, usize)> {
        let &[a, b, c, d] = shape else { return None };
        // The kernel's axes are the fastest where its second position follows the first.
        let fastest = self.matrices.get(1)?.first == self.matrices.first()?.first + 1;
        let kernel = if fastest { (c, d) } else { (a, b) };
        (self.kind == LayerKind::Conv2d && kernel.0.checked_mul(kernel.1)? == self.matrices.len())
            .then_some(kernel)
    }

    /// Length of the pooled ESD: one eigenvalue for each column of each matrix.
    #[must_use]
    pub fn num_evals(&self) -> usize {
        self.matrices.iter().map(|matrix| matrix.cols).sum()
    }
}

/// A tall matrix inside a tensor: element (i, j) is at logical position `first + i·row_step + j·col_step`.
///
/// Positions count the tensor's elements in row-major order of its shape. `rows ≥ cols ≥ 1`: a wide matrix is
/// viewed as its transpose, which has the same singular values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MatrixView {
    /// Index of the tensor in the source.
    pub tensor: usize,
    /// N, the longer side.
    pub rows: usize,
    /// M, the shorter side.
    pub cols: usize,
    /// Position of element (0, 0).
    pub first: usize,
    /// Positions from one row to the next.
    pub row_step: usize,
    /// Positions from one column to the next.
    pub col_step: usize,
}

impl MatrixView {
    /// The view of a `rows`×`cols` matrix in row-major storage, turned so that it is tall.
    #[must_use]
    pub fn row_major(tensor: usize, first: usize, rows: usize, cols: usize) -> Self {
        Self::strided(tensor, first, (rows, cols), (cols, 1))
    }

    /// The view of a matrix of this shape and these steps along its two axes, turned so that it is tall.
    #[must_use]
    pub fn strided(tensor: usize, first: usize, shape: (usize, usize), steps: (usize, usize)) -> Self {
        if shape.0 >= shape.1 {
            Self { tensor, rows: shape.0, cols: shape.1, first, row_step: steps.0, col_step: steps.1 }
        } else {
            Self { tensor, rows: shape.1, cols: shape.0, first, row_step: steps.1, col_step: steps.0 }
        }
    }

    /// The same elements with rows and columns exchanged.
    #[must_use]
    pub fn transposed(self) -> Self {
        let Self { tensor, rows, cols, first, row_step, col_step } = self;
        Self { tensor, rows: cols, cols: rows, first, row_step: col_step, col_step: row_step }
    }

    /// The matrix as it is stored, wide or tall: with the shorter step along its rows.
    #[must_use]
    pub fn as_stored(self) -> Self {
        if self.is_row_major() { self } else { self.transposed() }
    }

    /// Position one past the last element, or none where it overflows.
    #[must_use]
    pub fn end(&self) -> Option<usize> {
        let down = self.rows.checked_sub(1)?.checked_mul(self.row_step)?;
        let across = self.cols.checked_sub(1)?.checked_mul(self.col_step)?;
        self.first.checked_add(down)?.checked_add(across)?.checked_add(1)
    }

    /// Whether going along a row is the shorter step in memory, so that rows are the cheap direction to read.
    #[must_use]
    pub fn is_row_major(&self) -> bool {
        self.col_step <= self.row_step
    }
}
