//! Handmade tables for the tests: a model with something of everything, and copies of it with other alphas.

use heavytail::columns_fit::{ALPHA, KS_DISTANCE, NUM_PL_SPIKES, STATUS, XMIN};
use heavytail::columns_layer::{LAYER_ID, LAYER_TYPE, LONGNAME, M, N, NAME, REASON};
use heavytail::columns_spectrum::{HAS_ESD, LOG_SPECTRAL_NORM, STABLE_RANK};
use heavytail::columns_stable::ALPHA_STABLE;
use heavytail::{Details, ModelOrigin, Row, Uncovered};

/// A row with that id, name and alpha; −1 stands for a failed fit.
pub(crate) fn row(id: i64, name: &str, alpha: f64) -> Row {
    let mut row = Row::new();
    row.set(&LAYER_ID, id);
    row.set(&NAME, name);
    row.set(&LONGNAME, name);
    row.set(&LAYER_TYPE, "dense");
    row.set(&N, 3072_usize);
    row.set(&M, 768_usize);
    row.set(&HAS_ESD, true);
    row.set(&ALPHA, alpha);
    row.set(&LOG_SPECTRAL_NORM, 1.0 + alpha / 8.0);
    row.set(&STABLE_RANK, 12.25);
    if alpha > 1.0 {
        row.set(&STATUS, "success");
        row.set(&ALPHA_STABLE, alpha - 0.125);
        row.set(&KS_DISTANCE, 0.03125);
        row.set(&XMIN, 2.5);
        row.set(&NUM_PL_SPIKES, 120_i64);
    } else {
        row.set(&STATUS, "failed");
        row.set(&KS_DISTANCE, -1.0);
        row.set(&XMIN, f64::NAN);
        row.set(&REASON, "all eigenvalues are zero");
    }
    row
}

fn uncovered(name: &str, shape: &[usize], reason: &str, message: &str) -> Uncovered {
    Uncovered {
        name: name.to_owned(),
        dtype: "f32".to_owned(),
        shape: shape.to_vec(),
        reason: reason.to_owned(),
        message: message.to_owned(),
    }
}

/// A table of those layers.
pub(crate) fn of(layers: &[(&str, f64)]) -> Details {
    let rows = layers.iter().zip(1..).map(|((name, alpha), id)| row(id, name, *alpha)).collect();
    Details { rows, ..Details::default() }
}

/// Well trained, over- and under-trained layers, one without a fit, and names from a hostile file.
pub(crate) fn model() -> Details {
    let mut details = of(&[
        ("transformer.h.0.attn.c_attn", 3.25),
        ("transformer.h.0.attn.c_proj", 7.5),
        ("transformer.h.0.mlp.c_fc", 1.75),
        ("transformer.h.1.attn.c_attn", 4.0),
        ("transformer.h.1.attn.c_proj", 11.0),
        ("transformer.h.1.mlp.c_fc", -1.0),
        ("注意力.0.größe", 2.5),
        ("evil\u{1b}[2J\u{1b}]0;owned\u{7}\nname\u{202e}", 3.5),
    ]);
    details.origin = ModelOrigin {
        path: "models/gpt".into(),
        format: "safetensors".to_owned(),
        files: vec!["models/gpt/model.safetensors".into()],
        tensors: 11,
    };
    details.coverage = vec![
        uncovered("h.0.ln_1.weight", &[768], "norm", "the scale of a normalisation"),
        uncovered("h.0.bias\u{1b}[31m", &[768], "bias", "a bias"),
        uncovered("h.1.bias", &[768], "bias", "a bias"),
        uncovered("tiny", &[4, 4], "too_few_eigenvalues", "4 eigenvalues, fewer than min-evals 8"),
        uncovered("step", &[], "scalar_or_vector", "a scalar"),
    ];
    details.options = vec![("seed".to_owned(), "0".to_owned()), ("min-evals".to_owned(), "8".to_owned())];
    details
}
