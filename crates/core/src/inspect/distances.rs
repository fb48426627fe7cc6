//! Two models in, how far each layer of the first is from its partner out: a row each, with a reason where there is none.

use heavytail_formats::TensorSource;
use heavytail_layers::{BaseMatch, Layer, LayerKind, base_options, discover_with_hints, match_base};
use heavytail_spectra::product::{Factor, product_matrix};
use heavytail_spectra::{DenseMatrix, Error as SpectraError, Matrix};

use crate::analysis::fill_layer::fill_layer;
use crate::analysis::fill_reason::add_reason;
use crate::analysis::layer_failure::LayerFailure;
use crate::analysis::plan::{layer_options, origin, plan_weights};
use crate::checked::CheckedOptions;
use crate::density::mean;
use crate::details::Details;
use crate::error::Error;
use crate::inspect::columns_distance::{DELTA_B, DELTA_W, METHOD};
use crate::model::Model;
use crate::row::Row;
use crate::transform::rewrite::read_matrices;

/// How a distance is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DistanceMethod {
    /// ‖W₁ − W₂‖_F of the whole tensors, and the same of the biases.
    Raw,
    /// Its mean over the slices of a convolution.
    Euclidean,
    /// The likeness ‖W₁ᵀW₂‖/√(‖W₁ᵀW₁‖·‖W₂W₂ᵀ‖), its mean over the slices (not centred).
    Cka,
}

impl DistanceMethod {
    /// The word, as on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Euclidean => "euclidean",
            Self::Cka => "cka",
        }
    }

    /// What a word stands for.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Raw, Self::Euclidean, Self::Cka].into_iter().find(|method| method.word() == word)
    }
}

/// The reference's floor of the denominator of a likeness.
const SMALLEST: f64 = 1e-6;

/// How far the layers of `first` are from those of the same name in `second`.
///
/// # Errors
/// As [`describe`](crate::describe), of either model.
pub fn distances(
    first: &Model<'_>,
    second: &Model<'_>,
    method: DistanceMethod,
    options: &CheckedOptions,
) -> Result<Details, Error> {
    let options = options.get();
    let plan = plan_weights(first, options)?;
    let others = base_options(&layer_options(options)?);
    let others = discover_with_hints(second.source, &others, second.hints)?;
    let layers: Vec<Layer> = plan.units.iter().map(|unit| unit.layer.clone()).collect();
    let partners = match_base(&layers, &others.layers, false);
    let mut rows = Vec::with_capacity(layers.len());
    for (unit, partner) in plan.units.iter().zip(partners) {
        let mut row = Row::new();
        fill_layer(&mut row, unit);
        row.set(&METHOD, method.word());
        match &partner {
            BaseMatch::Layer(partner) => {
                match weights_apart(first.source, &unit.layer, second.source, partner, method, options.compat)
                {
                    Ok(distance) => row.set(&DELTA_W, distance),
                    Err(failure) => add_reason(&mut row, &failure.to_string()),
                }
                fill_bias(&mut row, first.source, second.source, &unit.layer, method)?;
            }
            BaseMatch::Missing => add_reason(&mut row, "the other model has no layer of this name"),
            BaseMatch::Mismatch { .. } => {
                let message = partner.message().unwrap_or_default();
                add_reason(&mut row, &message.replace("the base model", "the other model"));
            }
        }
        rows.push(row);
    }
    Ok(Details {
        origin: origin(first.source),
        rows,
        coverage: plan.coverage,
        warnings: plan.warnings,
        options: options.spelled(),
        sparse: true,
        ..Details::default()
    })
}

/// The reference's two means, over the rows that have a distance: of the weights and of the biases.
#[must_use]
pub fn mean_distances(details: &Details) -> (f64, f64) {
    let of = |column| -> Vec<f64> { details.rows.iter().filter_map(|row| row.number(column)).collect() };
    (mean(&of(&DELTA_W)), mean(&of(&DELTA_B)))
}

