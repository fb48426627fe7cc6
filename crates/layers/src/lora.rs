//! An adapter checkpoint in, its low-rank updates out: which factors form B·A, how it counts, and what it adds to.
//!
//! Nothing is multiplied here: the singular values of B·A follow from the two thin factors, so that B·A itself is
//! never formed.

use std::collections::HashMap;

use heavytail_formats::TensorSource;

use crate::coverage::{Reason, Uncovered};
use crate::lora_name::FactorName;
use crate::{
    AdapterConfig, Discovery, Error, Layer, LayerKind, LayerOptions, MatrixView, Product, discover, limits,
    select,
};

/// The low-rank updates of a checkpoint.
#[derive(Clone, Debug, Default)]
pub struct Adapters {
    /// One update for each pair of factors, in the order of the tensors.
    pub updates: Vec<LowRankUpdate>,
    /// Factors without a partner or with other shapes, and updates that the options leave out.
    pub coverage: Vec<Uncovered>,
}

/// The row of B·A, and what is known for the row of W + s·B·A.
#[derive(Clone, Debug, PartialEq)]
pub struct LowRankUpdate {
    /// Id of the row: that of the factor A.
    pub id: i64,
    /// Name of the row: the factor's with `lora_BA` for `lora_A`; name and full name are the same.
    pub name: String,
    /// What the adapted layer is.
    pub kind: LayerKind,
    /// The longer side of B·A.
    pub n: usize,
    /// Its shorter side.
    pub m: usize,
    /// One product for each position of the adapted kernel, turned as [`Merged::base`]'s matrices are.
    pub products: Vec<Product>,
    /// r: B·A has no more eigenvalues that are not zero.
    pub rank: usize,
    /// s, by which B·A is multiplied.
    pub scale: f64,
    /// Where s is from.
    pub scale_source: ScaleSource,
    /// The adapted weight, where the checkpoint or the base model has it.
    pub merged: Option<Merged>,
}

/// Where the factor of an update is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ScaleSource {
    /// `adapter_config.json`.
    Config,
    /// A tensor `alpha` beside the factors.
    Tensor,
    /// Nothing tells it, and 1 is taken: say so in the row.
    Missing,
    /// Compat mode: the reference always takes 1.
    Reference,
}

/// What the row of W + s·B·A needs beside the update.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// Id of the row: that of the factor B.
    pub id: i64,
    /// Name of the row.
    pub name: String,
    /// The adapted layer, W.
    pub base: Layer,
    /// Whether its tensors are those of the base model's source and not of the adapter's.
    pub in_base_model: bool,
    /// DoRA (Liu et al. 2024): the tensor of lengths to which the outputs of W + s·B·A are rescaled.
    pub magnitude: Option<usize>,
    /// Whether a weight is stored inputs first: then outputs are its columns.
    pub inputs_first: bool,
    /// How many of the largest eigenvalues the row keeps: all, or (in compat mode) r.
    pub kept: usize,
}

/// Finds the low-rank updates of a checkpoint.
///
/// `base` is what the base model holds, discovered with [`base_options`](crate::base_options), where the adapter's
/// checkpoint does not hold the adapted weights itself.
///
/// # Errors
/// A scaling tensor beside the factors can't be read.
pub fn find_adapters(
    source: &dyn TensorSource,
    options: &LayerOptions,
    config: Option<&AdapterConfig>,
    base: Option<&Discovery>,
) -> Result<Adapters, Error> {
    let unlimited =
        LayerOptions { min_evals: 0, max_evals: 0, start_ids: options.start_ids, ..LayerOptions::default() };
    let own = discover(source, &unlimited)?;
    let search = Search {
        source,
        options,
        config,
        own: by_name(&own.layers),
        base: base.map(|base| by_name(&base.layers)),
        tensors: source.tensors().iter().enumerate().map(|(at, info)| (info.name.as_str(), at)).collect(),
    };
    let mut found = Adapters::default();
    for layer in &own.layers {
        let Some(name) = FactorName::parse(&layer.longname) else { continue };
        let partner = search.own.get(name.partner().as_str()).copied();
        let left_out = match (name.is_down, partner) {
            (false, Some(_)) => continue,
            (true, Some(up)) => match search.update(name, layer, up) {
                Ok(mut update) => {
                    (update.scale, update.scale_source) = search.scale(name, update.rank)?;
                    match search.merged(name, up, &mut update) {
                        Ok(merged) => update.merged = merged,
                        Err(reason) => found.coverage.push(search.uncovered(up, name.merged(), reason)),
                    }
                    found.updates.push(update);
                    continue;
                }
                Err(reason) => search.uncovered(layer, name.product(), reason),
            },
            (_, None) => {
                let reason = Reason::UnpairedFactor { missing: name.partner() };
                search.uncovered(layer, layer.longname.clone(), reason)
            }
        };
        found.coverage.push(left_out);
    }
    Ok(found)
}

