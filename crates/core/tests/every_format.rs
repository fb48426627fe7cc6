//! One network's weights in every format give the same rows, to the last bit: those of the safetensors file where the
//! format keeps them whole, and where it packs them those of what the format's own library unpacks.

use std::collections::BTreeMap;
use std::path::Path;

use heavytail::columns_layer::{DTYPE, LAYER_ID, LONGNAME, NAME};
use heavytail::{AnalyzeOptions, Column, Model, open, registry};

use crate::golden_run::run;

/// The file or folder, and which of the network's layers it has.
const WHOLE: [(&str, &str); 29] = [
    ("torch_zip.pt", "embed conv fc out"),
    ("torch_legacy.pt", "embed conv fc out"),
    ("torch_nested.pt", "embed conv fc out"),
    ("torch_module.pt", "fc out"),
    ("torch_script.pt", "fc out"),
    ("torch_lightning.ckpt", "fc out"),
    ("torch_dcp", "embed conv fc out"),
    ("torch_zero2", "embed conv fc out"),
    ("torch_zero3", "embed conv fc out"),
    ("numpy_plain.npz", "embed conv fc out"),
    ("numpy_compressed.npz", "embed conv fc out"),
    ("numpy_fortran.npy", "conv"),
    ("onnx_plain.onnx", "embed conv fc out"),
    ("onnx_external.onnx", "embed conv fc out"),
    ("keras.keras", "embed conv fc out"),
    ("keras.weights.h5", "embed conv fc out"),
    ("keras_legacy.h5", "embed conv fc out"),
    ("tf_checkpoint", "conv fc out"),
    ("tf_saved_model", "conv fc out"),
    ("tflite_float.tflite", "conv fc out"),
    ("flax_params.msgpack", "embed conv fc out"),
    ("flax_state.msgpack", "fc"),
    ("flax_chunked.msgpack", "fc"),
    ("coreml_float.mlpackage", "conv fc out"),
    ("orbax_chunks", "embed conv fc out"),
    ("orbax_ocdbt", "embed conv fc out"),
    ("orbax_zarr", "embed conv fc out"),
    ("orbax_zarr3", "embed conv fc out"),
    ("weights.safetensors", "embed conv fc out"),
];

/// A file whose weights are packed, the file of what its library unpacks, under which name there, and how many
/// layers that are.
const PACKED: [(&str, &str, &str, usize); 18] = [
    ("kinds.gguf", "kinds.safetensors", "", 26),
    ("packed_awq.safetensors", "packed_truth.safetensors", "awq/", 1),
    ("packed_bitsandbytes.safetensors", "packed_truth.safetensors", "bitsandbytes/", 5),
    ("packed_compressed.safetensors", "packed_truth.safetensors", "compressed/", 10),
    ("packed_fp8.safetensors", "packed_truth.safetensors", "fp8/powers", 1),
    ("packed_gptq.safetensors", "packed_truth.safetensors", "gptq/", 5),
    ("packed_mxfp4.safetensors", "packed_truth.safetensors", "mxfp4/", 2),
    ("onnx_qdq.onnx", "onnx_quantised.safetensors", "onnx_qdq/", 4),
    ("onnx_dynamic.onnx", "onnx_quantised.safetensors", "onnx_dynamic/", 4),
    ("onnx_int4.onnx", "onnx_int4.safetensors", "", 1),
    ("tflite_int8.tflite", "tflite_int8.safetensors", "", 5),
    ("coreml_int8.mlpackage", "coreml_packed.safetensors", "coreml_int8/", 3),
    ("coreml_linear.mlpackage", "coreml_packed.safetensors", "coreml_linear/", 3),
    ("coreml_palette.mlpackage", "coreml_packed.safetensors", "coreml_palette/", 3),
    ("coreml_sparse.mlpackage", "coreml_packed.safetensors", "coreml_sparse/", 3),
    ("coreml_blocks.mlpackage", "coreml_packed.safetensors", "coreml_blocks/", 3),
    ("coreml_groups.mlpackage", "coreml_packed.safetensors", "coreml_groups/", 3),
    ("coreml_joint.mlpackage", "coreml_packed.safetensors", "coreml_joint/", 3),
];

/// Every number and word of a row but those that say where it stands and in which type.
type Cells = Vec<(&'static str, String)>;

/// The rows whose name begins so, by the name that the layer has in every format.
fn rows(file: &str, prefix: &str) -> BTreeMap<String, Cells> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/tiny").join(file);
    let source = open(&path).unwrap();
    // The layers are small.
    let options = AnalyzeOptions { min_evals: 1, ..AnalyzeOptions::default() };
    let details = run(&Model::new(source.as_ref()), options);
    let elsewhere = [&LAYER_ID, &NAME, &LONGNAME, &DTYPE].map(|column: &Column| column.name);
    let columns = registry().into_iter().filter(|column| !elsewhere.contains(&column.name));
    let columns: Vec<_> = columns.collect();
    let found = details.rows.iter().filter_map(|row| {
        let name = row.text(&NAME);
        // Only some formats tell that a matrix is an embedding.
        let cell = |column: &&'static Column| {
            (column.name, format!("{:?}", row.get(column)).replace("\"embedding\"", "\"dense\""))
        };
        name.starts_with(prefix).then(|| (layer(name).to_owned(), columns.iter().map(cell).collect()))
    });
    found.collect()
}

/// What a layer of this name is called in every format.
fn layer(name: &str) -> &str {
    let name = name.rsplit('/').next().unwrap_or(name);
    let name = name.strip_prefix("net.").unwrap_or(name);
    match name.strip_suffix("_1").unwrap_or(name) {
        // ONNX's exporter and its dynamic quantiser leave these.
        "onnx::MatMul_12" => "fc",
        "out.weight_Transposed" => "out",
        // An array alone is called as its file.
        "numpy_fortran" => "conv",
        name => name,
    }
}

/// The row of a layer is the expected one.
fn assert_same(file: &str, found: &BTreeMap<String, Cells>, layer: &str, expected: &Cells) {
    let row = found.get(layer).unwrap_or_else(|| panic!("{file} has no {layer} but {:?}", found.keys()));
    let others: Vec<_> = row.iter().zip(expected).filter(|(ours, theirs)| ours != theirs).collect();
    assert!(others.is_empty() && row.len() == expected.len(), "{file}: {layer}: {others:?}");
}

#[test]
fn one_network_in_every_format_that_keeps_it_whole_gives_the_same_rows() {
    let expected = rows("weights.safetensors", "");
    assert_eq!(expected.keys().collect::<Vec<_>>(), ["conv", "embed", "fc", "out"]);
    for (file, layers) in WHOLE {
        let found = rows(file, "");
        for layer in layers.split(' ') {
            assert_same(file, &found, layer, &expected[layer]);
        }
    }
}

#[test]
fn packed_weights_give_the_rows_of_what_their_library_unpacks() {
    for (file, truth, prefix, count) in PACKED {
        let (found, expected) = (rows(file, ""), rows(truth, prefix));
        assert_eq!(expected.len(), count, "{truth} under {prefix}: {:?}", expected.keys());
        for (layer, expected) in &expected {
            assert_same(file, &found, layer, expected);
        }
    }
}