fn weights_apart(
    first: &dyn TensorSource,
    own: &Layer,
    second: &dyn TensorSource,
    other: &Layer,
    method: DistanceMethod,
    compat: bool,
) -> Result<f64, LayerFailure> {
    // The reference takes the inner products over the rows of a weight as stored, of a wide one over its longer side.
    let over_rows = compat && own.kind != LayerKind::Conv2d && !own.matrices[0].is_row_major();
    let (own, other) = (read_matrices(first, own)?, read_matrices(second, other)?);
    let pairs = own.iter().zip(&other);
    let squares = |(a, b): (&DenseMatrix, &DenseMatrix)| -> f64 {
        a.elements().iter().zip(b.elements()).map(|(a, b)| (a - b) * (a - b)).sum()
    };
    Ok(match method {
        DistanceMethod::Raw => pairs.map(squares).sum::<f64>().sqrt(),
        DistanceMethod::Euclidean => mean(&pairs.map(|pair| squares(pair).sqrt()).collect::<Vec<_>>()),
        DistanceMethod::Cka => {
            let likenesses: Result<Vec<f64>, _> = pairs.map(|(a, b)| likeness(a, b, over_rows)).collect();
            mean(&likenesses.map_err(LayerFailure::Spectrum)?)
        }
    })
}

/// ‖AᵀB‖/√(‖AᵀA‖·‖BᵀB‖) of two tall matrices, or ‖ABᵀ‖ above; ‖ABᵀ‖² = ⟨AᵀA, BᵀB⟩ needs no N×N matrix.
fn likeness(a: &DenseMatrix, b: &DenseMatrix, over_rows: bool) -> Result<f64, SpectraError> {
    let (rows, cols) = (a.rows(), a.cols());
    let (a, b) = (turned(a), turned(b));
    let (a, b) = (Factor::new(cols, rows, &a)?, Factor::new(cols, rows, &b)?);
    let (of_a, of_b) = (product_matrix(a, a)?, product_matrix(b, b)?);
    let inner = |x: &DenseMatrix, y: &DenseMatrix| -> f64 {
        x.elements().iter().zip(y.elements()).map(|(x, y)| x * y).sum()
    };
    let between = if over_rows {
        inner(&of_a, &of_b)
    } else {
        let of_both = product_matrix(a, b)?;
        inner(&of_both, &of_both)
    };
    let denominator = (inner(&of_a, &of_a) * inner(&of_b, &of_b)).sqrt().sqrt();
    let floor = if denominator < SMALLEST { SMALLEST } else { 0.0 };
    Ok(between.sqrt() / (denominator + floor))
}

/// The transpose, row-major.
fn turned(matrix: &DenseMatrix) -> Vec<f64> {
    let (rows, cols) = (matrix.rows(), matrix.cols());
    (0..cols).flat_map(|j| (0..rows).map(move |i| i * cols + j)).map(|at| matrix.elements()[at]).collect()
}

/// The biases are part of the raw distance only; the reference says 0 for the others and where one is missing.
fn fill_bias(
    row: &mut Row,
    first: &dyn TensorSource,
    second: &dyn TensorSource,
    layer: &Layer,
    method: DistanceMethod,
) -> Result<(), Error> {
    let name = format!("{}.bias", layer.longname);
    let both = (bias(first, &name)?, bias(second, &name)?);
    let distance = match both {
        (Some(a), Some(b)) if method == DistanceMethod::Raw && a.len() == b.len() => {
            a.iter().zip(&b).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
        }
        _ => 0.0,
    };
    row.set(&DELTA_B, distance);
    Ok(())
}

fn bias(source: &dyn TensorSource, name: &str) -> Result<Option<Vec<f64>>, Error> {
    let Some(index) = source.tensors().iter().position(|info| info.name == name) else { return Ok(None) };
    let data = source.load(index)?;
    let mut elements = vec![0.0; data.len()];
    data.decode(0, 1, &mut elements)?;
    Ok(Some(elements))
}
