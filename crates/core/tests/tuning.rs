//! Planted changes of planted models: their size, rank and spikes told, whole checkpoints and adapters alike.

use heavytail::columns_spectrum::NORM;
use heavytail::tuning::{LayerChange, Tuning, compare_tuned};
use heavytail::{AnalyzeOptions, Cancel, Model, Silent};
use heavytail_formats::{MemorySource, MemoryTensor};

use crate::memory_model::{noise, tensor};

/// N×K times K×M.
fn product(left: &[f64], right: &[f64], (n, k, m): (usize, usize, usize)) -> Vec<f64> {
    let element = |i: usize, j: usize| (0..k).map(|l| left[i * k + l] * right[l * m + j]).sum();
    (0..n * m).map(|at| element(at / m, at % m)).collect()
}

fn sum(a: &[f64], b: &[f64], scale: f64) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a + scale * b).collect()
}

fn length(elements: &[f64]) -> f64 {
    elements.iter().map(|x| x * x).sum::<f64>().sqrt()
}

fn tuned(base: Vec<MemoryTensor>, tuned: Vec<MemoryTensor>, config: Option<&str>) -> Tuning {
    let (base, tuned) = (MemorySource::new(base).unwrap(), MemorySource::new(tuned).unwrap());
    let own = Model { adapter_config: config, ..Model::new(&tuned) };
    let options = AnalyzeOptions::default().check().unwrap();
    compare_tuned(("base", &Model::new(&base)), ("tuned", &own), &options, &Silent, &Cancel::new()).unwrap()
}

fn layer<'a>(tuning: &'a Tuning, name: &str) -> &'a LayerChange {
    tuning.layers.iter().find(|layer| layer.name == name).unwrap()
}

fn assert_close(value: Option<f64>, expected: f64) {
    let value = value.unwrap();
    assert!((value - expected).abs() < 1e-9 * expected.abs().max(1e-3), "{value} is not {expected}");
}

#[test]
fn a_planted_change_has_its_size_its_rank_and_its_spikes() {
    let w = noise(64 * 40, 1);
    let change = product(&noise(64 * 3, 2), &noise(3 * 40, 3), (64, 3, 40));
    let tuning = tuned(
        vec![tensor("a.weight", &[64, 40], &w), tensor("b.weight", &[64, 40], &w)],
        vec![tensor("a.weight", &[64, 40], &sum(&w, &change, 4.0)), tensor("b.weight", &[64, 40], &w)],
        None,
    );
    let moved = layer(&tuning, "a");
    assert_close(moved.frobenius, 4.0 * length(&change));
    assert_close(moved.relative, 4.0 * length(&change) / length(&w));
    assert!(moved.spectral.unwrap() < moved.frobenius.unwrap());
    assert!(moved.spectral.unwrap() > moved.frobenius.unwrap() / 3.0_f64.sqrt());
    assert_eq!((moved.rank, moved.new_spikes), (Some(3), Some(3)));
    assert!(moved.rank_90.unwrap() <= 3);
    let alphas = moved.alpha_tuned.unwrap() - moved.alpha_base.unwrap();
    assert_close(moved.delta_alpha, alphas);
    let still = layer(&tuning, "b");
    assert_eq!(
        (still.frobenius, still.rank, still.rank_90, still.new_spikes),
        (Some(0.0), Some(0), None, Some(0))
    );
    assert_eq!(still.delta_alpha, Some(0.0));
    assert!(tuning.sentence.starts_with("tuned changes 1 of 2 layers of base, by "), "{}", tuning.sentence);
    assert!(tuning.sentence.contains("3 more eigenvalues stand out of the bulk"), "{}", tuning.sentence);
    let spectrum = &tuning.change.curves[moved.change_row].as_ref().unwrap().eigenvalues;
    assert_close(Some(spectrum.iter().sum::<f64>().sqrt()), 4.0 * length(&change));
}

