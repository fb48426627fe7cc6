//! A family of simulated spectra in, what every fit made of each of them out.

use heavytail_fits::{
    AlphaInterval, BootstrapOptions, Noise, PowerLawOptions, SquareLaw, TailLaw, XminMethod,
    alpha_sensitivity, asymptotic_interval, bootstrap_interval, compare_alternatives, edge_test,
    fit_power_law, fit_truncated, goodness_of_fit, hill_alpha, mp_fit, optimal_threshold, stable_alpha,
};

use crate::statistics_draws::Draws;

/// One trial's answers, by their place in the family's list of names.
pub(crate) type Answers = Vec<Option<Answer>>;

/// What a trial says of one quantity.
#[derive(Clone, Copy)]
pub(crate) enum Answer {
    /// An estimate less the truth.
    Error(f64),
    /// A number that has no truth.
    Value(f64),
    /// Whether something came true.
    Hit(bool),
}

type AnyError = Box<dyn std::error::Error + Send + Sync>;

fn error(value: f64) -> Option<Answer> {
    Some(Answer::Error(value))
}

fn hit(value: bool) -> Option<Answer> {
    Some(Answer::Hit(value))
}

fn covers(interval: AlphaInterval, truth: f64) -> Option<Answer> {
    hit(interval.low <= truth && truth <= interval.high)
}

/// Names of what [`alpha`] answers.
pub(crate) const ALPHA: &[&str] = &[
    "alpha",
    "its asymptotic interval",
    "its bootstrap interval, B = 100",
    "alpha_stable",
    "hill_alpha",
    "gof_p below 0.1",
    "alpha_sensitivity",
    "best_fit is not power_law",
];

/// The power law fitted to a spectrum whose tail has the exponent `truth`, with resampling where `resample`.
pub(crate) fn alpha(spectrum: &[f64], truth: f64, seed: u64, resample: bool) -> Result<Answers, AnyError> {
    let options = PowerLawOptions::default().check()?;
    let fit = fit_power_law(spectrum, &options)?;
    let stable = stable_alpha(spectrum, &fit, &options)?;
    let bootstrap = BootstrapOptions { resamples: 100, seed }.check()?;
    let (interval, p) = if resample {
        let interval = bootstrap_interval(spectrum, &fit, &options, bootstrap)?;
        (Some(interval), Some(goodness_of_fit(spectrum, &fit, &options, bootstrap)?))
    } else {
        (None, None)
    };
    Ok(vec![
        error(fit.alpha - truth),
        covers(asymptotic_interval(&fit, stable.choice_variance), truth),
        interval.and_then(|interval| covers(interval, truth)),
        error(stable.alpha_stable - truth),
        error(hill_alpha(spectrum, &options)? - truth),
        p.and_then(|p| hit(p < 0.1)),
        Some(Answer::Value(alpha_sensitivity(spectrum, &fit, &options)?.spread())),
        hit(compare_alternatives(spectrum, &fit)?.best_fit != TailLaw::PowerLaw),
    ])
}

/// Names of what [`truncated`] answers.
pub(crate) const TRUNCATED: &[&str] = &[
    "alpha, xmin known",
    "alpha ± 1.96 its standard error",
    "Lambda, xmin known",
    "Lambda ± 1.96 its standard error",
    "alpha, xmin chosen",
    "best_fit is truncated_power_law",
    "alpha of the power law",
];

/// The truncated power law fitted to its own draws from 1 on.
pub(crate) fn truncated(spectrum: &[f64], alpha: f64, lambda: f64) -> Result<Answers, AnyError> {
    let whole = PowerLawOptions { xmin_method: XminMethod::Fraction(1.0), ..Default::default() }.check()?;
    let known = fit_truncated(spectrum, &whole)?;
    let chosen = fit_truncated(spectrum, &PowerLawOptions::default().check()?)?;
    let power = fit_power_law(spectrum, &whole)?;
    let within = |error: f64, sigma: f64| Answer::Hit(error.abs() <= 1.96 * sigma);
    Ok(vec![
        error(known.alpha - alpha),
        known.sigmas.map(|sigmas| within(known.alpha - alpha, sigmas.0)),
        error(known.lambda - lambda),
        known.sigmas.map(|sigmas| within(known.lambda - lambda, sigmas.1)),
        error(chosen.alpha - alpha),
        hit(compare_alternatives(spectrum, &power)?.best_fit == TailLaw::TruncatedPowerLaw),
        error(power.alpha - alpha),
    ])
}

/// Names of what [`exponential`] answers.
pub(crate) const EXPONENTIAL: &[&str] =
    &["rate", "rate ± 1.96 rate/√n", "best_fit is exponential", "best_fit is power_law"];

/// The laws fitted to draws of an exponential from 1 on.
pub(crate) fn exponential(spectrum: &[f64], rate: f64) -> Result<Answers, AnyError> {
    let whole = PowerLawOptions { xmin_method: XminMethod::Fraction(1.0), ..Default::default() }.check()?;
    let found = compare_alternatives(spectrum, &fit_power_law(spectrum, &whole)?)?;
    let off = found.exponential_rate - rate;
    let sigma = found.exponential_rate / (spectrum.len() as f64).sqrt();
    Ok(vec![
        error(off),
        hit(off.abs() <= 1.96 * sigma),
        hit(found.best_fit == TailLaw::Exponential),
        hit(found.best_fit == TailLaw::PowerLaw),
    ])
}