type ByName<'a> = HashMap<&'a str, &'a Layer>;

fn by_name(layers: &[Layer]) -> ByName<'_> {
    layers.iter().map(|layer| (layer.longname.as_str(), layer)).collect()
}

struct Search<'a> {
    source: &'a dyn TensorSource,
    options: &'a LayerOptions,
    config: Option<&'a AdapterConfig>,
    own: ByName<'a>,
    base: Option<ByName<'a>>,
    tensors: HashMap<&'a str, usize>,
}

impl Search<'_> {
    fn uncovered(&self, layer: &Layer, name: String, reason: Reason) -> Uncovered {
        let info = &self.source.tensors()[layer.tensor];
        Uncovered { name, tensor: layer.tensor, shape: info.shape.clone(), dtype: info.dtype, reason }
    }

    /// The update of two factors, its scale and base still to be found; or why there is none.
    fn update(&self, name: FactorName<'_>, down: &Layer, up: &Layer) -> Result<LowRankUpdate, Reason> {
        let shape = |layer: &Layer| self.source.tensors()[layer.tensor].shape.clone();
        let (down_shape, up_shape) = (shape(down), shape(up));
        let products = products((down.tensor, &down_shape), (up.tensor, &up_shape))
            .ok_or(Reason::FactorsDisagree { down: down_shape, up: up_shape })?;
        let (rows, cols) = products[0].shape();
        let rank = products[0].inner();
        let update = LowRankUpdate {
            id: down.id,
            name: name.product(),
            kind: down.kind,
            n: rows.max(cols),
            m: rows.min(cols),
            products,
            rank,
            scale: 1.0,
            scale_source: ScaleSource::Missing,
            merged: None,
        };
        self.left_out(&update, down).map_or(Ok(update), Err)
    }

    /// Why the options leave the update out; it has as many eigenvalues as its rank.
    fn left_out(&self, update: &LowRankUpdate, down: &Layer) -> Option<Reason> {
        let (name, rf) = (update.name.clone(), update.products.len());
        let names = |name: String| Layer { longname: name.clone(), name, ..down.clone() };
        let row = Layer { n: update.n, m: update.rank, rf, ..names(name) };
        if !select::keeps(&self.options.select, &row, self.options.compat) {
            return Some(Reason::Deselected);
        }
        limits::broken(&row, self.options)
    }

    fn scale(&self, name: FactorName<'_>, rank: usize) -> Result<(f64, ScaleSource), Error> {
        if self.options.compat {
            return Ok((1.0, ScaleSource::Reference));
        }
        if let Some(tensor) = self.tensors.get(name.alpha().as_str()) {
            let mut alpha = [1.0];
            self.source.load(*tensor)?.decode(0, 1, &mut alpha)?;
            #[expect(clippy::cast_precision_loss, reason = "ranks are far below 2^53")]
            return Ok((alpha[0] / rank as f64, ScaleSource::Tensor));
        }
        Ok(match self.config {
            Some(config) => (config.scale(name.module, rank), ScaleSource::Config),
            None => (1.0, ScaleSource::Missing),
        })
    }

    /// The adapted weight, where it is to be had; the products are turned as its matrices are.
    fn merged(
        &self,
        name: FactorName<'_>,
        up: &Layer,
        update: &mut LowRankUpdate,
    ) -> Result<Option<Merged>, Reason> {
        let names = name.bases();
        let within = |layers: &ByName<'_>| {
            names.iter().find_map(|name| layers.get(name.as_str()).map(|layer| (*layer).clone()))
        };
        let beside = within(&self.own).map(|layer| (layer, false));
        let found = beside.or_else(|| self.base.as_ref().and_then(within).map(|layer| (layer, true)));
        let Some((base, in_base_model)) = found else { return Ok(None) };
        let disagrees = || {
            let stored = base.matrices[0].as_stored();
            Reason::BaseDisagrees { update: update.products[0].shape(), base: (stored.rows, stored.cols) }
        };
        let inputs_first = self.config.is_some_and(AdapterConfig::fan_in_fan_out);
        let pairs = update.products.iter().zip(&base.matrices);
        let turned: Option<Vec<Product>> = pairs
            .filter(|_| base.matrices.len() == update.products.len())
            .map(|(product, view)| turned_as(*product, *view, inputs_first))
            .collect();
        update.products = turned.filter(|turned| !turned.is_empty()).ok_or_else(disagrees)?;
        let magnitude = name.magnitudes().iter().find_map(|name| self.tensors.get(name.as_str())).copied();
        let kept = if self.options.compat { update.rank } else { base.num_evals() };
        Ok(Some(Merged {
            id: up.id,
            name: name.merged(),
            base,
            in_base_model,
            magnitude,
            inputs_first,
            kept,
        }))
    }
}

