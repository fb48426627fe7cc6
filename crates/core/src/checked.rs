//! Options as given in, options that can be in every combination out, or the error that names the wrong one.

use crate::error::Error;
use crate::options::AnalyzeOptions;

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
        if self.memory.is_some_and(|bytes| bytes < SMALLEST_BUDGET) {
            let value = self.memory.unwrap_or_default();
            return Err(refused("memory", value, format!("at least {SMALLEST_BUDGET} bytes (16M)")));
        }
        Ok(CheckedOptions { options: self })
    }
}

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
}
