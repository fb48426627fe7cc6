//! One row of the table before any maths: which layer it is about, and what its matrices are made of.

use heavytail_layers::Layer;
use heavytail_spectra::schedule::{cost_estimate, memory_estimate};

use crate::observer::LayerTask;
use crate::options::AnalyzeOptions;

/// One row of the table before any maths.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    /// The layer's identity and, for a plain layer, where its elements lie.
    pub(crate) layer: Layer,
    /// Element type as stored, or what packed weights were unpacked from.
    pub(crate) dtype: String,
    /// What the matrices are made of.
    pub(crate) contents: Contents,
    /// What the row should say whatever comes out.
    pub(crate) note: Option<String>,
}

/// What the matrices of a row are made of.
#[derive(Clone, Debug)]
pub(crate) enum Contents {
    /// The layer's own weights.
    Weights,
}

impl Unit {
    /// Flops of its spectrum and of what else the options ask for.
    pub(crate) fn cost(&self, options: &AnalyzeOptions) -> f64 {
        let spectrum: f64 = self.shapes().map(|(rows, cols)| cost_estimate(rows, cols)).sum();
        // Shuffled copies take a spectrum each, eigenvectors about twice the flops of the values.
        spectrum * (1.0 + if options.randomize { 2.0 } else { 0.0 } + if options.vectors { 3.0 } else { 0.0 })
    }

    /// Bytes that it holds at most: one matrix at a time.
    pub(crate) fn memory(&self, options: &AnalyzeOptions) -> u64 {
        self.shapes().map(|(rows, cols)| matrix_memory(rows, cols, options)).max().unwrap_or(0)
    }

    pub(crate) fn task(&self, options: &AnalyzeOptions) -> LayerTask {
        let Layer { longname, n, m, .. } = &self.layer;
        LayerTask { name: longname.clone(), n: *n, m: *m, cost: self.cost(options) }
    }

    /// The slice of a convolution that it is about, for the path of a random stream.
    pub(crate) fn slice(&self) -> u64 {
        self.layer.slice_id.unwrap_or(0) as u64
    }

    /// N and M of each matrix.
    fn shapes(&self) -> impl Iterator<Item = (usize, usize)> {
        self.layer.matrices.iter().map(|view| (view.rows, view.cols))
    }
}

fn matrix_memory(rows: usize, cols: usize, options: &AnalyzeOptions) -> u64 {
    let elements = (rows as u64).saturating_mul(cols as u64);
    // The copy that is shuffled, the one that it is dealt from, and four bytes a draw.
    let shuffled = if options.randomize { elements.saturating_mul(20) } else { 0 };
    // The eigenvectors, and the reflectors that they are made of.
    let square = (cols as u64).saturating_mul(cols as u64);
    let vectors = if options.vectors { square.saturating_mul(16) } else { 0 };
    memory_estimate(rows, cols).saturating_add(shuffled).saturating_add(vectors)
}
