//! What a caller may ask of the power-law fit, and the checked form that alone can run.

use crate::error::OptionError;
use crate::xmin_peak::PeakRule;

/// Which eigenvalues are too small to be data.
///
/// Small eigenvalues of a rank-deficient matrix are rounding noise and would otherwise stretch the
/// logarithms of the fit by many decades.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cut {
    /// Keep λ > this, in the units of the eigenvalues. The field's default is 1e-5.
    Absolute(f64),
    /// Keep λ > this · λ_max, so that the fit does not depend on the scale of the weights.
    RelativeToMax(f64),
}

/// Which of the largest eigenvalues are left out of the fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Xmax {
    /// None: the tail reaches the largest eigenvalue.
    None,
    /// The `k` largest are dropped before the fit; at most half of them.
    DropLargest(usize),
    /// None, but the law ends at the largest eigenvalue: its distribution function is divided by its
    /// value there. The exponent stays. Not together with the rule for small samples.
    Force,
}

/// How the start of the tail is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum XminMethod {
    /// The value of least KS distance (Clauset, Shalizi and Newman 2009).
    #[default]
    Ks,
    /// The same among the values near the peak of the spectrum's histogram.
    Peak {
        /// What "near" means.
        rule: PeakRule,
        /// The largest xmin; without it 1.5 times the peak.
        xmin_max: Option<f64>,
    },
    /// The value at index n/2: the Hill estimator of TempBalance and AlphaPruning.
    Median,
    /// The smallest of the ⌈share·n⌉ largest values, 0 < share ≤ 1.
    Fraction(f64),
}

/// How a power law is fitted; [`check`](Self::check) turns it into the form that runs.
#[derive(Clone, Debug, PartialEq)]
pub struct PowerLawOptions {
    /// Which eigenvalues are data. Default: `Absolute(1e-5)`.
    pub cut: Cut,
    /// Which of the largest are left out. Default: none.
    pub xmax: Xmax,
    /// How the start of the tail is chosen. Default: `Ks`.
    pub xmin_method: XminMethod,
    /// Below 20 values use the bias-corrected exponent and tails of at least 8, where xmin is chosen by
    /// KS distance among all. Default: true.
    pub small_sample_rule: bool,
}

impl Default for PowerLawOptions {
    fn default() -> Self {
        Self {
            cut: Cut::Absolute(1e-5),
            xmax: Xmax::None,
            xmin_method: XminMethod::Ks,
            small_sample_rule: true,
        }
    }
}

impl PowerLawOptions {
    /// Refuses what can not be fitted.
    ///
    /// # Errors
    /// A cut that is negative or not finite, or a relative cut of 1 or more; an `xmin_max` that is not
    /// above 0; a share outside (0, 1]; `Xmax::Force` with the rule for small samples.
    pub fn check(&self) -> Result<CheckedPowerLawOptions, OptionError> {
        self.check_cut()?;
        let refuse = |option, value, allowed| Err(OptionError::OutOfRange { option, value, allowed });
        match self.xmin_method {
            XminMethod::Peak { xmin_max: Some(value), .. } if !(value > 0.0 && value.is_finite()) => {
                return refuse("xmin_max", value, "a finite number above 0");
            }
            XminMethod::Fraction(value) if !(value > 0.0 && value <= 1.0) => {
                return refuse("xmin_fraction", value, "a number above 0, at most 1");
            }
            _ => {}
        }
        if self.xmax == Xmax::Force && self.small_sample_rule {
            return Err(OptionError::Contradiction {
                option: "xmax=\"force\"",
                other: "pl_package=\"ww\"",
                because: "only the package powerlaw ends its law at the largest value",
            });
        }
        Ok(CheckedPowerLawOptions(self.clone()))
    }

    fn check_cut(&self) -> Result<(), OptionError> {
        let (value, below) = match self.cut {
            Cut::Absolute(value) => (value, f64::INFINITY),
            Cut::RelativeToMax(value) => (value, 1.0),
        };
        if !(value >= 0.0 && value < below) {
            let allowed = match self.cut {
                Cut::Absolute(_) => "a finite number of 0 or more",
                Cut::RelativeToMax(_) => "a number from 0 to below 1",
            };
            return Err(OptionError::OutOfRange { option: "cut", value, allowed });
        }
        Ok(())
    }
}

/// Options that passed [`PowerLawOptions::check`].
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedPowerLawOptions(PowerLawOptions);

impl CheckedPowerLawOptions {
    /// Options that differ from checked ones in a way that keeps them checked.
    pub(crate) fn trusted(options: PowerLawOptions) -> Self {
        Self(options)
    }

    /// The options as they were given.
    #[must_use]
    pub fn get(&self) -> &PowerLawOptions {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_that_can_not_be_met_is_refused_by_name() {
        for cut in [Cut::Absolute(-1.0), Cut::Absolute(f64::NAN), Cut::RelativeToMax(1.0)] {
            let error = PowerLawOptions { cut, ..Default::default() }.check().unwrap_err();
            assert!(error.to_string().starts_with("cut is "), "{error}");
        }
    }

    #[test]
    fn a_tail_that_can_not_be_met_is_refused_by_name() {
        let refusal = |options: PowerLawOptions| options.check().unwrap_err().to_string();
        let method = |xmin_method| PowerLawOptions { xmin_method, ..Default::default() };
        assert!(refusal(method(XminMethod::Fraction(0.0))).starts_with("xmin_fraction is 0"));
        assert!(refusal(method(XminMethod::Fraction(1.5))).starts_with("xmin_fraction is 1.5"));
        let peak = XminMethod::Peak { rule: PeakRule::Log, xmin_max: Some(-1.0) };
        assert!(refusal(method(peak)).starts_with("xmin_max is -1"));
        let force = PowerLawOptions { xmax: Xmax::Force, ..Default::default() };
        assert!(refusal(force.clone()).starts_with("xmax=\"force\" can not"));
        assert!(PowerLawOptions { small_sample_rule: false, ..force }.check().is_ok());
    }
}
