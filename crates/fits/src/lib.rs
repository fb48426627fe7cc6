//! Sorted eigenvalues in, fits out: power laws, their rivals, and how sure each of them is.
//!
//! Every function takes a slice of finite eigenvalues in ascending order and returns numbers or a
//! [`FitFailure`] that says why there are none. Nothing here knows matrices, layers or files.
//!
//! ```
//! use heavytail_fits::{PowerLawOptions, fit_power_law};
//!
//! // Quantiles of the Pareto law with density exponent 3.
//! let eigenvalues: Vec<f64> = (0..500).map(|i| (1.0 - f64::from(i) / 500.0).powf(-0.5)).collect();
//! let options = PowerLawOptions::default().check()?;
//! let fit = fit_power_law(&eigenvalues, &options)?;
//! assert!((fit.alpha - 3.0).abs() < 0.1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod alternatives;
mod bootstrap;
mod det_x;
mod draw;
mod error;
mod exponential_kernel;
mod fingers;
mod gauss_legendre;
mod kde;
mod ks;
mod lognormal;
mod minimize;
mod mp_fit;
mod mp_law;
mod optimal_threshold;
mod package_powerlaw;
mod power_law;
mod power_law_options;
mod power_law_small;
mod sensitivity;
mod spacing;
mod stable_alpha;
mod tail;
mod tracy_widom;
mod truncated;
mod truncated_ks;
mod truncated_law;
mod truncated_mle;
mod weight_laws;
mod xmin_method;
mod xmin_peak;

pub use alternatives::{Alternatives, LikelihoodRatio, TailLaw, compare_alternatives};
pub use bootstrap::{
    AlphaInterval, BootstrapOptions, CheckedBootstrapOptions, IntervalMethod, asymptotic_interval,
    bootstrap_interval, goodness_of_fit,
};
pub use det_x::{DetX, det_x};
pub use error::{FitFailure, OptionError};
pub use fingers::{CheckedFingerOptions, ClippedPowerLaw, FingerOptions, fit_clip_xmax};
pub use ks::ks_distance;
pub use lognormal::Lognormal;
pub use mp_fit::{MpFit, SquareLaw, mp_fit};
pub use mp_law::MarchenkoPastur;
pub use optimal_threshold::{Noise, OptimalThreshold, optimal_threshold};
pub use power_law::{Candidate, PowerLaw, SampleRule, fit_power_law, power_law_candidates};
pub use power_law_options::{CheckedPowerLawOptions, Cut, PowerLawOptions, Xmax, XminMethod};
pub use sensitivity::{AlphaSensitivity, alpha_sensitivity, hill_alpha};
pub use spacing::spacing_ratio;
pub use stable_alpha::{Rival, StableAlpha, stable_alpha};
pub use tracy_widom::{EdgeTest, edge_test, tracy_widom_p};
pub use truncated::{TruncatedPowerLaw, fit_truncated};
pub use truncated_law::ln_upper_gamma;
pub use weight_laws::{Side, SideFits, WeightFit, WeightLaw, fit_weights};
pub use xmin_peak::PeakRule;
