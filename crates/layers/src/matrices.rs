//! A tensor's shape in, the matrices of a layer out: the weight itself, or one slice for each kernel position.

use crate::{LayerKind, MatrixView};

/// One layer's worth of a tensor: most tensors are one part, fused ones several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// Follows the tensor's layer name, with its dot; empty for a whole tensor.
    pub(crate) suffix: String,
    pub(crate) kind: LayerKind,
    /// All of one shape.
    pub(crate) matrices: Vec<MatrixView>,
    /// Length of the weight's output axis and of its input axis, where the weight is a convolution.
    pub(crate) channels: Option<Channels>,
}

/// The two channel axes of a convolution, as the reference compares them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Channels {
    pub(crate) outputs: usize,
    pub(crate) inputs: usize,
    /// Sum of the extents of the kernel's axes.
    pub(crate) kernel_sum: usize,
}

/// Order of a convolution's axes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AxisOrder {
    /// PyTorch and ONNX: outputs, inputs, kernel positions.
    OutputsFirst,
    /// Keras and Flax: kernel positions, inputs, outputs.
    OutputsLast,
}

impl AxisOrder {
    /// The extents of the kernel's axes in a shape of three axes or more.
    pub(crate) fn kernel(self, shape: &[usize]) -> &[usize] {
        match self {
            Self::OutputsFirst => &shape[2..],
            Self::OutputsLast => &shape[..shape.len() - 2],
        }
    }

    /// The extents of the two channel axes, as stored.
    fn channels(self, shape: &[usize]) -> &[usize] {
        match self {
            Self::OutputsFirst => &shape[..2],
            Self::OutputsLast => &shape[shape.len() - 2..],
        }
    }
}

impl Part {
    /// A whole tensor of `rows`×`cols` as one matrix.
    pub(crate) fn whole(kind: LayerKind, tensor: usize, rows: usize, cols: usize) -> Self {
        Self::matrix(String::new(), kind, MatrixView::row_major(tensor, 0, rows, cols))
    }

    /// One matrix of a fused tensor.
    pub(crate) fn matrix(suffix: String, kind: LayerKind, matrix: MatrixView) -> Self {
        Self { suffix, kind, matrices: vec![matrix], channels: None }
    }

    /// One outputs×inputs matrix for each position of the kernel.
    ///
    /// `shape` has at least three axes; its kind follows from their number.
    pub(crate) fn convolution(tensor: usize, shape: &[usize], order: AxisOrder) -> Self {
        let kind = match shape.len() {
            3 => LayerKind::Conv1d,
            4 => LayerKind::Conv2d,
            _ => LayerKind::Conv3d,
        };
        let (kernel, channels) = (order.kernel(shape), order.channels(shape));
        let positions: usize = kernel.iter().product();
        let area = channels[0] * channels[1];
        let slice = |position| match order {
            AxisOrder::OutputsFirst => {
                let steps = (channels[1] * positions, positions);
                MatrixView::strided(tensor, position, (channels[0], channels[1]), steps)
            }
            AxisOrder::OutputsLast => {
                MatrixView::row_major(tensor, position * area, channels[0], channels[1])
            }
        };
        let (outputs, inputs) = match order {
            AxisOrder::OutputsFirst => (channels[0], channels[1]),
            AxisOrder::OutputsLast => (channels[1], channels[0]),
        };
        let channels = Channels { outputs, inputs, kernel_sum: kernel.iter().sum() };
        let matrices = (0..positions).map(slice).collect();
        Self { suffix: String::new(), kind, matrices, channels: Some(channels) }
    }

    /// Receptive field: how many positions the kernel has.
    pub(crate) fn rf(&self) -> usize {
        self.matrices.len()
    }

    /// N and M as reported: the matrices' own, but for the reference's exchange in compat mode.
    ///
    /// The reference exchanges N and M once for each slice it transposes, so that an even number of slices of a
    /// convolution with fewer outputs than inputs leaves them the wrong way round. A kernel wider than the channels
    /// are many takes another branch there, which never turns them.
    pub(crate) fn reported_size(&self, compat: bool) -> (usize, usize) {
        let view = self.matrices[0];
        let Some(channels) = self.channels.filter(|_| compat && self.kind == LayerKind::Conv2d) else {
            return (view.rows, view.cols);
        };
        let turns_every_slice = channels.outputs + channels.inputs >= channels.kernel_sum;
        let wide = channels.outputs < channels.inputs;
        if wide && (!turns_every_slice || self.rf().is_multiple_of(2)) {
            (view.cols, view.rows)
        } else {
            (view.rows, view.cols)
        }
    }
}
