//! Rows that are not a layer's own weights: differences, adapters, products and the stack, against the reference.

use std::collections::BTreeMap;

use heavytail::columns_layer::{LAYER_TYPE, LONGNAME, M, N, REASON};
use heavytail::columns_spectrum::{LAMBDA_MAX, NORM, NUM_EVALS, SPECTRUM_METHOD};
use heavytail::{AnalyzeOptions, Model, Peft, TensorSource};
use heavytail_formats::{MemorySource, MemoryTensor};
use heavytail_testkit::golden::Rules;

use crate::golden_run::{assert_golden, compat, matrices, row, run, strict, weights};
use crate::memory_model::{noise, tensor};

/// Some layers of a source, in the order given.
fn only(source: &dyn TensorSource, names: &[&str]) -> MemorySource {
    let pick = |name: &&str| -> MemoryTensor {
        let full = format!("{name}.weight");
        let index = source.tensors().iter().position(|info| info.name == full).unwrap();
        let data = source.load(index).unwrap();
        let mut elements = vec![0.0; data.len()];
        data.decode(0, 1, &mut elements).unwrap();
        tensor(&full, data.shape(), &elements)
    };
    MemorySource::new(names.iter().map(pick).collect()).unwrap()
}

fn model(tensors: Vec<MemoryTensor>) -> MemorySource {
    MemorySource::new(tensors).unwrap()
}

#[test]
fn differences_are_the_references_in_its_own_file_order() {
    let (first, second) = (matrices(), weights("second.safetensors"));
    let order = std::fs::read_to_string(crate::golden_run::golden("order.json")).unwrap();
    let order: BTreeMap<String, Vec<String>> = serde_json::from_str(&order).unwrap();
    let known = |name: &&str| first.tensors().iter().any(|info| info.name == format!("{name}.weight"));
    let names: Vec<&str> = order["layers"].iter().map(String::as_str).filter(known).collect();
    let ordered = (only(first.as_ref(), &names), only(second.as_ref(), &names));
    let base = Model { base: Some(&ordered.0), ..Model::new(&ordered.1) };
    assert_golden(
        "details_base_model.csv",
        &run(&base, AnalyzeOptions { det_x: true, ..compat() }),
        &Rules { relative: 1e-5, ..strict() },
    );
}

#[test]
fn a_layer_that_the_base_lacks_is_the_references() {
    let small = ["dense_wide", "spiked", "square", "small12", "chain_b"];
    let lacking = ["dense_wide", "spiked", "small12", "chain_b"];
    let (model, base) =
        (only(matrices().as_ref(), &small), only(weights("second.safetensors").as_ref(), &lacking));
    let model = Model { base: Some(&base), ..Model::new(&model) };
    assert_golden(
        "details_base_missing_layer.csv",
        &run(&model, compat()),
        &Rules { relative: 1e-5, ..strict() },
    );
}

#[test]
fn a_product_of_neighbours_is_the_references() {
    let chain = only(matrices().as_ref(), &["chain_a", "chain_b"]);
    let dense = AnalyzeOptions { intra: true, sparsify: false, ..compat() };
    let rules = Rules { relative: 1e-5, ..strict() };
    assert_golden("details_intra_nosparsify.csv", &run(&Model::new(&chain), dense), &rules);
    // The gates are random: the scale of the spectrum is not.
    let masked = run(&Model::new(&chain), AnalyzeOptions { intra: true, ..compat() });
    let norm = row(&masked, "1 X 2 ").number(&NORM).unwrap();
    assert!((norm / 3.9574 - 1.0).abs() < 0.15, "{norm}");
}

#[test]
fn the_stack_is_the_references() {
    let chain = only(matrices().as_ref(), &["chain_a", "chain_b", "conv3"]);
    let options = AnalyzeOptions { stacked: true, ..compat() };
    let details = run(&Model::new(&chain), options.clone());
    assert_golden("details_stacked.csv", &details, &Rules { relative: 1e-5, ..strict() });
    let stack = row(&details, "Stacked Layer");
    assert_eq!((stack.text(&LAYER_TYPE), stack.text(&LONGNAME)), ("stacked", "chain_a"));
    let ours = run(&Model::new(&chain), AnalyzeOptions { compat: false, ..options });
    // All eigenvalues, and not as many as the first layer has.
    assert_eq!(row(&ours, "Stacked Layer").integer(&NUM_EVALS), Some(288));
}

#[test]
fn low_rank_updates_are_the_references() {
    let lora = weights("lora.safetensors");
    let peft = |peft| AnalyzeOptions { peft, ..compat() };
    let rules = Rules { relative: 1e-5, ..strict() };
    let updates = run(&Model::new(lora.as_ref()), peft(Peft::Lora));
    assert_eq!(updates.rows.len(), 2);
    assert_golden("details_peft.csv", &updates, &rules);
    let det_x = AnalyzeOptions { det_x: true, mp_fit: true, ..peft(Peft::WithBase) };
    assert_golden("details_peft_detX.csv", &run(&Model::new(lora.as_ref()), det_x), &rules);
    let with_base = run(&Model::new(lora.as_ref()), peft(Peft::WithBase));
    assert_golden("details_peft_with_base.csv", &with_base, &rules);
}

