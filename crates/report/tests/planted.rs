//! Numbers of layers and planted exponents in, details tables out: models whose answer is known.

use heavytail::columns_fit::{
    ALPHA, ALPHA_CI_HIGH, ALPHA_CI_LOW, ALPHA_WEIGHTED, KS_DISTANCE, NUM_PL_SPIKES, SIGMA, STATUS, WARNING,
    XMAX, XMIN,
};
use heavytail::columns_layer::{LAYER_ID, LAYER_TYPE, LONGNAME, M, N, NAME, Q, REASON, RF, VERDICT};
use heavytail::columns_spectrum::{LAMBDA_MAX, LOG_NORM, LOG_SPECTRAL_NORM, NORM, NUM_EVALS, STABLE_RANK};
use heavytail::columns_stable::{ALPHA_STABLE, ALPHA_STABLE_SPREAD, AMBIGUOUS};
use heavytail::{Details, LayerCurves, LayerVerdict, ModelOrigin, Row, TailCandidate, Uncovered};
use heavytail_fits::{PowerLawOptions, fit_power_law, power_law_candidates, stable_alpha};

/// The four matrices of a GPT-2 block, by (name, N, M).
const BLOCK: [(&str, usize, usize); 4] = [
    ("attn.c_attn", 2304, 768),
    ("attn.c_proj", 768, 768),
    ("mlp.c_fc", 3072, 768),
    ("mlp.c_proj", 3072, 768),
];

/// A stream of uniform numbers (splitmix64, Steele, Lea and Flood 2014), the same for the same seed.
struct Uniform(u64);

