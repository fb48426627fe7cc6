//! `distances`, `traps`, `weights`, `esd`, and the commands that write new models.

use crate::harness::{Place, noise, repository, safetensors};

/// A layer of noise with one huge element, one without, and a bias.
fn trapped(place: &Place) {
    let mut weights = noise(300 * 200, 5);
    weights[17] = 40.0;
    let tensors: [(&str, &[usize], Vec<f32>); 3] = [
        ("trap.weight", &[300, 200], weights),
        ("clean.weight", &[300, 200], noise(300 * 200, 6)),
        ("clean.bias", &[300], noise(300, 7)),
    ];
    place.write("model.safetensors", &safetensors(&tensors));
}

#[test]
fn distances_are_the_references_and_end_with_their_means() {
    let place = Place::new();
    let (first, second) = (
        repository("fixtures/golden/matrices.safetensors"),
        repository("fixtures/golden/second.safetensors"),
    );
    let shown = place.run(&["distances", &first, &second, "--compat", "ww"]).ok();
    let dense = shown.lines().find(|line| line.contains("dense_tall")).unwrap();
    assert!(dense.contains("8.7"), "{dense}");
    assert!(shown.trim_end().lines().last().unwrap().starts_with("mean delta_W "));
    let csv = place.run(&["distances", &first, &second, "--method", "cka", "--format", "csv"]).ok();
    assert!(csv.lines().next().unwrap().contains("delta_W") && !csv.contains("alpha"));
}

#[test]
fn a_trap_is_found_removed_and_then_no_longer_there() {
    let place = Place::new();
    trapped(&place);
    let shown = place.run(&["traps", "model.safetensors"]).ok();
    assert!(shown.contains("trap") && shown.ends_with("\n1 trap\n"), "{shown}");
    let before = std::fs::read(place.path("model.safetensors")).unwrap();
    let report = place.run(&["remove-traps", "model.safetensors", "new.safetensors"]).ok();
    assert!(report.ends_with("1 of 2 layers changed; new model in new.safetensors\n"), "{report}");
    assert_eq!(std::fs::read(place.path("model.safetensors")).unwrap(), before);
    assert_eq!(place.run(&["traps", "new.safetensors"]).ok(), "0 traps\n");
    let refused = place.run(&["sharpen", "model.safetensors", "model.safetensors"]).refused();
    assert!(refused.contains("a path other than the model's own"), "{refused}");
}

/// An adapter's pair of factors, and the file that says how strongly they count, whole or broken.
fn adapter(place: &Place, weights: &str, config: &str) {
    let tensors: [(&str, &[usize], Vec<f32>); 2] = [
        ("q.lora_A.weight", &[16, 64], noise(16 * 64, 1)),
        ("q.lora_B.weight", &[48, 16], noise(48 * 16, 2)),
    ];
    place.write(weights, &safetensors(&tensors));
    let folder = std::path::Path::new(weights).parent().unwrap();
    place.write(folder.join("adapter_config.json").to_str().unwrap(), config.as_bytes());
}

#[test]
fn an_adapters_folder_is_analysed_with_the_file_that_says_how_strongly_it_counts() {
    let place = Place::new();
    adapter(&place, "weak/adapter_model.safetensors", r#"{"peft_type": "LORA", "r": 16, "lora_alpha": 16}"#);
    adapter(
        &place,
        "strong/adapter_model.safetensors",
        r#"{"peft_type": "LORA", "r": 16, "lora_alpha": 64}"#,
    );
    let largest = |model: &str| -> f64 {
        let csv = place.run(&["analyze", model, "--peft", "--format", "csv"]).ok();
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let at = reader.headers().unwrap().iter().position(|column| column == "sv_max").unwrap();
        reader.records().next().unwrap().unwrap()[at].parse().unwrap()
    };
    for model in ["strong", "strong/adapter_model.safetensors"] {
        assert!((largest(model) / largest("weak") - 4.0).abs() < 1e-9);
    }
    let told = place.run(&["analyze", "weak"]);
    assert!(told.stderr.contains("--peft analyses what it adds"), "{}", told.stderr);
}

#[test]
fn a_model_that_lies_beside_an_adapters_file_has_nothing_to_do_with_it() {
    let place = Place::new();
    let tensors: [(&str, &[usize], Vec<f32>); 1] = [("w.weight", &[60, 40], noise(2400, 3))];
    place.write("model.safetensors", &safetensors(&tensors));
    let alone = place.run(&["analyze", "model.safetensors", "--format", "csv"]).ok();
    place.write("adapter_config.json", b"no JSON");
    assert_eq!(place.run(&["analyze", "model.safetensors", "--format", "csv"]).ok(), alone);
    // Only who asks for adapters needs the file.
    let refused = place.run(&["analyze", "model.safetensors", "--peft"]).refused();
    assert!(refused.contains("adapter_config.json is no JSON"), "{refused}");
}

#[test]
fn smoothing_says_what_it_kept_and_the_same_seed_shuffles_to_the_same_bytes() {
    let place = Place::new();
    trapped(&place);
    let csv = place
        .run(&["smooth", "model.safetensors", "s.safetensors", "--percent", "0.1", "--format", "csv"])
        .ok();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let at = reader.headers().unwrap().iter().position(|column| column == "rank_kept").unwrap();
    assert!(reader.records().all(|row| &row.unwrap()[at] == "20"));
    for name in ["a.safetensors", "b.safetensors"] {
        place.run(&["randomize", "model.safetensors", name, "--seed", "3"]).ok();
    }
    let bytes = |name| std::fs::read(place.path(name)).unwrap();
    assert_eq!(bytes("a.safetensors"), bytes("b.safetensors"));
    assert_ne!(bytes("a.safetensors"), bytes("model.safetensors"));
    let refused = place.run(&["smooth", "model.safetensors", "x.safetensors", "--percent", "2"]).refused();
    assert!(refused.contains("option percent: 2 is not allowed"), "{refused}");
    assert!(!place.names().contains(&"x.safetensors".to_owned()));
}

#[test]
fn weights_and_the_esd_of_one_layer_are_printed() {
    let place = Place::new();
    trapped(&place);
    let shown = place.run(&["weights", "model.safetensors", "--layers", "clean"]).ok();
    assert_eq!(shown.matches("lognormal").count(), 2, "{shown}");
    let esd = place.run(&["esd", "model.safetensors", "clean"]).ok();
    let eigenvalues: Vec<f64> = esd.lines().map(|line| line.parse().unwrap()).collect();
    assert_eq!(eigenvalues.len(), 200);
    assert!(eigenvalues.is_sorted());
    let curve = place.run(&["esd", "model.safetensors", "clean", "--alpha-vs-xmin"]).ok();
    assert!(curve.starts_with("xmin,alpha,D\n") && curve.lines().count() == 200, "{curve}");
    let refused = place.run(&["esd", "model.safetensors", "nowhere"]).refused();
    assert!(refused.contains("no layer of this model is called `nowhere`"), "{refused}");
}
