//! A model and a rule in, the model with only some of its singular triplets out: SVDSmoothing.

use heavytail_fits::{det_x, mp_fit};
use heavytail_spectra::truncation::{Keep, truncate};
use heavytail_spectra::{DenseMatrix, Esd, Matrix, SpectrumOptions, spectrum};

use crate::analysis::fill_mp::square_law;
use crate::analysis::layer_failure::LayerFailure;
use crate::analysis::tail_fit::TailFitter;
use crate::analysis::unit::Unit;
use crate::checked::CheckedOptions;
use crate::density::count;
use crate::details::Details;
use crate::error::Error;
use crate::layer_verdict::UNDER_TRAINED_ABOVE;
use crate::model::Model;
use crate::options::AnalyzeOptions;
use crate::row::Row;
use crate::transform::columns_change::{NUM_SMOOTH, RANK_KEPT};
use crate::transform::rewrite::rewrite;
use crate::transform::target::Target;

/// How many singular triplets of a layer stay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Smoothing {
    /// This share of them, between −1 and 1; below 0 that share of the largest goes instead.
    Svd {
        /// The share.
        percent: f64,
    },
    /// Those that stand out of the random bulk: `num_spikes`.
    Rmt,
    /// Those of the tail whose product is one: `detX_num`.
    DetX,
    /// Those of the power law's tail: `num_pl_spikes`.
    LambdaMin,
    /// `Rmt` for a layer whose alpha is above 6, whose tail says little, and `DetX` for the others.
    Auto,
}

impl Smoothing {
    /// What the reference's words stand for; `percent` is that of `svd`.
    #[must_use]
    pub fn parse(word: &str, percent: f64) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "svd" => Some(Self::Svd { percent }),
            "rmt" => Some(Self::Rmt),
            "detx" | "erg" => Some(Self::DetX),
            "alpha_min" | "lambda_min" => Some(Self::LambdaMin),
            "auto" => Some(Self::Auto),
            _ => None,
        }
    }

    fn check(self) -> Result<(), Error> {
        match self {
            Self::Svd { percent } if !(percent.abs() <= 1.0 && percent != 0.0) => Err(Error::Option {
                option: "percent",
                value: percent.to_string(),
                allowed: "a number from −1 to 1 and not 0".to_owned(),
            }),
            _ => Ok(()),
        }
    }
}

/// Writes the model with every layer cut to the triplets that stay, exactly where the reference truncates by a
/// randomised SVD. Of a layer of several matrices each keeps its share, rounded up.
///
/// # Errors
/// A share out of range, an output that is the model itself, a file that can't be read or written, or a raised flag.
pub fn smooth(
    model: &Model<'_>,
    options: &CheckedOptions,
    method: Smoothing,
    to: &Target<'_>,
) -> Result<Details, Error> {
    method.check()?;
    let fitter = TailFitter::new(options.get())?;
    rewrite(model, options, to, &|unit, matrices, row| {
        let count = triplets(method, unit, matrices, options.get(), &fitter)?;
        keep_triplets(matrices, count, row)
    })
}

/// Cuts every matrix to its share of `count` triplets; a negative count is of those that go. Whether anything changed.
fn keep_triplets(matrices: &mut [DenseMatrix], count: i64, row: &mut Row) -> Result<bool, LayerFailure> {
    row.set(&NUM_SMOOTH, count);
    let Some(smallest) = matrices.iter().map(Matrix::cols).min() else { return Ok(false) };
    let asked = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    let (keep, rank) = if count > 0 {
        let share = asked.div_ceil(matrices.len()).min(smallest);
        (Keep::Top(share), share)
    } else {
        let share = (asked / matrices.len()).min(smallest);
        (Keep::WithoutTop(share), smallest - share)
    };
    row.set(&RANK_KEPT, rank);
    if count == 0 || rank == smallest {
        return Ok(false);
    }
    for matrix in matrices {
        truncate(matrix, keep, &SpectrumOptions::default())
            .map_err(|error| LayerFailure::of_spectrum(error, matrix.rows(), matrix.cols()))?;
    }
    Ok(true)
}

/// How many triplets the rule asks for, of all matrices together.
fn triplets(
    method: Smoothing,
    unit: &Unit,
    matrices: &[DenseMatrix],
    options: &AnalyzeOptions,
    fitter: &TailFitter,
) -> Result<i64, LayerFailure> {
    match method {
        Smoothing::Svd { percent } => Ok(share(percent, matrices)),
        Smoothing::Rmt => spikes(&esd(matrices)?, unit, options),
        Smoothing::DetX => product_one(&esd(matrices)?),
        Smoothing::LambdaMin => {
            let fit = fitter.fit(esd(matrices)?.eigenvalues()).map_err(LayerFailure::NoFit)?;
            Ok(as_count(fit.num_pl_spikes()))
        }
        Smoothing::Auto => {
            let esd = esd(matrices)?;
            let steep = fitter.fit(esd.eigenvalues()).is_ok_and(|fit| fit.alpha() > UNDER_TRAINED_ABOVE);
            if steep { spikes(&esd, unit, options) } else { product_one(&esd) }
        }
    }
}

/// This share of all triplets.
fn share(percent: f64, matrices: &[DenseMatrix]) -> i64 {
    let all = matrices.iter().map(Matrix::cols).sum();
    #[expect(clippy::cast_possible_truncation, reason = "toward zero is what the reference does")]
    let share = (percent * count(all)) as i64;
    share
}

/// The eigenvalues of all matrices.
fn esd(matrices: &[DenseMatrix]) -> Result<Esd, LayerFailure> {
    let mut eigenvalues = Vec::with_capacity(matrices.iter().map(Matrix::cols).sum());
    for matrix in matrices {
        let found = spectrum(matrix, &SpectrumOptions::default())
            .map_err(|error| LayerFailure::of_spectrum(error, matrix.rows(), matrix.cols()))?;
        eigenvalues.extend(found.eigenvalues);
    }
    Esd::new(eigenvalues).map_err(LayerFailure::Spectrum)
}

/// Those that stand out of the random bulk.
fn spikes(esd: &Esd, unit: &Unit, options: &AnalyzeOptions) -> Result<i64, LayerFailure> {
    let fit = mp_fit(esd.eigenvalues(), unit.layer.n, unit.layer.m, square_law(options.compat));
    Ok(as_count(fit.map_err(LayerFailure::Fit)?.num_spikes))
}

/// Those of the tail whose product is one.
fn product_one(esd: &Esd) -> Result<i64, LayerFailure> {
    Ok(as_count(det_x(esd.eigenvalues()).map_err(LayerFailure::Fit)?.num))
}

fn as_count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The reference's SVDSharpness: as many of the layer's own largest triplets go as its shuffled copy has spikes.
pub(crate) fn drop_own_triplets(
    matrices: &mut [DenseMatrix],
    spikes: usize,
    row: &mut Row,
) -> Result<bool, LayerFailure> {
    keep_triplets(matrices, -as_count(spikes), row)
}
