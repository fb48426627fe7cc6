//! `compare BASE TUNED --base`: what a training changed, the same in every form.

use serde_json::Value;

use crate::harness::{Place, noise, repository, safetensors, with_header};

/// A base of two layers and a model in which one of them grew by half.
fn tuned_pair() -> Place {
    let place = Place::new();
    let (a, b) = (noise(64 * 48, 1), noise(48 * 40, 2));
    let grown = a.iter().map(|x| 1.5 * x).collect();
    let base = safetensors(&[("a.weight", &[64, 48], a), ("b.weight", &[48, 40], b.clone())]);
    place.write("base.safetensors", &base);
    let tuned = safetensors(&[("a.weight", &[64, 48], grown), ("b.weight", &[48, 40], b)]);
    place.write("tuned.safetensors", &tuned);
    place
}

#[test]
fn a_change_is_told_in_the_terminal_as_json_on_the_page_and_in_figures() {
    let place = tuned_pair();
    let words = ["compare", "base.safetensors", "tuned.safetensors", "--base"];
    let text = place.run(&[&words[..], &["--html", "t.html", "--plots", "figures"]].concat()).ok();
    let shown = text.replace('\n', " ");
    let sentence =
        "tuned changes 1 of 2 layers of base, by 50.0 % of their norm at the median, most of all a (50.0 %).";
    assert!(shown.contains(sentence), "{text}");
    assert!(text.contains("‖ΔW‖F") && text.contains("log spectral norm"), "{text}");
    let json = place.run(&[&words[..], &["--format", "json"]].concat()).ok();
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["kind"], "tuning");
    let layer = &json["layers"][0];
    assert!((layer["relative"].as_f64().unwrap() - 0.5).abs() < 1e-6, "{layer}");
    let eigenvalues: Vec<f64> =
        layer["change_eigenvalues"].as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect();
    assert_eq!((eigenvalues.len(), layer["rank"].as_i64()), (48, Some(48)));
    let frobenius = layer["frobenius"].as_f64().unwrap();
    assert!((eigenvalues.iter().sum::<f64>().sqrt() - frobenius).abs() < 1e-9 * frobenius);
    let page = std::fs::read_to_string(place.path("t.html")).unwrap();
    assert!(page.contains(&format!("\"frobenius\":{frobenius}")), "the same number on the page");
    assert!(page.contains("\"label\":\"tuned − base\""));
    for figure in ["change-by-depth.svg", "change-layer-0001-a-esd.png", "alpha-overlay.svg"] {
        assert!(place.path("figures").join(figure).is_file(), "{figure}");
    }
}

#[test]
fn an_adapter_with_its_file_is_held_against_its_base() {
    let place = Place::new();
    let weight = noise(64 * 48, 1);
    place.write("base.safetensors", &safetensors(&[("a.weight", &[64, 48], weight)]));
    let adapter = safetensors(&[
        ("base_model.model.a.lora_A.weight", &[2, 48], noise(96, 3)),
        ("base_model.model.a.lora_B.weight", &[64, 2], noise(128, 4)),
    ]);
    place.write("adapter/adapter_model.safetensors", &adapter);
    place.write("adapter/adapter_config.json", br#"{"peft_type": "LORA", "r": 2, "lora_alpha": 4}"#);
    let json = place.run(&["compare", "base.safetensors", "adapter", "--base", "--format", "json"]).ok();
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((json["is_adapter"].as_bool(), json["layers"][0]["rank"].as_i64()), (Some(true), Some(2)));
    assert_eq!(json["layers"][0]["change_eigenvalues"].as_array().unwrap().len(), 2);
}

#[test]
fn a_base_has_one_model_trained_from_it_and_both_are_weights() {
    let place = tuned_pair();
    let many = place.run(&["compare", "a", "b", "c", "--base"]).refused();
    assert!(many.ends_with("name two models, not 3\n"), "{many}");
    place.run(&["analyze", "base.safetensors", "--format", "csv", "-o", "t.csv"]).ok();
    let table = place.run(&["compare", "base.safetensors", "t.csv", "--base"]).refused();
    assert!(table.contains("is a saved details table"), "{table}");
    place.write("broken.safetensors", &with_header("{", &[]));
    place.run(&["compare", "base.safetensors", "broken.safetensors", "--base"]).refused();
}

#[test]
fn the_real_pair_is_told_layer_by_layer() {
    let place = Place::new();
    let much = repository("examples/tiny-gpt-much-data");
    let little = repository("examples/tiny-gpt-little-data");
    insta::assert_snapshot!(place.run(&["compare", &much, &little, "--base"]).ok());
}

#[test]
fn the_limits_of_the_verdict_hold_for_a_base_and_its_model_too() {
    let place = tuned_pair();
    let word = |words: &[&str]| {
        let all =
            [&["compare", "base.safetensors", "tuned.safetensors", "--base", "--format", "json"], words]
                .concat();
        let json: Value = serde_json::from_str(&place.run(&all).ok()).unwrap();
        json["models"][0]["verdict"]["word"].as_str().unwrap().to_owned()
    };
    // Two layers are fewer than five.
    assert_eq!(word(&[]), "uncertain");
    assert_ne!(word(&["--min-layers", "1", "--tolerated-share", "1"]), "uncertain");
}