/// Names of what [`lognormal`] answers.
pub(crate) const LOGNORMAL: &[&str] = &["mu", "sigma", "best_fit is lognormal", "best_fit is power_law"];

/// The laws fitted to draws of a lognormal above 1.
pub(crate) fn lognormal(spectrum: &[f64], mu: f64, sigma: f64) -> Result<Answers, AnyError> {
    let whole = PowerLawOptions { xmin_method: XminMethod::Fraction(1.0), ..Default::default() }.check()?;
    let found = compare_alternatives(spectrum, &fit_power_law(spectrum, &whole)?)?;
    // The law is relative to the smallest value.
    let start = spectrum.first().copied().unwrap_or(1.0).ln();
    Ok(vec![
        found.lognormal_law.map(|law| Answer::Error(law.mu + start - mu)),
        found.lognormal_law.map(|law| Answer::Error(law.sigma - sigma)),
        hit(found.best_fit == TailLaw::Lognormal),
        hit(found.best_fit == TailLaw::PowerLaw),
    ])
}

/// Names of what [`bulk`] answers.
pub(crate) const BULK: &[&str] = &[
    "standard deviation of the entries, by the fit",
    "standard deviation of the entries, by the median",
    "num_spikes is right",
    "number above the optimal threshold, noise from the median, is right",
    "Tracy–Widom p < 0.05, variance known",
    "Tracy–Widom p < 0.05, variance by the fit",
    "Tracy–Widom p < 0.05, variance by the median",
];

/// The bulk fitted to a random matrix with unit variance and `spikes` planted values.
pub(crate) fn bulk(spectrum: &[f64], rows: usize, spikes: usize) -> Result<Answers, AnyError> {
    let columns = spectrum.len();
    let fit = mp_fit(spectrum, rows, columns, SquareLaw::QuarterCircle)?;
    let optimal = optimal_threshold(spectrum, rows, columns, Noise::FromMedian)?;
    let width = (rows as f64).sqrt() + (columns as f64).sqrt();
    let fitted = fit.bulk_max / (width * width);
    let largest = spectrum.last().copied().unwrap_or(0.0);
    let significant = |variance| hit(edge_test(largest, rows, columns, variance, 1).p < 0.05);
    Ok(vec![
        error(fitted.sqrt() - 1.0),
        error(optimal.noise_variance.sqrt() - 1.0),
        hit(fit.num_spikes == spikes),
        hit(optimal.num_spikes == spikes),
        significant(1.0),
        significant(fitted),
        significant(optimal.noise_variance),
    ])
}

/// A spectrum's draws and what is asked of it.
pub(crate) struct Family {
    pub(crate) title: &'static str,
    pub(crate) names: &'static [&'static str],
    /// Whether the trials resample, which takes most of their time.
    pub(crate) resamples: bool,
    pub(crate) trial: fn(&mut Draws, usize, u64, bool) -> Result<Answers, AnyError>,
}

/// The tables, in their order.
pub(crate) const FAMILIES: &[Family] = &[
    Family {
        title: "Power law, alpha = 3, from xmin = 1 on",
        names: ALPHA,
        resamples: true,
        trial: |draws, n, seed, resample| alpha(&draws.power_law(n, 3.0), 3.0, seed, resample),
    },
    Family {
        title: "Power law, alpha = 3, of 30 % of the values above a lognormal bulk",
        names: ALPHA,
        resamples: true,
        trial: |draws, n, seed, resample| alpha(&draws.power_law_on_lognormal(n, 3.0), 3.0, seed, resample),
    },
    Family {
        title: "Power law, alpha = 2.5, that an exponential bulk runs smoothly into",
        names: ALPHA,
        resamples: true,
        trial: |draws, n, seed, resample| alpha(&draws.power_law_on_exponential(n, 2.5), 2.5, seed, resample),
    },
    Family {
        title: "Truncated power law, alpha = 2, Lambda = 0.1, from xmin = 1 on",
        names: TRUNCATED,
        resamples: false,
        trial: |draws, n, _, _| truncated(&draws.truncated(n, 2.0, 0.1), 2.0, 0.1),
    },
    Family {
        title: "Exponential, rate 1, from xmin = 1 on",
        names: EXPONENTIAL,
        resamples: false,
        trial: |draws, n, _, _| exponential(&draws.exponential(n, 1.0), 1.0),
    },
    Family {
        title: "Lognormal, mu = 0.5, sigma = 0.7, above xmin = 1",
        names: LOGNORMAL,
        resamples: false,
        trial: |draws, n, _, _| lognormal(&draws.lognormal(n, 0.5, 0.7), 0.5, 0.7),
    },
    Family {
        title: "Marchenko–Pastur: random matrices 3n×n, no spike",
        names: BULK,
        resamples: false,
        trial: |draws, n, _, _| bulk(&draws.random_matrix(3 * n, n, 1.0), 3 * n, 0),
    },
    Family {
        title: "Marchenko–Pastur: square random matrices, no spike",
        names: BULK,
        resamples: false,
        trial: |draws, n, _, _| bulk(&draws.random_matrix(n, n, 1.0), n, 0),
    },
    Family {
        title: "Spiked Marchenko–Pastur: random matrices 3n×n, one direction of variance 4",
        names: BULK,
        resamples: false,
        trial: |draws, n, _, _| bulk(&draws.random_matrix(3 * n, n, 4.0), 3 * n, 1),
    },
];
