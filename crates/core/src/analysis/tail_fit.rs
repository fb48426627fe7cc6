//! An analysis' options in, the fit they ask for out, checked once and run on every layer's eigenvalues.

use heavytail_fits::{
    CheckedFingerOptions, CheckedPowerLawOptions, ClippedPowerLaw, Cut, FingerOptions, FitFailure, PeakRule,
    PowerLaw, PowerLawOptions, SampleRule, TruncatedPowerLaw, Xmax, XminMethod, fit_clip_xmax, fit_power_law,
    fit_truncated,
};

use crate::error::Error;
use crate::options::AnalyzeOptions;
use crate::options_fit::{FitLaw, FixFingers, PlPackage, XminRule};

/// Eigenvalues up to this are no data, in the units of the weights squared (weightwatcher 0.7.7).
pub(crate) const CUT: f64 = 1e-5;

/// The fit that every layer gets.
#[derive(Clone, Debug)]
pub(crate) struct TailFitter {
    law: FitLaw,
    power_law: CheckedPowerLawOptions,
    fingers: Option<CheckedFingerOptions>,
    /// The reference fails where it runs out of eigenvalues to take for fingers.
    fingers_run_out: bool,
    /// The same without an end, and how many of the largest the reference would drop: it reads a number past half
    /// of them as an eigenvalue.
    past_half: Option<(CheckedPowerLawOptions, usize)>,
    /// The reference takes equal values at the upper end for a tail of their own.
    keeps_ties: bool,
    /// The reference fails every fit of this kind.
    compat_fails: bool,
}

/// A fitted tail.
#[derive(Clone, Debug)]
pub(crate) enum TailFit {
    /// A power law on all the data.
    PowerLaw(PowerLaw),
    /// A power law without the fingers: how many, and alpha with them.
    Clipped(ClippedPowerLaw),
    /// A truncated power law.
    Truncated(TruncatedPowerLaw),
}

/// Why a layer has no fit.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub(crate) enum NoFit {
    /// The data don't allow it.
    #[error("no fit: {0}")]
    Data(#[from] FitFailure),
    /// The data up to a number that compat mode read as an eigenvalue don't allow it.
    #[error("no fit up to xmax = {xmax}: {failure}")]
    BelowXmax {
        /// The option's number.
        xmax: usize,
        /// What is wrong with the data.
        failure: FitFailure,
    },
    /// Compat mode reproduces a fault of clip_xmax.
    #[error("no fit: weightwatcher 0.7.7 fails where clip_xmax leaves fewer than 2 eigenvalues")]
    CompatFingers,
    /// Compat mode reproduces a fault of xmin_peak.
    #[error("no fit: weightwatcher 0.7.7 fails every fit by xmin_peak with its default package")]
    Compat,
}

impl TailFit {
    /// How many eigenvalues the tail has.
    pub(crate) fn num_pl_spikes(&self) -> usize {
        match self {
            Self::PowerLaw(law) => law.num_pl_spikes,
            Self::Clipped(clipped) => clipped.fit.num_pl_spikes,
            Self::Truncated(law) => law.num_pl_spikes,
        }
    }

    /// The exponent.
    pub(crate) fn alpha(&self) -> f64 {
        match self {
            Self::PowerLaw(law) => law.alpha,
            Self::Clipped(clipped) => clipped.fit.alpha,
            Self::Truncated(law) => law.alpha,
        }
    }

    /// How many of the largest eigenvalues were taken for fingers and left out, one more than `num_fingers` says.
    pub(crate) fn num_dropped(&self) -> usize {
        match self {
            Self::Clipped(clipped) if clipped.num_fingers > 0 => clipped.num_fingers + 1,
            _ => 0,
        }
    }

    /// The power law, where that is what was fitted.
    pub(crate) fn power_law(&self) -> Option<&PowerLaw> {
        match self {
            Self::PowerLaw(law) => Some(law),
            Self::Clipped(clipped) => Some(&clipped.fit),
            Self::Truncated(_) => None,
        }
    }
}

impl TailFitter {
    /// The fit that the options ask for.
    ///
    /// # Errors
    /// A value out of range, or options that contradict each other.
    pub(crate) fn new(options: &AnalyzeOptions) -> Result<Self, Error> {
        let dropped = usize::try_from(options.xmax.unsigned_abs()).unwrap_or(usize::MAX);
        let xmax = match (dropped, options.xmax_force) {
            (0, true) => Xmax::Force,
            (0, false) => Xmax::None,
            (dropped, _) => Xmax::DropLargest(dropped),
        };
        let small_sample_rule = options.pl_package == PlPackage::Ww && options.fit == FitLaw::PowerLaw;
        let cut = if options.scale_free { Cut::RelativeToMax(CUT) } else { Cut::Absolute(CUT) };
        let xmin_method = xmin_method(options);
        let power_law = PowerLawOptions { cut, xmax, xmin_method, small_sample_rule };
        let endless = PowerLawOptions { xmax: Xmax::None, ..power_law.clone() }.check()?;
        let power_law = power_law.check()?;
        let fingers =
            FingerOptions { max_fingers: options.max_fingers, finger_thresh: options.finger_thresh };
        let clipped = options.fix_fingers == FixFingers::ClipXmax;
        let peak = options.fix_fingers == FixFingers::XminPeak;
        Ok(Self {
            law: options.fit,
            fingers: if clipped { Some(fingers.check(&power_law)?) } else { None },
            fingers_run_out: options.compat && options.pl_package == PlPackage::Ww,
            past_half: (options.compat && dropped > 0).then_some((endless, dropped)),
            keeps_ties: options.compat && dropped == 0 && options.pl_package == PlPackage::Ww,
            compat_fails: options.compat && peak && options.pl_package == PlPackage::Ww,
            power_law,
        })
    }

