//! Core ML packages, written by coremltools.

use heavytail_formats::{Dtype, Format, open};
use tempfile::tempdir;

use crate::coreml_program::{
    PROGRAM, WEIGHTS, apart, field, floats, immediate, model, named, one_weight, operation, package, typed,
};
use crate::files::{names, numbers, refusal, shape, tiny, truth};

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

/// Every weight of this package equals what coremltools unpacks, which `decompress_weights` gave when it was written.
fn unpacks(name: &str, packings: [&str; 3], dtype: Dtype) {
    let source = open(&tiny(&format!("{name}.mlpackage"))).expect("reads");
    let truth = open(&tiny("coreml_packed.safetensors")).expect("reads");
    for (weight, packing) in ["fc.weight", "out.weight", "conv.weight"].into_iter().zip(packings) {
        let found = source.tensors().iter().find(|tensor| tensor.name == weight).expect("it is listed");
        let as_expected = (found.quantisation.as_deref(), found.dtype);
        assert_eq!(as_expected, (Some(packing), dtype), "{name}: {weight}");
        let expected = format!("{name}/{weight}");
        assert_eq!(shape(&*source, weight), shape(&*truth, &expected), "{expected}");
        assert_eq!(numbers(&*source, weight), numbers(&*truth, &expected), "{expected}");
        in_parts(&*source, weight);
    }
    assert_eq!(source.tensors().len(), 4, "{name}: parts are not listed, {:?}", names(&*source));
}

/// Runs that begin and end anywhere give the same numbers as all at once.
fn in_parts(source: &dyn heavytail_formats::TensorSource, weight: &str) {
    let all = numbers(source, weight);
    let index = source.tensors().iter().position(|tensor| tensor.name == weight).expect("it is listed");
    let data = source.load(index).expect("loads");
    for (start, len) in [(0, 1), (1, 7), (15, 18), (17, 200), (all.len() - 3, 3)] {
        let mut part = vec![0.0; len];
        data.decode(start, 1, &mut part).expect("decodes");
        assert_eq!(part, all[start..start + len], "{weight} from {start}");
    }
    for (start, step) in [(0, 2), (5, 9), (1, 64), (2, 65)] {
        let expected: Vec<f64> = all[start..].iter().copied().step_by(step).collect();
        let mut every = vec![0.0; expected.len()];
        data.decode(start, step, &mut every).expect("decodes");
        assert_eq!(every, expected, "{weight}: from {start} by {step}");
    }
}

#[test]
fn integers_with_scales_are_what_coremltools_unpacks() {
    unpacks("coreml_int8", ["coreml-int8"; 3], Dtype::F32);
    unpacks("coreml_linear", ["coreml-int8", "coreml-uint8", "coreml-int8"], Dtype::F32);
    unpacks("coreml_blocks", ["coreml-int4", "coreml-int8", "coreml-uint4"], Dtype::F32);
}

#[test]
fn palettes_are_what_coremltools_unpacks() {
    let bits = |bits| format!("coreml-palette-{bits}bit");
    unpacks("coreml_palette", [&bits(4), &bits(1), &bits(6)], Dtype::F32);
    // For groups of channels, with scales for channels, and of pairs.
    unpacks("coreml_groups", [&bits(3), &bits(2), &bits(4)], Dtype::F16);
}

#[test]
fn pruned_weights_are_what_coremltools_unpacks() {
    unpacks("coreml_sparse", ["coreml-sparse"; 3], Dtype::F32);
    let joint = ["coreml-sparse-palette-2bit", "coreml-sparse", "coreml-sparse-int8"];
    unpacks("coreml_joint", joint, Dtype::F32);
}

#[test]
fn what_an_unknown_operation_unpacks_is_listed_with_its_name_and_not_read() {
    let folder = tempdir().expect("a fresh folder");
    let (mut program, weights) = parts("coreml_int8.mlpackage");
    let word = b"constexpr_affine_dequantize";
    let at = program.windows(word.len()).position(|window| window == word).expect("it is there");
    program[at..at + word.len()].copy_from_slice(b"constexpr_affine_dequantiZE");
    package(folder.path(), &program, &weights);
    let source = open(folder.path()).expect("reads");
    assert_eq!(source.tensors()[0].quantisation.as_deref(), Some("constexpr_affine_dequantiZE"));
    assert!(source.load(0).is_err());
    assert_eq!(numbers(&*source, "fc.bias"), truth("fc.bias"));

    let twice = operation("constexpr_lut_to_dense", "x", &typed(11, &[1]), &[]);
    package(folder.path(), &model(&twice), b"");
    let source = open(folder.path()).expect("reads");
    assert_eq!(source.tensors()[0].quantisation.as_deref(), Some("constexpr_constexpr_lut_to_dense"));
}

