//! Core ML programs of several functions, and weights whose names were the same before conversion.

use heavytail_formats::open;
use tempfile::tempdir;

use crate::coreml_program::{apart, field, functions, model, named, one_weight, package, typed};
use crate::files::{names, numbers, refusal, tiny, truth};

/// A constant in the weight file, at its first place, or a second one of `place` bytes behind it.
fn constant(name: &str, place: u8) -> Vec<u8> {
    let mut value = apart(11, 2);
    if place > 0 {
        // The reference to the file is the last field; its second one is the place.
        let reference = [field(1, b"@model_path/weights/weight.bin"), vec![0x10, place]].concat();
        value = [field(2, &typed(11, &[2])), field(5, &reference)].concat();
    }
    let operation =
        [field(1, b"const"), field(5, &named("val", &value)), field(3, &named(name, &typed(11, &[2])))];
    field(3, &operation.concat())
}

/// Two weights of two numbers each, the second behind a description 72 bytes after the first.
fn two_weights() -> Vec<u8> {
    let one = |numbers: [f32; 2], start: u64| {
        let mut file = one_weight(&numbers.map(f32::to_le_bytes).concat());
        file[16..24].copy_from_slice(&start.to_le_bytes());
        file
    };
    [one([1.0, 2.0], 64), one([3.0, 4.0], 136)].concat()
}

#[test]
fn weights_that_functions_share_are_listed_once_and_others_by_function() {
    let source = open(&tiny("coreml_functions.mlpackage")).expect("reads");
    let mut found = names(&*source);
    found.sort_unstable();
    let expected = ["adapted.out.weight", "conv.weight", "fc.bias", "fc.weight", "main.out.weight"];
    assert_eq!(found, expected);
    let fc = source.tensors().iter().find(|tensor| tensor.name == "fc.weight").expect("it is listed");
    assert_eq!(
        fc.quantisation.as_deref(),
        Some("coreml-palette-4bit"),
        "an operation that both functions have"
    );
    for name in ["conv.weight", "fc.bias"] {
        assert_eq!(numbers(&*source, name), truth(name), "{name}");
    }
    let alone = open(&tiny("coreml_palette.mlpackage")).expect("reads");
    assert_eq!(numbers(&*source, "fc.weight"), numbers(&*alone, "fc.weight"));
    let out = truth("out.weight");
    assert_eq!(numbers(&*source, "main.out.weight"), out);
    assert_eq!(numbers(&*source, "adapted.out.weight"), out.iter().map(|number| -number).collect::<Vec<_>>());
}

#[test]
fn the_same_bytes_under_one_name_are_one_weight_in_however_many_functions() {
    let folder = tempdir().expect("a fresh folder");
    let (first, second) = (constant("fc_weight", 0), constant("fc_weight", 72));
    let program = functions(&[("a", &first), ("b", &second), ("c", &first), ("d", &second)]);
    package(folder.path(), &program, &two_weights());
    let source = open(folder.path()).expect("reads");
    assert_eq!(names(&*source), ["a.fc.weight", "b.fc.weight"]);
    assert_eq!(numbers(&*source, "a.fc.weight"), [1.0, 2.0]);
    assert_eq!(numbers(&*source, "b.fc.weight"), [3.0, 4.0]);
    package(folder.path(), &functions(&[("a", &first), ("b", &first)]), &two_weights());
    assert_eq!(names(&*open(folder.path()).expect("reads")), ["fc.weight"]);
}

#[test]
fn outputs_that_had_one_name_before_conversion_keep_their_own() {
    let folder = tempdir().expect("a fresh folder");
    let block = [constant("fc_weight", 0), constant("fc_weight_to_fp16", 72), constant("bias", 0)].concat();
    package(folder.path(), &model(&block), &two_weights());
    let source = open(folder.path()).expect("reads");
    assert_eq!(names(&*source), ["fc_weight", "fc_weight_to_fp16", "bias"]);
    assert_eq!(numbers(&*source, "fc_weight_to_fp16"), [3.0, 4.0]);
}

#[test]
fn two_outputs_of_one_name_and_too_many_functions_are_refused() {
    let folder = tempdir().expect("a fresh folder");
    let block = [constant("x", 0), constant("x", 72)].concat();
    package(folder.path(), &model(&block), &two_weights());
    let refused = refusal(folder.path(), folder.path());
    assert!(refused.contains("main.x") && refused.contains("twice"), "{refused}");
    let many: Vec<String> = (0..257).map(|number| number.to_string()).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &[][..])).collect();
    package(folder.path(), &functions(&many), b"");
    let refused = refusal(folder.path(), folder.path());
    assert!(refused.contains("more than 256 functions"), "{refused}");
}
