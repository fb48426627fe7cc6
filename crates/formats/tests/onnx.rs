//! ONNX models as onnx and onnxruntime write them, and models that lie.

use heavytail_formats::{Dtype, Format, TensorSource, open};
use tempfile::tempdir;

use crate::files::{message, names, numbers, put, refusal, shape, tiny, truth};

/// Elements of a matrix of `rows` rows, transposed.
fn turned(elements: &[f64], rows: usize) -> Vec<f64> {
    let cols = elements.len() / rows;
    (0..elements.len()).map(|i| elements[i % rows * cols + i / rows]).collect()
}

#[test]
fn initialisers_are_listed_in_the_file_s_order_and_named_by_their_modules() {
    for file in ["onnx_plain.onnx", "onnx_external.onnx"] {
        let source = open(&tiny(file)).expect(file);
        assert_eq!(source.info().format, Format::Onnx);
        let expected =
            ["embed.weight", "conv.weight", "conv.bias", "norm.weight", "fc.weight", "fc.bias", "out.weight"];
        assert_eq!(names(&*source), expected, "{file}");
        for name in expected.into_iter().filter(|name| *name != "fc.weight") {
            assert_eq!(numbers(&*source, name), truth(name), "{file}: {name}");
        }
        // A linear layer's weight is folded into a product from the right: inputs × outputs.
        assert_eq!(shape(&*source, "fc.weight"), [16, 24]);
        assert_eq!(numbers(&*source, "fc.weight"), turned(&truth("fc.weight"), 24));
        assert_eq!(source.metadata(0), [("producer".to_owned(), "heavytail-fixtures".to_owned())]);
    }
}

#[test]
fn every_typed_list_is_read() {
    let source = open(&tiny("onnx_typed.onnx")).expect("reads");
    let signed: Vec<f64> = (-3..5).map(f64::from).collect();
    for name in ["float", "double", "float16", "bfloat16", "int64", "int32", "int16", "int8"] {
        assert_eq!(numbers(&*source, name), signed, "{name}");
    }
    let unsigned: Vec<f64> = (0..8).map(f64::from).collect();
    for name in ["uint64", "uint32", "uint16", "uint8"] {
        assert_eq!(numbers(&*source, name), unsigned, "{name}");
    }
    assert_eq!(numbers(&*source, "folded"), [7.0, 8.0]);
    assert!(!names(&*source).contains(&"words"), "texts are no tensors");
}

fn matches_reference(file: &str, truth: &dyn TensorSource, pairs: &[(&str, &str)]) {
    let source = open(&tiny(file)).expect(file);
    let word = if file.contains("dynamic") { "onnx-uint8" } else { "onnx-int8" };
    for (ours, theirs) in pairs {
        assert_eq!(numbers(&*source, ours), numbers(truth, theirs), "{file}: {ours}");
        let info = source.tensors().iter().find(|info| info.name == *ours).expect("listed");
        assert_eq!((info.dtype, info.quantisation.as_deref()), (Dtype::F32, Some(word)), "{file}: {ours}");
    }
}

#[test]
fn quantised_weights_are_what_the_reference_evaluator_computes() {
    let truth = open(&tiny("onnx_quantised.safetensors")).expect("reads");
    let static_pairs = [
        ("embed.weight", "onnx_qdq/embed.weight"),
        ("conv.weight", "onnx_qdq/conv.weight"),
        ("norm.weight", "onnx_qdq/norm.weight"),
        ("fc.weight", "onnx_qdq/onnx::MatMul_12"),
        ("out.weight", "onnx_qdq/out.weight"),
    ];
    matches_reference("onnx_qdq.onnx", &*truth, &static_pairs);
    let dynamic_pairs = [
        ("embed.weight", "onnx_dynamic/embed.weight"),
        ("conv.weight", "onnx_dynamic/conv.weight"),
        ("fc.weight", "onnx_dynamic/onnx::MatMul_12"),
        ("out.weight_Transposed", "onnx_dynamic/out.weight_Transposed"),
    ];
    matches_reference("onnx_dynamic.onnx", &*truth, &dynamic_pairs);
    let blocks = open(&tiny("onnx_int4.onnx")).expect("reads");
    let truth = open(&tiny("onnx_int4.safetensors")).expect("reads");
    assert_eq!(numbers(&*blocks, "w"), numbers(&*truth, "w"));
    assert_eq!(blocks.tensors()[0].quantisation.as_deref(), Some("onnx-int4"));
}