    /// The options of the power law, for what is built on it.
    pub(crate) fn power_law(&self) -> &CheckedPowerLawOptions {
        &self.power_law
    }

    /// The value up to which eigenvalues are no data.
    pub(crate) fn cut(&self, lambda_max: f64) -> f64 {
        match self.power_law.get().cut {
            Cut::Absolute(cut) => cut,
            Cut::RelativeToMax(share) => share * lambda_max,
        }
    }

    /// Fits the tail of finite, ascending eigenvalues.
    pub(crate) fn fit(&self, eigenvalues: &[f64]) -> Result<TailFit, NoFit> {
        if self.compat_fails {
            return Err(NoFit::Compat);
        }
        if let Some(fingers) = &self.fingers {
            let clipped = fit_clip_xmax(eigenvalues, fingers)?;
            if clipped.ran_out && self.fingers_run_out {
                return Err(NoFit::CompatFingers);
            }
            return Ok(TailFit::Clipped(clipped));
        }
        if self.law != FitLaw::PowerLaw {
            return Ok(TailFit::Truncated(fit_truncated(eigenvalues, &self.power_law)?));
        }
        let law = match &self.past_half {
            Some((endless, dropped)) if *dropped > eigenvalues.len() / 2 => {
                past_half_law(eigenvalues, *dropped, endless)?
            }
            _ => fit_power_law(eigenvalues, &self.power_law)?,
        };
        Ok(TailFit::PowerLaw(if self.keeps_ties { tied_law(eigenvalues, law) } else { law }))
    }
}

fn xmin_method(options: &AnalyzeOptions) -> XminMethod {
    let rule = if options.compat { PeakRule::Reference } else { PeakRule::Log };
    let peak = XminMethod::Peak { rule, xmin_max: options.xmin_max };
    match options.xmin_method {
        _ if options.fix_fingers == FixFingers::XminPeak || options.fit == FitLaw::TruncatedAtPeak => peak,
        XminRule::Ks => XminMethod::Ks,
        XminRule::Peak => peak,
        XminRule::Median => XminMethod::Median,
        XminRule::Fraction(share) => XminMethod::Fraction(share),
    }
}

/// What the reference makes of a number past half of the eigenvalues: a law up to the one nearest to it, whose tail
/// counts those past it too.
fn past_half_law(
    eigenvalues: &[f64],
    xmax: usize,
    options: &CheckedPowerLawOptions,
) -> Result<PowerLaw, NoFit> {
    let law = fit_power_law(&eigenvalues[..=nearest(eigenvalues, xmax)], options)
        .map_err(|failure| NoFit::BelowXmax { xmax, failure })?;
    let below = eigenvalues.partition_point(|lambda| *lambda < law.xmin);
    Ok(PowerLaw { num_pl_spikes: eigenvalues.len() - below, ..law })
}

/// What the reference makes of the two largest eigenvalues where they are equal: a law of infinite exponent, whose D of ½
/// wins where no other is below it.
fn tied_law(eigenvalues: &[f64], law: PowerLaw) -> PowerLaw {
    match *eigenvalues {
        [.., xmin, xmax] if xmin >= xmax && law.rule == SampleRule::Plain && law.ks_distance > 0.5 => {
            PowerLaw {
                alpha: f64::INFINITY,
                sigma: f64::INFINITY,
                xmin,
                xmin_index: eigenvalues.len() - 2,
                ks_distance: 0.5,
                tail_len: 2,
                num_pl_spikes: eigenvalues.len() - eigenvalues.partition_point(|lambda| *lambda < xmin),
                ..law
            }
        }
        _ => law,
    }
}

/// Index of the eigenvalue nearest to a number, the first among equals.
#[expect(clippy::cast_precision_loss, reason = "the reference, too, compares a small count as a float")]
fn nearest(eigenvalues: &[f64], number: usize) -> usize {
    let distance = |index: usize| (eigenvalues[index] - number as f64).abs();
    (0..eigenvalues.len()).fold(0, |best, index| if distance(index) < distance(best) { index } else { best })
}