/// The products of the factors, one for each position of the kernel; none where the shapes do not fit.
///
/// A is rank × inputs (× kernel), B is outputs × rank (× 1…). Factors stored the other way round are understood.
fn products(down: (usize, &[usize]), up: (usize, &[usize])) -> Option<Vec<Product>> {
    let ((down_tensor, down), (up_tensor, up)) = (down, up);
    let (&[rank, inputs, ref kernel @ ..], &[outputs, inner, ref point @ ..]) = (down, up) else {
        return None;
    };
    if rank == inner && point.iter().all(|extent| *extent == 1) {
        let positions: usize = kernel.iter().product();
        let left = view(up_tensor, 0, (outputs, rank), (rank, 1));
        let right = |at| view(down_tensor, at, (inputs, rank), (positions, inputs * positions));
        return Some((0..positions).map(|at| Product { left, right: right(at) }).collect());
    }
    let (turned_inputs, turned_rank, turned_outputs) = (rank, inputs, inner);
    if kernel.is_empty() && point.is_empty() && turned_rank == outputs {
        let left = view(up_tensor, 0, (turned_outputs, turned_rank), (1, turned_outputs));
        let right = view(down_tensor, 0, (turned_inputs, turned_rank), (turned_rank, 1));
        return Some(vec![Product { left, right }]);
    }
    None
}

fn view(tensor: usize, first: usize, shape: (usize, usize), steps: (usize, usize)) -> MatrixView {
    MatrixView { tensor, rows: shape.0, cols: shape.1, first, row_step: steps.0, col_step: steps.1 }
}

/// B·A or its transpose, whichever is added to this matrix; none where neither has its shape.
///
/// A square weight does not tell which; then the adapter's file does.
fn turned_as(product: Product, matrix: MatrixView, inputs_first: bool) -> Option<Product> {
    let stored = matrix.as_stored();
    let shape = (stored.rows, stored.cols);
    let (straight, turned) = (product.shape() == shape, product.transposed().shape() == shape);
    let as_stored = match (straight, turned) {
        (true, true) if inputs_first => product.transposed(),
        (true, _) => product,
        (false, true) => product.transposed(),
        (false, false) => return None,
    };
    Some(if matrix.is_row_major() { as_stored } else { as_stored.transposed() })
}
