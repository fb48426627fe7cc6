//! A model's layers and its base model's in, which to subtract from which out: W − W_base.
//!
//! Layers are matched by their full name, and only where the weights have the same shape. The reference instead walks
//! both models in file order and takes a base layer whose name contains the model's: one more layer in the base, and
//! no further layer finds its partner. Compat mode does so, too.

use std::collections::HashMap;
use std::ops::Range;

use crate::error::Error;
use crate::{Layer, LayerOptions, MatrixReader, MatrixView};

/// What a layer's base model has for it.
#[derive(Clone, Debug, PartialEq)]
pub enum BaseMatch {
    /// The layer to subtract, matrix by matrix; its tensors are those of the base model's source.
    Layer(Layer),
    /// The base model has no such layer: the layer is analysed as it is.
    Missing,
    /// The base model's layer has another shape: there is no difference to analyse.
    Mismatch {
        /// Rows and columns of the layer's matrices, as stored.
        layer: (usize, usize),
        /// Rows and columns of the base layer's.
        base: (usize, usize),
        /// Matrices of the layer and of the base layer.
        matrices: (usize, usize),
    },
}

impl BaseMatch {
    /// What a person should read where there is nothing to subtract.
    #[must_use]
    pub fn message(&self) -> Option<String> {
        match self {
            Self::Layer(_) => None,
            Self::Missing => Some("the base model has no layer of this name: analysed as it is".to_owned()),
            Self::Mismatch { layer, base, matrices } if layer == base => {
                Some(format!("has {} matrices, but {} in the base model", matrices.0, matrices.1))
            }
            Self::Mismatch { layer: (rows, cols), base: (base_rows, base_cols), .. } => {
                Some(format!("is {rows}x{cols}, but {base_rows}x{base_cols} in the base model"))
            }
        }
    }
}

/// The options with which to discover a base model, so that no limit or filter hides a partner.
#[must_use]
pub fn base_options(options: &LayerOptions) -> LayerOptions {
    if options.compat {
        return options.clone();
    }
    LayerOptions { min_evals: 0, max_evals: 0, max_n: None, select: Vec::new(), ..options.clone() }
}

/// For each layer of a model, what the base model has for it.
#[must_use]
pub fn match_base(layers: &[Layer], base: &[Layer], compat: bool) -> Vec<BaseMatch> {
    if compat {
        return match_in_file_order(layers, base);
    }
    let key = |layer: &Layer| (layer.longname.clone(), layer.slice_id);
    let by_name: HashMap<_, _> = base.iter().map(|layer| (key(layer), layer)).collect();
    let partner = |layer: &Layer| by_name.get(&key(layer)).copied();
    layers
        .iter()
        .map(|layer| partner(layer).map_or(BaseMatch::Missing, |base| same_shape(layer, base)))
        .collect()
}

fn same_shape(layer: &Layer, base: &Layer) -> BaseMatch {
    let shape = |view: MatrixView| (view.as_stored().rows, view.as_stored().cols);
    let (own, other) = (shape(layer.matrices[0]), shape(base.matrices[0]));
    let matrices = (layer.matrices.len(), base.matrices.len());
    if own == other && matrices.0 == matrices.1 {
        BaseMatch::Layer(base.clone())
    } else {
        BaseMatch::Mismatch { layer: own, base: other, matrices }
    }
}

/// The reference's walk. It also subtracts a transposed weight, which the tall views do by themselves.
fn match_in_file_order(layers: &[Layer], base: &[Layer]) -> Vec<BaseMatch> {
    let mut partners = base.iter().peekable();
    let step = |layer: &Layer| match partners.next_if(|base| base.name.contains(&layer.name)) {
        None => BaseMatch::Missing,
        Some(base) if tall_shape(layer) == tall_shape(base) => BaseMatch::Layer(base.clone()),
        Some(base) => same_shape(layer, base),
    };
    layers.iter().map(step).collect()
}

fn tall_shape(layer: &Layer) -> (usize, usize, usize) {
    (layer.matrices[0].rows, layer.matrices[0].cols, layer.matrices.len())
}

/// Reads the rows of W − W_base.
pub struct DeltaReader {
    own: MatrixReader,
    base: MatrixReader,
}

impl DeltaReader {
    /// A reader of the difference of two matrices; none where their sizes differ.
    #[must_use]
    pub fn new(own: MatrixReader, base: MatrixReader) -> Option<Self> {
        (own.rows() == base.rows() && own.cols() == base.cols()).then_some(Self { own, base })
    }

    /// N, the longer side.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.own.rows()
    }

    /// M, the shorter side.
    #[must_use]
    pub fn cols(&self) -> usize {
        self.own.cols()
    }

    /// Whether [`read`](Self::read) lays a block out row by row.
    #[must_use]
    pub fn is_row_major(&self) -> bool {
        self.own.is_row_major()
    }

    /// Writes the rows `rows` of the difference to `out`, which holds exactly `rows.len() × cols` numbers.
    ///
    /// # Errors
    /// As [`MatrixReader::read`], for either matrix.
    pub fn read(&self, rows: Range<usize>, out: &mut [f64]) -> Result<(), Error> {
        let height = rows.len();
        self.own.read(rows.clone(), out)?;
        let mut base = vec![0.0; out.len()];
        self.base.read(rows, &mut base)?;
        if self.own.is_row_major() == self.base.is_row_major() {
            out.iter_mut().zip(&base).for_each(|(own, base)| *own -= base);
            return Ok(());
        }
        // One is stored transposed: element (i, j) lies at i·cols + j in one block and at j·height + i in the other.
        let (outer, inner) = if self.is_row_major() { (height, self.cols()) } else { (self.cols(), height) };
        for (first, run) in out.chunks_exact_mut(inner.max(1)).enumerate() {
            for (second, own) in run.iter_mut().enumerate() {
                *own -= base[second * outer + first];
            }
        }
        Ok(())
    }
}