#[test]
fn a_mask_with_too_many_ones_is_refused() {
    let folder = tempdir().expect("a fresh folder");
    let (program, mut weights) = parts("coreml_sparse.mlpackage");
    // The description of the first mask, as the program has it, ends with where its bytes are.
    let place: [u8; 8] = weights[896 + 16..][..8].try_into().expect("eight bytes");
    let mask = usize::try_from(u64::from_le_bytes(place)).expect("it is small");
    weights[mask] ^= 1;
    package(folder.path(), &program, &weights);
    let source = open(folder.path()).expect("reads");
    let refused = source.load(0).err().expect("a one has no number").to_string();
    assert!(refused.contains("more or fewer ones"), "{refused}");
    assert_eq!(numbers(&*source, "fc.bias"), truth("fc.bias"));
}

#[test]
fn small_integers_in_the_program_are_read_and_what_does_not_fit_is_missed_where_it_is_needed() {
    let folder = tempdir().expect("a fresh folder");
    // 3 and −2, which takes ten bytes.
    let two = [3, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
    let shifted = |name: &str, data: Vec<u8>, offset: Option<Vec<u8>>| {
        let mut arguments = vec![("data", data), ("scale", immediate(11, &[1], 1, &floats(&[2.0])))];
        arguments.extend(offset.map(|offset| ("offset", offset)));
        operation("blockwise_shift_scale", name, &typed(11, &[2]), &arguments)
    };
    let block = [
        shifted("signed", immediate(22, &[2], 2, &two), Some(immediate(22, &[1], 2, &[1]))),
        shifted("unsigned", immediate(32, &[2], 2, &[3, 0xff, 0xff, 3]), None),
        shifted("wide", immediate(23, &[2], 2, &two), None),
        shifted("short", immediate(22, &[2], 2, &[3]), None),
        // One that is there but no offset is not none.
        shifted("lost", immediate(22, &[2], 2, &two), Some(immediate(22, &[1], 2, &[1, 1]))),
    ];
    package(folder.path(), &model(&block.concat()), b"");
    let source = open(folder.path()).expect("reads");
    assert_eq!(names(&*source), ["signed", "unsigned", "wide", "short", "lost"]);
    assert_eq!(numbers(&*source, "signed"), [4.0, -6.0]);
    assert_eq!(numbers(&*source, "unsigned"), [6.0, 131_070.0]);
    assert_eq!(numbers(&*source, "wide"), [6.0, -4.0]);
    for index in [3, 4] {
        let refused = source.load(index).err().expect("an argument does not fit").to_string();
        assert!(refused.contains("an argument of an operation is no tensor of numbers"), "{refused}");
    }
}

#[test]
fn arguments_of_more_elements_than_any_has_are_refused_before_they_are_read() {
    let folder = tempdir().expect("a fresh folder");
    let codes = || immediate(21, &[2], 7, &[1, 2]);
    let scale = || immediate(11, &[1], 1, &floats(&[2.0]));
    let table = |elements: u8| immediate(11, &[1, 2, elements], 1, &vec![0; 8 * usize::from(elements)]);
    // 2^25 elements of one bit.
    let bits = || apart(37, 1 << 25);
    let pair = typed(11, &[2]);
    let affine = |axis, zero| {
        let arguments =
            [("quantized_data", codes()), ("scale", scale()), ("zero_point", zero), ("axis", axis)];
        operation("affine_dequantize", "x", &pair, &arguments)
    };
    let shifted = |scale, offset| {
        let arguments = [("data", codes()), ("scale", scale), ("offset", offset)];
        operation("blockwise_shift_scale", "x", &pair, &arguments)
    };
    let palette = |lut: Vec<u8>, more: (&'static str, Vec<u8>)| {
        let arguments = [("indices", immediate(37, &[8], 7, &[0x55])), ("lut", lut), more];
        operation("lut_to_dense", "x", &typed(11, &[8]), &arguments)
    };
    let zero = || immediate(21, &[1], 7, &[0]);
    let shape = immediate(23, &[65], 2, &[1; 65]);
    let cases = [
        (affine(bits(), zero()), "more than 1 numbers of one axis"),
        (affine(zero(), bits()), "more than 16777216 zero points"),
        (shifted(scale(), bits()), "more than 1 offsets"),
        (shifted(bits(), zero()), "scales are of no type to compute in"),
        (palette(bits(), ("vector_axis", zero())), "more than 16777216 entries of palettes"),
        (palette(table(65), ("vector_axis", zero())), "more than 64 elements of a palette's vector"),
        (palette(table(64), ("vector_axis", bits())), "more than 1 numbers of one axis"),
        (palette(immediate(11, &[2], 1, &floats(&[1.0, 2.0])), ("shape", shape)), "more than 64 axes"),
    ];
    let weights = one_weight(&vec![0; 1 << 22]);
    for (block, words) in cases {
        package(folder.path(), &model(&block), &weights);
        let refused = open(folder.path()).expect("reads").load(0).err().expect(words).to_string();
        assert!(refused.contains(words), "{refused}");
    }
}

/// Every tensor of this element type and shape is of another type.
fn retype(program: &mut [u8], element: u8, shape: [u8; 2], new: u8) {
    let [rows, columns] = shape;
    let old = [8, element, 0x10, 2, 0x1a, 4, 0x0a, 2, 8, rows, 0x1a, 4, 0x0a, 2, 8, columns];
    let places: Vec<usize> =
        program.windows(old.len()).enumerate().filter(|(_, at)| *at == old).map(|(at, _)| at).collect();
    assert!(!places.is_empty());
    for at in places {
        program[at + 1] = new;
    }
}

#[test]
fn elements_of_an_unknown_type_are_listed_and_not_read() {
    let folder = tempdir().expect("a fresh folder");
    // A constant, what an operation makes, and what it makes it of.
    for (name, element) in [("coreml_float", 11), ("coreml_int8", 11), ("coreml_int8", 21)] {
        let (mut program, weights) = parts(&format!("{name}.mlpackage"));
        retype(&mut program, element, [24, 16], 40);
        package(folder.path(), &program, &weights);
        let source = open(folder.path()).expect("reads");
        assert_eq!(names(&*source), names(&*open(&tiny(&format!("{name}.mlpackage"))).expect("reads")));
        let first = &source.tensors()[0];
        let why = "elements of the unknown type 40";
        assert_eq!((first.name.as_str(), first.quantisation.as_deref()), ("fc.weight", Some(why)));
        assert_eq!(first.shape, [24, 16]);
        let refused = source.load(0).err().expect("nobody can tell what they are").to_string();
        assert!(refused.contains(why), "{refused}");
        assert_eq!(numbers(&*source, "fc.bias"), truth("fc.bias"), "{name}");
    }
}

#[test]
fn endless_chains_of_operations_are_listed_and_not_read() {
    let folder = tempdir().expect("a fresh folder");
    // Thousands of operations, each on what the one before it unpacks: f32, one axis of one.
    let typed = typed(11, &[1]);
    let mut block = Vec::new();
    for step in 0..50_000 {
        let data = field(1, &field(1, format!("x{step}").as_bytes()));
        let operation = [
            field(1, b"constexpr_blockwise_shift_scale"),
            field(2, &named("data", &data)),
            field(3, &named(&format!("x{}", step + 1), &typed)),
        ];
        block.extend(field(3, &operation.concat()));
    }
    package(folder.path(), &model(&block), b"");
    let source = open(folder.path()).expect("reads");
    assert_eq!(names(&*source), ["x50000"]);
    assert!(
        source.tensors()[0].quantisation.as_deref().is_some_and(|why| why.contains("one upon the other"))
    );
    assert!(source.load(0).is_err());
}

#[test]
fn truncation_at_every_byte_is_an_error_or_loses_no_tensor() {
    for name in
        ["blocks", "float", "functions", "groups", "half", "int8", "joint", "linear", "palette", "sparse"]
    {
        let name = format!("coreml_{name}");
        truncations(&format!("{name}.mlpackage"));
    }
}

fn truncations(name: &str) {
    let folder = tempdir().expect("a fresh folder");
    let (program, weights) = parts(name);
    let count = open(&tiny(name)).expect("reads").tensors().len();
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
