//! Core ML packages, written by coremltools.

use std::path::Path;

use heavytail_formats::{Dtype, Format, open};
use tempfile::tempdir;

use crate::files::{names, numbers, put, refusal, shape, tiny, truth};

const PROGRAM: &str = "Data/com.apple.CoreML/model.mlmodel";
const WEIGHTS: &str = "Data/com.apple.CoreML/weights/weight.bin";

/// A package of these two files.
fn package(folder: &Path, program: &[u8], weights: &[u8]) {
    put(folder, "Manifest.json", b"{}");
    put(folder, PROGRAM, program);
    put(folder, WEIGHTS, weights);
}

fn parts(name: &str) -> (Vec<u8>, Vec<u8>) {
    let read = |file: &str| std::fs::read(tiny(name).join(file)).expect("reads");
    (read(PROGRAM), read(WEIGHTS))
}

#[test]
fn constants_are_called_as_before_conversion() {
    let source = open(&tiny("coreml_float.mlpackage")).expect("reads");
    let expected = vec!["fc.weight", "fc.bias", "out.weight", "conv.weight"];
    assert_eq!((names(&*source), source.info().format), (expected.clone(), Format::CoreMl));
    assert_eq!(shape(&*source, "conv.weight"), [12, 8, 3, 3]);
    for name in expected {
        assert_eq!(numbers(&*source, name), truth(name), "{name}");
    }
    let file = open(&tiny("coreml_float.mlpackage").join(PROGRAM)).expect("the program alone reads too");
    assert_eq!(names(&*file), names(&*source));
}

#[test]
fn halves_are_halves() {
    let source = open(&tiny("coreml_half.mlpackage")).expect("reads");
    assert_eq!(source.tensors()[0].dtype, Dtype::F16);
    let near = numbers(&*source, "fc.weight").into_iter().zip(truth("fc.weight"));
    assert!(near.into_iter().all(|(half, whole)| (half - whole).abs() <= whole.abs() / 1024.0));
}

#[test]
fn what_operations_unpack_is_listed_and_not_read() {
    let source = open(&tiny("coreml_int8.mlpackage")).expect("reads");
    assert!(names(&*source).contains(&"fc_weight_quantized/quantized_data"));
    let packed = &source.tensors()[0];
    assert_eq!(packed.quantisation.as_deref(), Some("constexpr_affine_dequantize"));
    assert!(source.load(0).is_err());
    assert_eq!(numbers(&*source, "fc.bias"), truth("fc.bias"));
}

#[test]
fn truncation_at_every_byte_is_an_error_or_loses_no_tensor() {
    let folder = tempdir().expect("a fresh folder");
    let (program, weights) = parts("coreml_float.mlpackage");
    let count = open(&tiny("coreml_float.mlpackage")).expect("reads").tensors().len();
    for length in 1..program.len() {
        package(folder.path(), &program[..length], &weights);
        assert!(open(folder.path()).is_err(), "program cut to {length} bytes");
    }
    for length in 1..weights.len() {
        package(folder.path(), &program, &weights[..length]);
        if let Ok(source) = open(folder.path()) {
            // The file ends with padding.
            assert_eq!(source.tensors().len(), count, "weights cut to {length} bytes");
            assert!((0..count).all(|index| source.load(index).is_ok()), "weights cut to {length} bytes");
        }
    }
}

#[test]
fn weights_outside_the_package_are_refused() {
    let folder = tempdir().expect("a fresh folder");
    let (program, weights) = parts("coreml_float.mlpackage");
    let word = b"@model_path/weights/weight.bin";
    let evil = b"@model_path/../../../../weight";
    let at = program.windows(word.len()).position(|window| window == word).expect("the path is there");
    let mut broken = program.clone();
    broken[at..at + word.len()].copy_from_slice(evil);
    package(folder.path(), &broken, &weights);
    assert!(refusal(folder.path(), folder.path()).contains("is refused: it contains `..`"));

    package(folder.path(), &program, b"x");
    assert!(refusal(folder.path(), folder.path()).contains("cut off"));
}
