//! `describe`: layers and what is none, without any maths.

use crate::harness::{Place, repository};

#[test]
fn layers_and_coverage_of_a_real_model() {
    let place = Place::new();
    let model = repository("examples/tiny-gpt-much-data");
    let shown = place.run(&["describe", &model]).ok();
    let plain = shown.replace(&model, "MODEL");
    insta::assert_snapshot!(plain);
}

#[test]
fn the_references_own_list_is_reproduced() {
    let place = Place::new();
    let weights = repository("fixtures/golden/matrices.safetensors");
    let rows = place.run(&["describe", &weights, "--compat", "ww", "--format", "csv"]).ok();
    let golden = std::fs::read_to_string(repository("fixtures/golden/describe.csv")).unwrap();
    let table = |text: &str| -> Vec<(String, String, String, String, String)> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        let at = |name: &str| header.iter().position(|column| column == name).unwrap();
        let places = ["name", "N", "M", "rf", "num_evals"].map(at);
        let mut rows: Vec<_> = reader
            .records()
            .map(|row| {
                let row = row.unwrap();
                let number = |at: usize| row[at].parse::<f64>().unwrap().to_string();
                (
                    row[places[0]].to_owned(),
                    number(places[1]),
                    number(places[2]),
                    number(places[3]),
                    number(places[4]),
                )
            })
            .collect();
        rows.sort();
        rows
    };
    let (ours, theirs) = (table(&rows), table(&golden));
    let without_mid: Vec<_> = theirs.into_iter().filter(|row| row.0 != "mid").collect();
    assert_eq!(ours, without_mid);
}

#[test]
fn what_a_file_is_is_told_by_its_content_whatever_it_is_called() {
    let place = Place::new();
    let fixtures = [
        ("weights.safetensors", "safetensors"),
        ("torch_zip.pt", "torch"),
        ("torch_legacy.pt", "torch"),
        ("kinds.gguf", "gguf"),
        ("numpy_plain.npz", "numpy"),
        ("numpy_fortran.npy", "numpy"),
        ("onnx_plain.onnx", "onnx"),
        ("keras.keras", "keras"),
        ("keras.weights.h5", "keras"),
        ("keras_legacy.h5", "keras"),
        ("hdf5_latest.h5", "hdf5"),
        ("tflite_float.tflite", "tflite"),
        ("flax_params.msgpack", "flax"),
    ];
    for (fixture, format) in fixtures {
        place.write("model.png", &std::fs::read(repository(&format!("fixtures/tiny/{fixture}"))).unwrap());
        // Models without a layer end with an error, behind what was found.
        let shown = place.run(&["describe", "model.png"]).stdout;
        assert!(shown.starts_with(&format!("model.png: {format}, ")), "{fixture}: {shown}");
    }
    for (folder, format) in [
        ("tf_saved_model", "tensorflow"),
        ("torch_dcp", "torch"),
        ("torch_zero3", "torch"),
        ("coreml_half.mlpackage", "coreml"),
        ("orbax_ocdbt", "orbax"),
    ] {
        let shown = place.run(&["describe", &repository(&format!("fixtures/tiny/{folder}"))]).stdout;
        assert!(shown.contains(&format!("{folder}: {format}, ")), "{folder}: {shown}");
    }
}

#[test]
fn packed_weights_are_marked_and_packings_that_are_not_known_are_told() {
    let place = Place::new();
    for (fixture, marks) in [
        ("packed_gptq.safetensors", &["gptq-8bit", "gptq-4bit", "gptq-3bit", "gptq-2bit"][..]),
        ("packed_awq.safetensors", &["awq-4bit"]),
        ("packed_bitsandbytes.safetensors", &["bitsandbytes-nf4", "bitsandbytes-fp4", "bitsandbytes-int8"]),
        ("packed_compressed.safetensors", &["compressed-tensors-int4", "mxfp4", "nvfp4"]),
        ("packed_fp8.safetensors", &["fp8-128x128"]),
        ("kinds.gguf", &["q4_k", "iq2_xxs", "tq1_0", "mxfp4"]),
        ("onnx_qdq.onnx", &["onnx-int8"]),
        ("tflite_int8.tflite", &["tflite-int8"]),
        ("coreml_joint.mlpackage", &["coreml-sparse-palette-2bit", "coreml-sparse-int8"]),
    ] {
        let model = repository(&format!("fixtures/tiny/{fixture}"));
        let rows = place.run(&["analyze", &model, "--min-evals", "1", "--format", "csv"]).ok();
        let mut reader = csv::Reader::from_reader(rows.as_bytes());
        let dtype = reader.headers().unwrap().iter().position(|column| column == "dtype").unwrap();
        let found: Vec<String> = reader.records().map(|row| row.unwrap()[dtype].to_lowercase()).collect();
        for mark in marks {
            assert!(found.iter().any(|word| word.contains(mark)), "{fixture}: no {mark} in {found:?}");
        }
    }
    let header = r#"{"w.qweight":{"dtype":"I32","shape":[8,8],"data_offsets":[0,256]}}"#;
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend([0; 256]);
    place.write("unknown.safetensors", &bytes);
    let shown = place.run(&["describe", "unknown.safetensors"]).stdout;
    assert!(shown.contains("is part of packed weights that can't be unpacked"), "{shown}");
}
