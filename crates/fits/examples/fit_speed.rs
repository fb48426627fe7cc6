//! Shapes and sizes in, a table in Markdown of the milliseconds of every fit out, on one core.
//!
//! `cargo run --release -p heavytail-fits --example fit_speed`: the least of five runs of the search for the power law, of
//! the stable alpha after it and of both, of the Marchenko–Pastur fit and, up to 4096 values, of the truncated power law.
//! `all` is the distance of every candidate without a limit.

use std::hint::black_box;
use std::io::Write as _;
use std::time::Instant;

use heavytail_fits::{
    PowerLawOptions, SquareLaw, fit_power_law, fit_truncated, mp_fit, power_law_candidates, stable_alpha,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let options = PowerLawOptions::default().check()?;
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "| shape | n | PL | stable | both alphas | all | MP | TPL |\n|---|---|---|---|---|---|---|---|"
    )?;
    for n in [256, 768, 4096, 16384] {
        for (name, eigenvalues) in shapes(n) {
            let found = fit_power_law(&eigenvalues, &options)?;
            let fit = least_ms(|| fit_power_law(black_box(&eigenvalues), &options).is_ok());
            let stable = least_ms(|| stable_alpha(black_box(&eigenvalues), &found, &options).is_ok());
            let all = least_ms(|| power_law_candidates(black_box(&eigenvalues), &options).is_ok());
            let bulk = least_ms(|| mp_fit(black_box(&eigenvalues), 4 * n, n, SquareLaw::default()).is_ok());
            let truncated = if n > 4096 {
                "–".to_owned()
            } else {
                format!("{:.2}", least_ms(|| fit_truncated(black_box(&eigenvalues), &options).is_ok()))
            };
            let both = fit + stable;
            writeln!(
                out,
                "| {name} | {n} | {fit:.1} | {stable:.1} | {both:.1} | {all:.1} | {bulk:.2} | {truncated} |"
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
    // A splitmix sequence: shares as random as those of trained weights, the same at every run.
    let scattered = |i: usize| {
        let mut bits = (i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (((bits ^ (bits >> 31)) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
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
