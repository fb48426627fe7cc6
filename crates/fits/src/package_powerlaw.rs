//! The semantics of the Python package `powerlaw` 1.5, as options of our own fit.
//!
//! The reference can hand its fits to that package (`pl_package="powerlaw"`). Exponents and distances
//! are the same; what differs is that there is no rule for fewer than 20 values, and that a law may be
//! ended at the largest value (`xmax="force"`): each distribution function is then divided by its
//! value there, while the exponent stays what it is without an end.

use crate::power_law_options::PowerLawOptions;

impl PowerLawOptions {
    /// The options under which the fit is that of the package `powerlaw`.
    #[must_use]
    pub fn package_powerlaw() -> Self {
        Self { small_sample_rule: false, ..Self::default() }
    }
}

/// Share of the power law with density exponent `alpha` below the value whose logarithm is `log`
/// above that of xmin.
pub(crate) fn share_below(log: f64, alpha: f64) -> f64 {
    -((1.0 - alpha) * log).exp_m1()
}
