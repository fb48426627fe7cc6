//! One row of the table before any maths: which layer it is about, and what its matrices are made of.

use heavytail_layers::{IntraPair, Layer, LayerKind, LowRankUpdate, MatrixView, Merged, Product, Stack};
use heavytail_spectra::frequency::frequency_count;
use heavytail_spectra::schedule::{cost_estimate, memory_estimate};

use crate::analysis::open_frequencies::SIDE;
use crate::model::Model;
use crate::observer::LayerTask;
use crate::options::AnalyzeOptions;

/// One row of the table before any maths.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    /// The layer's identity and, where it has weights of its own, where their elements lie.
    pub(crate) layer: Layer,
    /// Element type as stored, or what packed weights were unpacked from.
    pub(crate) dtype: String,
    /// What the matrices are made of.
    pub(crate) contents: Contents,
    /// What the row should say whatever comes out.
    pub(crate) note: Option<String>,
    /// Whether the row is about an adapter, where adapters are looked for.
    pub(crate) peft: Option<bool>,
}

/// What the matrices of a row are made of.
#[derive(Clone, Debug)]
pub(crate) enum Contents {
    /// The layer's own weights.
    Weights,
    /// These minus the base model's.
    Delta(Box<Layer>),
    /// The low-rank update of an adapter.
    LowRank(Box<LowRankUpdate>),
    /// An adapted weight with its update.
    Merged(Box<LowRankUpdate>, Box<Merged>),
    /// What an update changes that rescales the adapted weight, too (DoRA).
    Rescaled(Box<LowRankUpdate>, Box<Merged>),
    /// Two neighbouring layers multiplied.
    Intra(Box<IntraPair>),
    /// All layers in one matrix.
    Stack(Box<Stack>),
    /// Nothing: the note says why.
    Refused,
}

impl Contents {
    /// Whether the eigenvalues are those of a product, which is no matrix of independent elements.
    pub(crate) fn is_product(&self) -> bool {
        matches!(self, Self::LowRank(_) | Self::Intra(_))
    }

    /// The low-rank products that the row is about.
    fn products(&self) -> &[Product] {
        match self {
            Self::LowRank(update) => &update.products,
            Self::Intra(pair) => std::slice::from_ref(&pair.product),
            _ => &[],
        }
    }
}

impl Unit {
    /// A row of a layer's own weights.
    pub(crate) fn of_weights(layer: Layer, dtype: String) -> Self {
        Self { layer, dtype, contents: Contents::Weights, note: None, peft: None }
    }