#[test]
fn a_difference_follows_the_full_name_and_a_mismatch_is_named() {
    let own = model(vec![
        tensor("a.weight", &[40, 20], &noise(800, 1)),
        tensor("b.weight", &[40, 20], &noise(800, 2)),
        tensor("c.weight", &[40, 20], &noise(800, 3)),
    ]);
    let base = model(vec![
        tensor("extra.weight", &[40, 20], &noise(800, 9)),
        tensor("b.weight", &[20, 30], &noise(600, 2)),
        tensor("a.weight", &[40, 20], &vec![0.0; 800]),
    ]);
    let plain = run(&Model::new(&own), AnalyzeOptions::default());
    let details = run(&Model { base: Some(&base), ..Model::new(&own) }, AnalyzeOptions::default());
    // a − 0 is a, whatever stands before it in the base model.
    assert_eq!(row(&details, "a").number(&NORM), row(&plain, "a").number(&NORM));
    assert!(row(&details, "b").text(&REASON).starts_with("is 40x20, but 20x30 in the base model"));
    assert_eq!(row(&details, "b").number(&NORM), None);
    assert!(row(&details, "c").text(&REASON).starts_with("the base model has no layer of this name"));
    assert_eq!(row(&details, "c").number(&NORM), row(&plain, "c").number(&NORM));
}

#[test]
fn an_adapters_file_scales_its_updates_and_thin_factors_tell_the_spectrum() {
    let (down, up) = (noise(8 * 60, 1), noise(90 * 8, 2));
    let adapter = model(vec![
        tensor("base_model.model.h.lora_A.weight", &[8, 60], &down),
        tensor("base_model.model.h.lora_B.weight", &[90, 8], &up),
    ]);
    let weight = noise(90 * 60, 3);
    let base = model(vec![tensor("h.weight", &[90, 60], &weight)]);
    let config = r#"{"peft_type": "LORA", "r": 8, "lora_alpha": 32}"#;
    let of = |config| {
        let model = Model { base: Some(&base), adapter_config: config, ..Model::new(&adapter) };
        run(&model, AnalyzeOptions { peft: Peft::WithBase, ..AnalyzeOptions::default() })
    };
    let (plain, scaled) = (of(None), of(Some(config)));
    let name = "base_model.model.h.lora_BA";
    let norm = |details| row(details, name).number(&NORM).unwrap();
    assert!((norm(&scaled) / norm(&plain) - 16.0).abs() < 1e-9);
    assert_eq!(row(&plain, name).text(&REASON), "no adapter_config.json tells the scale of B·A: taken as 1");
    let update = row(&scaled, name);
    assert_eq!((update.integer(&N), update.integer(&M)), (Some(90), Some(60)));
    assert_eq!((update.integer(&NUM_EVALS), update.text(&SPECTRUM_METHOD)), (Some(8), "svd"));
    // W + 4·B·A formed by hand has the merged row's spectrum.
    let mut sum = weight;
    for i in 0..90 {
        for j in 0..60 {
            sum[i * 60 + j] += 4.0 * (0..8).map(|k| up[i * 8 + k] * down[k * 60 + j]).sum::<f64>();
        }
    }
    let by_hand = model(vec![tensor("h.weight", &[90, 60], &sum)]);
    let by_hand = run(&Model::new(&by_hand), AnalyzeOptions::default());
    let merged = row(&scaled, "base_model.model.h.lora_W_plus_AB").number(&LAMBDA_MAX).unwrap();
    assert!((merged / row(&by_hand, "h").number(&LAMBDA_MAX).unwrap() - 1.0).abs() < 1e-10);
}

#[test]
fn doras_lengths_are_those_of_the_merged_rows() {
    let lengths: Vec<f64> = (0..40).map(|i| 1.0 + f64::from(i) / 10.0).collect();
    let adapter = model(vec![
        tensor("m.h.base_layer.weight", &[40, 24], &noise(960, 1)),
        tensor("m.h.lora_A.weight", &[8, 24], &noise(192, 2)),
        tensor("m.h.lora_B.weight", &[40, 8], &noise(320, 3)),
        tensor("m.h.lora_magnitude_vector", &[40], &lengths),
    ]);
    let options = AnalyzeOptions { peft: Peft::WithBase, ..AnalyzeOptions::default() };
    let details = run(&Model::new(&adapter), options);
    let norm = row(&details, "m.h.lora_W_plus_AB").number(&NORM).unwrap();
    let expected: f64 = lengths.iter().map(|length| length * length).sum();
    assert!((norm / expected - 1.0).abs() < 1e-12);
}

#[test]
fn derived_rows_have_shuffled_copies_and_eigenvectors_too() {
    let lora = weights("lora.safetensors");
    let options = AnalyzeOptions { randomize: true, vectors: true, farms: true, ..AnalyzeOptions::default() };
    let updates = run(&Model::new(lora.as_ref()), AnalyzeOptions { peft: Peft::WithBase, ..options.clone() });
    assert_eq!(updates.rows.len(), 6);
    let chain = only(matrices().as_ref(), &["chain_a", "chain_b", "conv3"]);
    let intra = run(&Model::new(&chain), AnalyzeOptions { intra: true, ..options.clone() });
    let stacked = run(&Model::new(&chain), AnalyzeOptions { stacked: true, ..options });
    for row in updates.rows.iter().chain(&intra.rows).chain(&stacked.rows) {
        let reason = row.text(&REASON);
        assert!(reason.is_empty() || reason.contains("taken as 1") || reason.contains("the cut"), "{reason}");
        let distance = row.number(&heavytail::columns_random::RAND_DISTANCE).unwrap();
        assert!((0.0..0.84).contains(&distance), "{distance}");
        assert!(row.number(&heavytail::columns_certainty::ALPHA_FARMS).unwrap() > 1.0);
    }
}