/// A model whose one tensor keeps its elements in another file.
fn external(location: &str, extra: &[(&str, &str)]) -> Vec<u8> {
    let field = |number: u8, bytes: &[u8]| {
        let length = u8::try_from(bytes.len()).expect("short");
        assert!(length < 0x80);
        [&[number << 3 | 2, length], bytes].concat()
    };
    let pair =
        |key: &str, value: &str| field(13, &[field(1, key.as_bytes()), field(2, value.as_bytes())].concat());
    let mut tensor =
        [vec![0x08, 2, 0x10, 1], field(8, b"w"), pair("location", location), vec![0x70, 1]].concat();
    tensor.extend(extra.iter().flat_map(|(key, value)| pair(key, value)));
    [vec![0x08, 8], field(7, &field(5, &tensor))].concat()
}

#[test]
fn external_data_stays_in_the_model_s_folder() {
    let folder = tempdir().expect("a fresh folder");
    let inner = folder.path().join("model");
    put(folder.path(), "secret.bin", &[0; 8]);
    put(&inner, "data.bin", &[0; 8]);
    let refused = |location: &str, extra: &[(&str, &str)]| {
        refusal(&put(&inner, "m.onnx", &external(location, extra)), &inner)
    };
    let path = put(&inner, "m.onnx", &external("data.bin", &[]));
    assert_eq!(numbers(&*open(&path).expect("reads"), "w"), [0.0, 0.0]);
    let start = "m.onnx: tensor `w`: ";
    assert_eq!(
        refused("../secret.bin", &[]),
        format!("{start}the path `../secret.bin` is refused: it contains `..`")
    );
    assert_eq!(
        refused("/etc/passwd", &[]),
        format!("{start}the path `/etc/passwd` is refused: it is absolute")
    );
    assert_eq!(refused("", &[]), format!("{start}the path `` is refused: it is no file name"));
    assert!(refused("absent.bin", &[]).contains("absent.bin, which is missing"));
    assert!(refused("data.bin", &[("offset", "4")]).contains("the data is cut off: it ends at byte 12"));
    assert!(refused("data.bin", &[("offset", "18446744073709551615")]).contains("the data is cut off"));
    assert!(refused("data.bin", &[("offset", "-1")]).contains("the offset of external data is no number"));
    assert!(refused("data.bin", &[("length", "4")]).contains("takes 8 bytes, the offsets span 4"));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("../secret.bin", inner.join("link.bin")).expect("a link");
        assert!(refused("link.bin", &[]).ends_with("it is a link that leaves the folder"));
    }
}

#[test]
fn truncation_at_every_byte_is_an_error_or_loses_no_tensor() {
    let folder = tempdir().expect("a fresh folder");
    for name in ["onnx_external.onnx", "onnx_typed.onnx", "onnx_int4.onnx"] {
        let whole = std::fs::read(tiny(name)).expect(name);
        let count = open(&tiny(name)).expect(name).tensors().len();
        for length in 1..whole.len() {
            let path = put(folder.path(), "cut.onnx", &whole[..length]);
            if let Ok(source) = open(&path) {
                assert_eq!(source.tensors().len(), count, "{name} cut to {length} bytes");
            }
        }
    }
}

#[test]
fn any_byte_may_be_changed_without_harm() {
    let folder = tempdir().expect("a fresh folder");
    let whole = std::fs::read(tiny("onnx_int4.onnx")).expect("the fixture");
    for at in 0..whole.len() {
        for value in [0x00, 0x7f, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] = value;
            let Ok(source) = open(&put(folder.path(), "m.onnx", &bytes)) else { continue };
            for index in 0..source.tensors().len() {
                let Ok(data) = source.load(index) else { continue };
                let mut some = vec![0.0; data.len().min(1000)];
                drop(data.decode(0, 1, &mut some));
            }
        }
    }
}

#[test]
fn graphs_in_graphs_without_end_are_refused() {
    let mut bytes: Vec<u8> = Vec::new();
    // GraphProto.node { attribute { g: graph } }, and the innermost of them first; then ModelProto.graph.
    for tag in [0x32, 0x2a, 0x0a].into_iter().cycle().take(600).chain([0x3a]) {
        let mut outer = vec![tag];
        let mut length = bytes.len();
        while length >= 0x80 {
            outer.push(u8::try_from(length & 0x7f).expect("seven bits") | 0x80);
            length >>= 7;
        }
        outer.push(u8::try_from(length).expect("seven bits"));
        outer.extend_from_slice(&bytes);
        bytes = outer;
    }
    let model = [&[0x08, 8][..], &bytes].concat();
    let folder = tempdir().expect("a fresh folder");
    let error = open(&put(folder.path(), "m.onnx", &model)).map(|_| ()).expect_err("must be refused");
    assert_eq!(
        message(&error, folder.path()),
        "m.onnx: malformed ONNX: graphs are nested too deep; download it again or save it anew"
    );
}