impl Uniform {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// `n` ascending eigenvalues: a bulk that ends at 1, and from there a tail of n/6 with density exponent `alpha`.
pub(crate) fn spectrum(n: usize, alpha: f64, seed: u64) -> Vec<f64> {
    let mut uniform = Uniform(seed);
    let tail = n / 6;
    let mut values: Vec<f64> = (0..n - tail).map(|_| (0.03 + 0.97 * uniform.next().sqrt()).powi(2)).collect();
    values.extend((0..tail).map(|_| (1.0 - uniform.next()).powf(-1.0 / (alpha - 1.0))));
    values.sort_by(f64::total_cmp);
    values
}

/// A layer's row and curves from its spectrum, fitted as the engine fits.
pub(crate) fn layer(
    id: usize,
    name: &str,
    shape: (usize, usize),
    eigenvalues: Vec<f64>,
) -> (Row, LayerCurves) {
    let options = PowerLawOptions::default().check().unwrap();
    let fit = fit_power_law(&eigenvalues, &options).unwrap();
    let stable = stable_alpha(&eigenvalues, &fit, &options).unwrap();
    let (largest, sum) = (*eigenvalues.last().unwrap(), eigenvalues.iter().sum::<f64>());
    let mut row = Row::new();
    row.set(&LAYER_ID, id);
    row.set(&NAME, name);
    row.set(&LONGNAME, name);
    row.set(&LAYER_TYPE, "dense");
    row.set(&N, shape.0);
    row.set(&M, shape.1);
    row.set(&RF, 1_usize);
    row.set(&Q, shape.0 as f64 / shape.1 as f64);
    row.set(&NUM_EVALS, eigenvalues.len());
    row.set(&LAMBDA_MAX, largest);
    row.set(&LOG_SPECTRAL_NORM, largest.log10());
    row.set(&NORM, sum);
    row.set(&LOG_NORM, sum.log10());
    row.set(&STABLE_RANK, sum / largest);
    row.set(&ALPHA, fit.alpha);
    row.set(&ALPHA_CI_LOW, fit.alpha - 1.96 * fit.sigma);
    row.set(&ALPHA_CI_HIGH, fit.alpha + 1.96 * fit.sigma);
    row.set(&ALPHA_WEIGHTED, fit.alpha * largest.log10());
    row.set(&XMIN, fit.xmin);
    row.set(&XMAX, fit.xmax);
    row.set(&KS_DISTANCE, fit.ks_distance);
    row.set(&SIGMA, fit.sigma);
    row.set(&NUM_PL_SPIKES, fit.num_pl_spikes);
    row.set(&ALPHA_STABLE, stable.alpha_stable);
    row.set(&ALPHA_STABLE_SPREAD, stable.alpha_stable_spread);
    row.set(&AMBIGUOUS, stable.ambiguous());
    row.set(&STATUS, "success");
    row.set(&WARNING, if fit.alpha > 6.0 { "under-trained" } else { "" });
    row.set(&VERDICT, LayerVerdict::of_alpha(fit.alpha).name());
    let candidates = power_law_candidates(&eigenvalues, &options)
        .unwrap()
        .into_iter()
        .map(|one| TailCandidate { xmin: one.xmin, alpha: one.alpha, ks_distance: one.ks_distance })
        .collect();
    // Where the planted bulk ends.
    let bulk_edge = Some(1.0);
    (row, LayerCurves { eigenvalues, candidates, bulk_edge, ..LayerCurves::default() })
}

/// A GPT-2-shaped model of `layers` layers with `n` eigenvalues each, planted exponents 3 to 4.5, and exponent 9 in the
/// attention projections of the blocks in `starved`. Spectra repeat after 64 layers.
pub(crate) fn model(layers: usize, n: usize, starved: &[usize], seed: u64) -> Details {
    let mut details = empty("planted/model.safetensors");
    for index in 0..layers {
        let (name, shape, alpha) = match index {
            0 => ("wte".to_owned(), (50257, 768), 3.2),
            1 => ("wpe".to_owned(), (1024, 768), 2.4),
            _ => {
                let (block, (part, rows, columns)) = ((index - 2) / 4, BLOCK[(index - 2) % 4]);
                let ill = part == "attn.c_proj" && starved.contains(&block);
                let alpha = if ill { 9.0 } else { 3.0 + 0.5 * ((index - 2) % 4) as f64 };
                (format!("h.{block}.{part}"), (rows, columns), alpha)
            }
        };
        let (row, curves) = layer(index + 1, &name, shape, spectrum(n, alpha, seed + (index % 64) as u64));
        details.rows.push(row);
        details.curves.push(Some(curves));
    }
    details
}

/// A table without rows.
pub(crate) fn empty(path: &str) -> Details {
    Details {
        origin: ModelOrigin {
            path: path.into(),
            format: "safetensors".to_owned(),
            files: vec![path.into()],
            tensors: 148,
        },
        coverage: vec![
            uncovered("h.0.ln_1.weight", &[768], "norm", "a normalisation layer has no matrix"),
            uncovered("h.0.ln_1.bias", &[768], "bias", "a bias has no matrix"),
            uncovered(
                "head.weight",
                &[4, 768],
                "too_few_eigenvalues",
                "4 eigenvalues, fewer than min-evals 8",
            ),
        ],
        options: vec![("min-evals".to_owned(), "8".to_owned()), ("seed".to_owned(), "0".to_owned())],
        ..Details::default()
    }
}

/// A row without a fit.
pub(crate) fn unfitted(id: usize, name: &str) -> Row {
    let mut row = Row::new();
    row.set(&LAYER_ID, id);
    row.set(&LONGNAME, name);
    row.set(&ALPHA, -1.0);
    row.set(&STATUS, "failed");
    row.set(&REASON, "no eigenvalue above 1e-5");
    row.set(&VERDICT, LayerVerdict::NoFit.name());
    row
}

pub(crate) fn uncovered(name: &str, shape: &[usize], reason: &str, message: &str) -> Uncovered {
    Uncovered {
        name: name.to_owned(),
        dtype: "F32".to_owned(),
        shape: shape.to_vec(),
        reason: reason.to_owned(),
        message: message.to_owned(),
    }
}
