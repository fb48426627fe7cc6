//! Options as given in, options that can be in every combination out, or the error that names the wrong one.

use crate::analysis::tail_fit::TailFitter;
use heavytail_fits::BootstrapOptions;

use crate::error::Error;
use crate::options::AnalyzeOptions;
use crate::options_fit::{FitLaw, FixFingers, Peft, XminRule};
use crate::options_spectrum::Eigs;

/// Options whose values were checked. Only these run.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedOptions {
    options: AnalyzeOptions,
}

impl CheckedOptions {
    /// The options, all of them in range.
    #[must_use]
    pub fn get(&self) -> &AnalyzeOptions {
        &self.options
    }
}

impl AnalyzeOptions {
    /// Checks every value.
    ///
    /// # Errors
    /// The first option that is out of range or contradicts another, with what is allowed.
    pub fn check(self) -> Result<CheckedOptions, Error> {
        if self.min_evals == 0 {
            return Err(refused("min-evals", self.min_evals, "at least 1"));
        }
        if self.max_evals < self.min_evals {
            return Err(refused(
                "max-evals",
                self.max_evals,
                format!("at least min-evals, {}", self.min_evals),
            ));
        }
        if self.max_n == Some(0) {
            return Err(refused("max-n", 0, "at least 1"));
        }
        if self.start_ids < 0 {
            return Err(refused("start-ids", self.start_ids, "0 or more"));
        }
        if !(self.tolerance.is_finite() && self.tolerance >= 0.0) {
            return Err(refused("tolerance", self.tolerance, "a number, 0 or more"));
        }
        self.check_fit()?;
        self.check_rows()?;
        self.check_eigs()?;
        if self.memory.is_some_and(|bytes| bytes < SMALLEST_BUDGET) {
            let value = self.memory.unwrap_or_default();
            return Err(refused("memory", value, format!("at least {SMALLEST_BUDGET} bytes (16M)")));
        }
        Ok(CheckedOptions { options: self })
    }

    /// What the rows are about, of which there can be one thing only.
    fn check_rows(&self) -> Result<(), Error> {
        let asked = [("peft", self.peft != Peft::No), ("intra", self.intra), ("stacked", self.stacked)];
        let mut asked = asked.iter().filter(|(_, asked)| *asked);
        if let (Some((first, _)), Some((second, _))) = (asked.next(), asked.next()) {
            return Err(refused(second, true, format!("not together with {first}")));
        }
        if !self.sparsify && !self.intra {
            return Err(refused("no-sparsify", true, "only with intra"));
        }
        if !self.pool && (self.intra || self.stacked) {
            return Err(refused(
                "no-pool",
                true,
                "not together with intra or stacked, which take layers whole",
            ));
        }
        if self.conv2d_fft {
            self.check_frequencies()?;
        }
        if self.bootstrap > 0 {
            BootstrapOptions { resamples: self.bootstrap, seed: 0 }.check()?;
        }
        Ok(())
    }

    /// A part of the spectrum can't answer for all of it.
    fn check_eigs(&self) -> Result<(), Error> {
        let Eigs::Top(count) = self.eigs else { return Ok(()) };
        if count < FEWEST_EIGS {
            let allowed = format!("all or top:K with K at least {FEWEST_EIGS}");
            return Err(refused("eigs", self.eigs.word(), allowed));
        }
        let default = Self::default();
        let need_all = [
            ("compat", self.compat),
            ("fit", self.fit != default.fit),
            ("fix-fingers", self.fix_fingers != default.fix_fingers),
            ("xmin-method", self.xmin_method != default.xmin_method),
            ("svd-method", self.svd_method != default.svd_method),
            ("bootstrap", self.bootstrap > 0),
            ("inverse", self.inverse),
            ("mp-fit", self.mp_fit),
            ("randomize", self.randomize),
            ("detx", self.det_x),
            ("vectors", self.vectors),
            ("farms", self.farms),
            ("peft", self.peft != default.peft),
            ("intra", self.intra),
            ("conv2d-fft", self.conv2d_fft),
            ("deltas", self.deltas),
        ];
        match need_all.iter().find(|(_, asked)| *asked) {
            Some((other, _)) => {
                let allowed = format!("not together with {other}, which needs all eigenvalues");
                Err(refused("eigs", self.eigs.word(), allowed))
            }
            None => Ok(()),
        }
    }

    /// What can't be asked of a convolution in its Fourier basis, whose matrices are complex and of many frequencies.
    fn check_frequencies(&self) -> Result<(), Error> {
        let asked = [
            ("no-pool", !self.pool),
            ("randomize", self.randomize),
            ("vectors", self.vectors),
            ("farms", self.farms),
            ("peft", self.peft != Peft::No),
            ("intra", self.intra),
            ("stacked", self.stacked),
        ];
        match asked.iter().find(|(_, asked)| *asked) {
            Some((option, _)) => Err(refused("conv2d-fft", true, format!("not together with {option}"))),
            None => Ok(()),
        }
    }