    /// The word in the column `layer_type`.
    pub(crate) fn kind(&self) -> &'static str {
        match self.contents {
            Contents::Stack(_) => "stacked",
            _ => self.layer.kind.name(),
        }
    }

    /// The length of the ESD as far as it is known before any maths.
    pub(crate) fn num_evals(&self) -> usize {
        match &self.contents {
            Contents::LowRank(update) => update.rank * update.products.len(),
            Contents::Intra(pair) => pair.m.min(pair.product.inner()),
            Contents::Stack(stack) => stack.kept,
            Contents::Merged(_, merged) => merged.kept,
            Contents::Weights | Contents::Delta(_) | Contents::Rescaled(..) | Contents::Refused => {
                self.layer.reported_evals()
            }
        }
    }

    /// Whether the row is about a convolution that is taken as a whole.
    pub(crate) fn in_frequencies(&self, options: &AnalyzeOptions) -> bool {
        options.conv2d_fft
            && self.layer.kind == LayerKind::Conv2d
            && matches!(self.contents, Contents::Weights | Contents::Delta(_))
    }

    /// Flops of its spectrum and of what else the options ask for.
    pub(crate) fn cost(&self, options: &AnalyzeOptions) -> f64 {
        let spectrum: f64 = self.shapes(options).iter().map(|(rows, cols)| cost_estimate(*rows, *cols)).sum();
        // Shuffled copies take a spectrum each; values and vectors together about three times the flops of the values.
        let shuffled = if options.randomize { 2.0 } else { 0.0 };
        let vectors = if options.vectors { 2.0 } else { 0.0 };
        let pieces = if options.farms { 2.0 } else { 0.0 };
        spectrum * (1.0 + shuffled + vectors + pieces)
    }

    /// Bytes that it holds at most: one matrix at a time.
    pub(crate) fn memory(&self, options: &AnalyzeOptions) -> u64 {
        let shapes = self.shapes(options);
        let largest = shapes.iter().map(|(rows, cols)| matrix_memory(*rows, *cols, options)).max();
        // What is computed and not read has to be held.
        let held = match self.contents {
            _ if self.in_frequencies(options) => {
                let own = self.layer.matrices.iter().map(|view| elements(view.rows, view.cols));
                let kernel: u64 = own.sum();
                let one = self.layer.matrices.first().map_or(0, |view| elements(view.rows, view.cols));
                // The kernel, one frequency's two parts, and the matrix made of them.
                kernel.saturating_add(one.saturating_mul(6)).saturating_mul(8)
            }
            Contents::Weights | Contents::Delta(_) | Contents::Refused => 0,
            _ => shapes.iter().map(|(rows, cols)| elements(*rows, *cols).saturating_mul(16)).sum(),
        };
        largest.unwrap_or(0).saturating_add(held)
    }

    /// Says which elements of the weights are read next: of a stack of experts those of this one. Where a base or factors
    /// come in as well, those are not told.
    pub(crate) fn expect(&self, model: &Model<'_>) {
        let own = self.layer.matrices.iter().filter(|view| view.tensor == self.layer.tensor);
        let ends = own.filter_map(|view| Some((view.first, view.end()?)));
        let both = |all: (usize, usize), one: (usize, usize)| (all.0.min(one.0), all.1.max(one.1));
        // Where the rows are of something else, their tensor is not known to be cut.
        let (start, end) = ends.reduce(both).unwrap_or((0, usize::MAX));
        model.source.expect(self.layer.tensor, start..end);
    }

    pub(crate) fn task(&self, options: &AnalyzeOptions) -> LayerTask {
        let Layer { longname, n, m, .. } = &self.layer;
        LayerTask { name: longname.clone(), n: *n, m: *m, cost: self.cost(options) }
    }

    /// The path of a random stream of its own, apart from that of every other row.
    pub(crate) fn stream(&self) -> [u64; 3] {
        let kind = match self.contents {
            Contents::Weights | Contents::Refused => 0,
            Contents::Delta(_) => 1,
            Contents::LowRank(_) => 2,
            Contents::Merged(..) => 3,
            Contents::Intra(_) => 4,
            Contents::Stack(_) => 5,
            Contents::Rescaled(..) => 6,
        };
        [self.layer.id.unsigned_abs(), self.layer.slice_id.unwrap_or(0) as u64, kind]
    }

    /// N and M of each matrix; of a product that is never formed its inner side for M.
    fn shapes(&self, options: &AnalyzeOptions) -> Vec<(usize, usize)> {
        let formed = options.needs_elements();
        let of_product = |product: &Product| {
            let (rows, cols) = product.shape();
            let (long, short) = (rows.max(cols), rows.min(cols));
            (long, if formed { short } else { short.min(product.inner()) })
        };
        if self.in_frequencies(options) {
            // Real and imaginary part make a real matrix of twice the sides.
            let doubled = |view: &MatrixView| (2 * view.rows, 2 * view.cols);
            return vec![self.layer.matrices.first().map_or((0, 0), doubled); frequency_count(SIDE)];
        }
        match &self.contents {
            Contents::LowRank(_) | Contents::Intra(_) => {
                self.contents.products().iter().map(of_product).collect()
            }
            Contents::Stack(stack) => vec![stack.size()],
            _ => self.layer.matrices.iter().map(|view| (view.rows, view.cols)).collect(),
        }
    }
}

fn elements(rows: usize, cols: usize) -> u64 {
    (rows as u64).saturating_mul(cols as u64)
}

fn matrix_memory(rows: usize, cols: usize, options: &AnalyzeOptions) -> u64 {
    // The copy that is shuffled, the one that it is dealt from, and four bytes a draw.
    let shuffled = if options.randomize { elements(rows, cols).saturating_mul(20) } else { 0 };
    let copied = if options.farms { elements(rows, cols).saturating_mul(8) } else { 0 };
    // The eigenvectors, and the reflectors that they are made of; of a square matrix compat mode takes the left ones.
    let squares = if options.compat && rows == cols { 24 } else { 16 };
    let vectors = if options.vectors { elements(cols, cols).saturating_mul(squares) } else { 0 };
    memory_estimate(rows, cols).saturating_add(shuffled).saturating_add(copied).saturating_add(vectors)
}
