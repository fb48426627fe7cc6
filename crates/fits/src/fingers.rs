//! Eigenvalues in, the power law without the few largest out: `fix_fingers="clip_xmax"`.
//!
//! # What it measures
//! "Fingers" are a handful of eigenvalues so far beyond the tail that they steepen its fit. Where the
//! exponent falls a lot once they are gone, they were no part of the tail.
//!
//! # Definition
//! raw_alpha is the exponent of the plain fit. For k = 2, 3, … < `max_fingers` the k largest values are
//! dropped; the first fit whose alpha is more than `finger_thresh` below raw_alpha is taken, with
//! `num_fingers` = k − 1. The search ends early at a fit of alpha ≤ 2. `max_fingers` below half the
//! number of values is reset to 10.
//!
//! # Edge cases
//! No such k, or too few values to drop as many: the plain fit and `num_fingers` = 0.

use crate::error::{FitFailure, OptionError};
use crate::power_law::{PowerLaw, fit_power_law};
use crate::power_law_options::{CheckedPowerLawOptions, PowerLawOptions, Xmax};

/// What `max_fingers` is reset to.
const DEFAULT_FINGERS: usize = 10;
/// An exponent this low is no longer steep, so nothing more is dropped.
const STEEP_ABOVE: f64 = 2.0;

/// How fingers are sought; [`check`](Self::check) turns it into the form that runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FingerOptions {
    /// Fewer than this many values are dropped. Default: 10.
    pub max_fingers: usize,
    /// How far alpha has to fall. Default: 1.
    pub finger_thresh: f64,
}

impl Default for FingerOptions {
    fn default() -> Self {
        Self { max_fingers: DEFAULT_FINGERS, finger_thresh: 1.0 }
    }
}

impl FingerOptions {
    /// Refuses what makes no sense together with the options of each fit.
    ///
    /// # Errors
    /// A `finger_thresh` that is negative or not finite; an `xmax` of the fits.
    pub fn check(&self, fits: &CheckedPowerLawOptions) -> Result<CheckedFingerOptions, OptionError> {
        if !(self.finger_thresh >= 0.0 && self.finger_thresh.is_finite()) {
            return Err(OptionError::OutOfRange {
                option: "finger_thresh",
                value: self.finger_thresh,
                allowed: "a finite number of 0 or more",
            });
        }
        if fits.get().xmax != Xmax::None {
            return Err(OptionError::Contradiction {
                option: "xmax",
                other: "fix_fingers=\"clip_xmax\"",
                because: "both say which of the largest values are dropped",
            });
        }
        Ok(CheckedFingerOptions { fits: fits.get().clone(), fingers: *self })
    }
}

/// Options that passed [`FingerOptions::check`].
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedFingerOptions {
    fits: PowerLawOptions,
    fingers: FingerOptions,
}

/// The fit with or without fingers.
#[derive(Clone, Debug, PartialEq)]
pub struct ClippedPowerLaw {
    /// The fit that was taken; its `num_pl_spikes` counts the dropped values too, as the reference does.
    pub fit: PowerLaw,
    /// Values that were found to be fingers: column `num_fingers`.
    pub num_fingers: usize,
    /// Exponent of the plain fit: column `raw_alpha`.
    pub raw_alpha: f64,
    /// Whether fewer than two values were left before alpha fell; the plain fit stands then, where the reference fails.
    pub ran_out: bool,
}

/// Fits `eigenvalues` (finite, ascending) with and without their largest values; as in the reference more than half
/// of a short tail may go.
///
/// # Errors
/// As [`fit_power_law`], of the plain fit.
pub fn fit_clip_xmax(
    eigenvalues: &[f64],
    options: &CheckedFingerOptions,
) -> Result<ClippedPowerLaw, FitFailure> {
    let CheckedFingerOptions { fits, fingers } = options;
    let checked = CheckedPowerLawOptions::trusted(fits.clone());
    let plain = fit_power_law(eigenvalues, &checked)?;
    let reset = 2 * fingers.max_fingers < plain.num_fitted;
    let below = if reset { DEFAULT_FINGERS } else { fingers.max_fingers };
    let raw_alpha = plain.alpha;
    let mut ran_out = false;
    for dropped in 2..below {
        ran_out = dropped + 2 > plain.num_fitted;
        if ran_out {
            break;
        }
        let Ok(fit) = fit_power_law(&eigenvalues[..eigenvalues.len() - dropped], &checked) else { break };
        if fit.alpha < raw_alpha - fingers.finger_thresh {
            let fit = PowerLaw { num_pl_spikes: fit.num_pl_spikes + dropped, ..fit };
            return Ok(ClippedPowerLaw { fit, num_fingers: dropped - 1, raw_alpha, ran_out });
        }
        if fit.alpha <= STEEP_ABOVE {
            break;
        }
    }
    Ok(ClippedPowerLaw { fit: plain, num_fingers: 0, raw_alpha, ran_out })
}