    /// Values of the fit that say too much, or too little.
    fn check_fit(&self) -> Result<(), Error> {
        let peak = self.fix_fingers == FixFingers::XminPeak
            || self.fit == FitLaw::TruncatedAtPeak
            || self.xmin_method == XminRule::Peak;
        if self.xmax != 0 && self.xmax_force {
            return Err(refused("xmax", self.xmax, "a number or force, not both"));
        }
        if (self.xmax != 0 || self.xmax_force) && self.fix_fingers != FixFingers::No {
            return Err(refused("fix-fingers", self.fix_fingers.word(), "not together with xmax"));
        }
        if self.fix_fingers == FixFingers::ClipXmax && self.fit != FitLaw::PowerLaw {
            return Err(refused("fix-fingers", "clip_xmax", "only with fit PL"));
        }
        if self.fix_fingers == FixFingers::XminPeak && self.xmin_method != XminRule::Ks {
            return Err(refused(
                "xmin-method",
                self.xmin_method.word(),
                "not together with fix-fingers xmin_peak",
            ));
        }
        if let (Some(xmin_max), false) = (self.xmin_max, peak) {
            return Err(refused(
                "xmin-max",
                xmin_max,
                "only with an xmin near the peak: fix-fingers xmin_peak",
            ));
        }
        if self.max_fingers == 0 {
            return Err(refused("max-fingers", 0, "at least 1"));
        }
        TailFitter::new(self).map(|_| ())
    }
}

/// With fewer, a tail would be fitted by the rule for layers that have no more.
const FEWEST_EIGS: usize = 20;

/// Below this not even the buffers of a small layer fit.
const SMALLEST_BUDGET: u64 = 16 << 20;

fn refused(option: &'static str, value: impl ToString, allowed: impl Into<String>) -> Error {
    Error::Option { option, value: value.to_string(), allowed: allowed.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_pass() {
        assert!(AnalyzeOptions::default().check().is_ok());
    }

    #[test]
    fn an_option_out_of_range_is_named_with_its_value_and_what_is_allowed() {
        let options = AnalyzeOptions { max_evals: 4, ..AnalyzeOptions::default() };
        let message = options.check().unwrap_err().to_string();
        assert_eq!(message, "option max-evals: 4 is not allowed; at least min-evals, 8");
    }

    #[test]
    fn a_part_of_the_spectrum_is_refused_where_all_of_it_is_needed() {
        let message = |options: AnalyzeOptions| options.check().unwrap_err().to_string();
        let top = AnalyzeOptions { eigs: Eigs::Top(50), ..AnalyzeOptions::default() };
        assert!(top.clone().check().is_ok());
        assert_eq!(
            message(AnalyzeOptions { mp_fit: true, ..top.clone() }),
            "option eigs: top:50 is not allowed; not together with mp-fit, which needs all eigenvalues"
        );
        assert!(message(AnalyzeOptions { eigs: Eigs::Top(19), ..top }).contains("at least 20"));
    }

    #[test]
    fn options_of_the_fit_that_contradict_each_other_are_refused() {
        let message = |options: AnalyzeOptions| options.check().unwrap_err().to_string();
        let default = AnalyzeOptions::default;
        let clip = AnalyzeOptions { fix_fingers: FixFingers::ClipXmax, ..default() };
        assert_eq!(
            message(AnalyzeOptions { xmax: 5, ..clip.clone() }),
            "option fix-fingers: clip_xmax is not allowed; not together with xmax"
        );
        assert_eq!(
            message(AnalyzeOptions { fit: FitLaw::Truncated, ..clip.clone() }),
            "option fix-fingers: clip_xmax is not allowed; only with fit PL"
        );
        assert!(message(AnalyzeOptions { finger_thresh: -1.0, ..clip }).contains("finger_thresh is -1"));
        assert!(message(AnalyzeOptions { xmax_force: true, ..default() }).contains("pl_package"));
        assert!(message(AnalyzeOptions { xmin_max: Some(2.0), ..default() }).contains("xmin-max: 2"));
        let share = AnalyzeOptions { xmin_method: XminRule::Fraction(1.5), ..default() };
        assert!(message(share).contains("xmin_fraction is 1.5"));
        let whole = AnalyzeOptions { conv2d_fft: true, pool: false, ..default() };
        assert_eq!(message(whole), "option conv2d-fft: true is not allowed; not together with no-pool");
        assert!(AnalyzeOptions { fit: FitLaw::Truncated, ..default() }.check().is_ok());
    }
}
