//! What a caller may ask of the power-law fit, and the checked form that alone can run.

use crate::error::OptionError;

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
}

/// How a power law is fitted; [`check`](Self::check) turns it into the form that runs.
#[derive(Clone, Debug, PartialEq)]
pub struct PowerLawOptions {
    /// Which eigenvalues are data. Default: `Absolute(1e-5)`.
    pub cut: Cut,
    /// Which of the largest are left out. Default: none.
    pub xmax: Xmax,
    /// Below 20 values use the bias-corrected exponent and tails of at least 8. Default: true.
    pub small_sample_rule: bool,
}

impl Default for PowerLawOptions {
    fn default() -> Self {
        Self { cut: Cut::Absolute(1e-5), xmax: Xmax::None, small_sample_rule: true }
    }
}

impl PowerLawOptions {
    /// Refuses what can not be fitted.
    ///
    /// # Errors
    /// A cut that is negative or not finite, or a relative cut of 1 or more.
    pub fn check(&self) -> Result<CheckedPowerLawOptions, OptionError> {
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
        Ok(CheckedPowerLawOptions(self.clone()))
    }
}

/// Options that passed [`PowerLawOptions::check`].
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedPowerLawOptions(PowerLawOptions);

impl CheckedPowerLawOptions {
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
}
