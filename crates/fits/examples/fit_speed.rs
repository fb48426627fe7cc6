//! Shapes and sizes in, milliseconds of the power-law fit, the stable alpha, the
//! truncated power law, 100 bootstrap samples and the Marchenko–Pastur fit out.
//!
//! `cargo run --release -p heavytail-fits --example fit_speed` prints one line a shape and size, the
//! least of five runs on one core, next to the naive loop over all candidates
//! (bootstrap: below 4096 values).

use std::hint::black_box;
use std::io::Write as _;
use std::time::Instant;

use heavytail_fits::{
    BootstrapOptions, PowerLawOptions, SquareLaw, bootstrap_interval, fit_power_law, fit_truncated, mp_fit,
    power_law_candidates, stable_alpha,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = PowerLawOptions::default().check()?;
    let hundred = BootstrapOptions::default().check()?;
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "{:<26} {:>6} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "shape", "n", "fit", "stable", "TPL", "bootstrap", "MP", "naive"
    )?;
    for n in [256, 768, 4096, 16384] {
        for (name, eigenvalues) in shapes(n) {
            let found = fit_power_law(&eigenvalues, &options)?;
            let fit = least_ms(|| fit_power_law(black_box(&eigenvalues), &options).is_ok());
            let stable = least_ms(|| stable_alpha(black_box(&eigenvalues), &found, &options).is_ok());
            let truncated = least_ms(|| fit_truncated(black_box(&eigenvalues), &options).is_ok());
            let bootstrap = least_ms(|| {
                n < 4096 && bootstrap_interval(black_box(&eigenvalues), &found, &options, hundred).is_ok()
            });
            let bulk = least_ms(|| mp_fit(black_box(&eigenvalues), 4 * n, n, SquareLaw::default()).is_ok());
            let naive = least_ms(|| power_law_candidates(black_box(&eigenvalues), &options).is_ok());
            writeln!(
                out,
                "{name:<26} {n:>6} {fit:>9.3} {stable:>9.3} {truncated:>9.3} {bootstrap:>9.3} {bulk:>9.3} {naive:>9.3}"
            )?;
        }
    }
    Ok(())
}

fn least_ms(mut work: impl FnMut() -> bool) -> f64 {
    let once = |_| {
        let start = Instant::now();
        black_box(work());
        start.elapsed().as_secs_f64() * 1e3
    };
    (0..5).map(once).fold(f64::INFINITY, f64::min)
}

fn shapes(n: usize) -> Vec<(&'static str, Vec<f64>)> {
    // A golden-ratio sequence scattered by a cubic stands in for random draws.
    let scattered = |i: usize| {
        let share = (i as f64 * 0.618_033_988_749_894_9).fract();
        (share + 0.3 * (share * 997.0).sin() / n as f64).clamp(1e-9, 1.0 - 1e-9)
    };
    let sorted = |draw: &dyn Fn(f64) -> f64| {
        let mut values: Vec<f64> = (0..n).map(|i| draw(scattered(i + 1))).collect();
        values.sort_by(f64::total_cmp);
        values
    };
    let logit = |share: f64| (share / (1.0 - share)).ln() * 0.6;
    let mut plateau = vec![0.5; n / 2];
    plateau.extend((0..n - n / 2).map(|i| 0.5 * (1.0 - i as f64 / (n - n / 2) as f64).powf(-0.5)));
    vec![
        ("power law", sorted(&|share| share.powf(-0.5))),
        ("exact power law", (0..n).map(|i| (1.0 - i as f64 / n as f64).powf(-0.5)).collect()),
        ("power law, very heavy", sorted(&|share| share.powf(-3.0))),
        ("lognormal-like", sorted(&|share| logit(share).exp())),
        ("uniform", sorted(&|share| share)),
        ("plateau, then power law", plateau),
        ("nearly flat", sorted(&|share| 1.0 + 1e-9 * share)),
        ("geometric", (0..n).map(|i| 0.01 * (i as f64 * 8.0 / n as f64).exp()).collect()),
        ("bulk and tail", sorted(&|share| if share > 0.2 { 1.2 - share } else { (share / 0.2).powf(-0.4) })),
    ]
}