#[test]
fn layers_match_by_name_then_by_shape_and_what_does_not_is_listed() {
    let (w, v) = (noise(64 * 40, 1), noise(48 * 32, 2));
    let tuning = tuned(
        vec![
            tensor("model.a.weight", &[64, 40], &w),
            tensor("model.head.weight", &[48, 32], &v),
            tensor("model.other.weight", &[20, 40], &w[..800]),
            tensor("model.gone.weight", &[30, 10], &w[..300]),
        ],
        vec![
            tensor("a.weight", &[64, 40], &w),
            tensor("classifier.weight", &[48, 32], &sum(&v, &v, 0.5)),
            tensor("other.weight", &[50, 40], &w[..2000]),
        ],
        None,
    );
    assert_eq!(layer(&tuning, "a").base_name, "model.a");
    assert_close(layer(&tuning, "classifier").relative, 0.5);
    assert_eq!(layer(&tuning, "classifier").base_name, "model.head");
    assert_eq!(tuning.only_base, ["model.gone", "model.other (1 of 20x40)"]);
    assert_eq!(tuning.only_tuned, ["other (1 of 50x40)"]);
}

#[test]
fn an_adapter_is_told_as_the_checkpoint_that_it_makes() {
    let w = noise(64 * 40, 1);
    let (down, up) = (noise(4 * 40, 5), noise(64 * 4, 6));
    let change = product(&up, &down, (64, 4, 40));
    let base = || {
        vec![
            tensor("a.q_proj.weight", &[64, 40], &w),
            tensor("a.k_proj.weight", &[64, 40], &noise(64 * 40, 9)),
        ]
    };
    let adapter = vec![
        tensor("base_model.model.a.q_proj.lora_A.weight", &[4, 40], &down),
        tensor("base_model.model.a.q_proj.lora_B.weight", &[64, 4], &up),
        tensor("base_model.model.b.q_proj.lora_A.weight", &[4, 40], &down),
        tensor("base_model.model.b.q_proj.lora_B.weight", &[64, 4], &up),
    ];
    let of_adapter = tuned(base(), adapter, Some(r#"{"peft_type": "LORA", "lora_alpha": 6, "r": 4}"#));
    let mut whole = base();
    whole[0] = tensor("a.q_proj.weight", &[64, 40], &sum(&w, &change, 1.5));
    let of_checkpoint = tuned(base(), whole, None);
    assert!(of_adapter.is_adapter && !of_checkpoint.is_adapter);
    assert_eq!(of_adapter.layers.len(), 1);
    let (a, b) = (layer(&of_adapter, "a.q_proj"), layer(&of_checkpoint, "a.q_proj"));
    assert_close(a.frobenius, 1.5 * length(&change));
    assert_close(a.spectral, b.spectral.unwrap());
    assert_close(a.alpha_tuned, b.alpha_tuned.unwrap());
    assert_eq!((a.rank, a.new_spikes, a.rank_90), (Some(4), b.new_spikes, b.rank_90));
    assert_eq!(of_adapter.only_tuned, ["base_model.model.b.q_proj.lora_BA"]);
    assert_eq!(of_adapter.tuned.rows.len(), 2);
    assert_eq!(of_adapter.tuned.rows[1], of_adapter.base.rows[1], "what is not adapted is as in the base");
    assert!(
        of_adapter.sentence.starts_with("tuned changes 1 of 2 layers of base"),
        "{}",
        of_adapter.sentence
    );
}

/// A layer of 40 outputs adapted by DoRA: the files of the adapter, and the weight that it makes. `inputs_first` is how
/// the weight is stored.
fn dora(inputs: usize, w: &[f64], inputs_first: bool) -> (Vec<MemoryTensor>, Vec<f64>) {
    let (down, up) = (noise(3 * inputs, 5), noise(40 * 3, 6));
    let lengths: Vec<f64> = (0..40).map(|output| 4.0 + f64::from(output) / 10.0).collect();
    let at = |output: usize, input: usize| {
        if inputs_first { input * 40 + output } else { output * inputs + input }
    };
    let change = product(&up, &down, (40, 3, inputs));
    let mut tuned = vec![0.0; w.len()];
    for (output, wanted) in lengths.iter().enumerate() {
        let merged: Vec<f64> =
            (0..inputs).map(|input| w[at(output, input)] + 2.0 * change[output * inputs + input]).collect();
        let factor = wanted / length(&merged);
        (0..inputs).for_each(|input| tuned[at(output, input)] = factor * merged[input]);
    }
    let adapter = vec![
        tensor("base_model.model.a.c_proj.lora_A.weight", &[3, inputs], &down),
        tensor("base_model.model.a.c_proj.lora_B.weight", &[40, 3], &up),
        tensor("base_model.model.a.c_proj.lora_magnitude_vector", &[40], &lengths),
    ];
    (adapter, tuned)
}

#[test]
fn a_dora_adapter_changes_what_its_rescaled_checkpoint_changes() {
    for (inputs, inputs_first) in [(64, false), (40, false), (40, true), (64, true)] {
        let shape = if inputs_first { [inputs, 40] } else { [40, inputs] };
        let w = noise(inputs * 40, 1);
        let (adapter, weight) = dora(inputs, &w, inputs_first);
        let base = || vec![tensor("a.c_proj.weight", &shape, &w)];
        let config = format!(
            r#"{{"peft_type": "LORA", "lora_alpha": 6, "r": 3, "use_dora": true, "fan_in_fan_out": {inputs_first}}}"#
        );
        let of_adapter = tuned(base(), adapter, Some(&config));
        let of_checkpoint = tuned(base(), vec![tensor("a.c_proj.weight", &shape, &weight)], None);
        let (a, b) = (layer(&of_adapter, "a.c_proj"), layer(&of_checkpoint, "a.c_proj"));
        assert_close(a.frobenius, length(&sum(&weight, &w, -1.0)));
        assert_close(a.spectral, b.spectral.unwrap());
        assert_close(a.relative, b.relative.unwrap());
        assert_close(a.stable_rank, b.stable_rank.unwrap());
        assert_close(a.alpha_tuned, b.alpha_tuned.unwrap());
        assert_eq!((a.rank, a.rank_90, a.new_spikes), (b.rank, b.rank_90, b.new_spikes));
        assert_eq!(
            (a.rank, a.reason.as_str()),
            (Some(40), b.reason.as_str()),
            "lengths move every direction"
        );
    }
}

#[test]
fn a_convolutions_change_counts_unscaled() {
    let w = noise(32 * 16 * 9, 1);
    let change = noise(32 * 16 * 9, 2);
    let tuning = tuned(
        vec![tensor("conv.weight", &[32, 16, 3, 3], &w)],
        vec![tensor("conv.weight", &[32, 16, 3, 3], &sum(&w, &change, 0.25))],
        None,
    );
    let moved = layer(&tuning, "conv");
    assert_close(moved.frobenius, 0.25 * length(&change));
    assert_close(moved.relative, 0.25 * length(&change) / length(&w));
    let scaled = tuning.change.rows[0].number(&NORM).unwrap();
    assert_close(Some(scaled), 0.5 * (0.25 * length(&change)).powi(2));
}

#[test]
fn the_same_model_twice_and_models_without_a_common_layer_are_told() {
    let model = |name: &str, rows: usize| vec![tensor(name, &[rows, 40], &noise(rows * 40, 1))];
    let same = tuned(model("a.weight", 64), model("a.weight", 64), None);
    assert_eq!(same.sentence, "tuned changes no layer of base.");
    let none = tuned(model("a.weight", 64), model("b.weight", 80), None);
    assert_eq!(none.sentence, "tuned and base have no layer in common.");
    assert_eq!(
        (none.only_base.as_slice(), none.only_tuned.as_slice()),
        (&["a".to_owned()][..], &["b".to_owned()][..])
    );
}
