//! Weights that quantised checkpoints keep in parts are the numbers that the packing libraries make of them.

use heavytail_formats::{Dtype, TensorSource, open};
use tempfile::tempdir;

use crate::files::{filled, message, names, numbers, put, safetensors, shape, tiny};

/// Opens `packed_NAME.safetensors` and compares every weight with the truth, exactly; of some of them one row in 16 is
/// kept there.
fn agrees(name: &str) -> Box<dyn TensorSource> {
    let source = open(&tiny(&format!("packed_{name}.safetensors"))).expect(name);
    let truth = open(&tiny("packed_truth.safetensors")).expect("the truth reads");
    let prefix = format!("{name}/");
    let mut compared = 0;
    for expected in truth.tensors().iter().filter(|tensor| tensor.name.starts_with(&prefix)) {
        let weight = &expected.name[prefix.len()..];
        let all = numbers(&*source, weight);
        let columns = *expected.shape.last().expect("a matrix");
        let step = if all.len() == expected.len() { 1 } else { 16 };
        let kept: Vec<f64> = all.chunks(columns).step_by(step).flatten().copied().collect();
        assert!(kept == numbers(&*truth, &expected.name), "{weight} of {name}");
        assert_eq!(all.len(), expected.len() * step, "{weight} of {name}");
        compared += 1;
    }
    assert!(compared > 0, "there is a truth for {name}");
    source
}

fn kind<'s>(source: &'s dyn TensorSource, name: &str) -> (Option<&'s str>, Dtype) {
    let tensor = source.tensors().iter().find(|tensor| tensor.name == name).expect("listed");
    (tensor.quantisation.as_deref(), tensor.dtype)
}

#[test]
fn compressed_tensors_of_every_kind() {
    let source = agrees("compressed");
    for (name, quantisation, dtype) in [
        ("int4.weight", "compressed-tensors-int4", Dtype::Bf16),
        ("int3.weight", "compressed-tensors-int3", Dtype::F16),
        ("int8.weight", "compressed-tensors-int8", Dtype::F32),
        ("asymmetric.weight", "compressed-tensors-int4", Dtype::F16),
        ("plain_int8.weight", "int8-row", Dtype::Bf16),
        ("fp8_row.weight", "fp8-row", Dtype::Bf16),
        ("fp8_whole.weight", "fp8", Dtype::Bf16),
        ("mxfp8.weight", "mxfp8-1x32", Dtype::Bf16),
        ("mxfp4.weight", "mxfp4", Dtype::Bf16),
        ("nvfp4.weight", "nvfp4", Dtype::Bf16),
    ] {
        assert_eq!(kind(&*source, name), (Some(quantisation), dtype), "{name}");
        assert_eq!(shape(&*source, name), [24, 128], "{name}");
    }
    // The parts went into the weights and are listed no more.
    assert_eq!(source.tensors().len(), 10);
}

#[test]
fn bitsandbytes_codes_and_nested_scales() {
    let source = agrees("bitsandbytes");
    for (name, quantisation, dtype) in [
        ("nf4.weight", "bitsandbytes-nf4", Dtype::Bf16),
        ("fp4.weight", "bitsandbytes-fp4", Dtype::F16),
        ("nested.weight", "bitsandbytes-nf4", Dtype::F16),
        ("single.weight", "bitsandbytes-nf4", Dtype::F32),
        ("int8.weight", "bitsandbytes-int8", Dtype::F32),
    ] {
        assert_eq!(kind(&*source, name), (Some(quantisation), dtype), "{name}");
    }
    assert_eq!((source.tensors().len(), shape(&*source, "nested.weight")), (5, vec![48, 160]));
}

#[test]
fn fp8_under_blocks_of_scales() {
    let source = agrees("fp8");
    assert_eq!(kind(&*source, "dense.weight"), (Some("fp8-128x128"), Dtype::F32));
    assert_eq!(kind(&*source, "powers.weight").1, Dtype::Bf16);
    assert_eq!(shape(&*source, "stack.gate_up_proj"), [2, 256, 128]);
    assert_eq!(source.tensors().len(), 3);
}

#[test]
fn mxfp4_experts() {
    let source = agrees("mxfp4");
    assert_eq!(names(&*source), ["experts.gate_up_proj"]);
    assert_eq!(shape(&*source, "experts.gate_up_proj"), [2, 12, 96]);
}

#[test]
fn gptq_of_all_widths_and_orders() {
    let source = agrees("gptq");
    for (name, bits, inputs) in
        [("two", 2, 64), ("three", 3, 64), ("four", 4, 64), ("eight", 8, 64), ("ordered", 4, 96)]
    {
        let weight = format!("{name}.weight");
        assert_eq!(kind(&*source, &weight), (Some(format!("gptq-{bits}bit").as_str()), Dtype::F16));
        assert_eq!(shape(&*source, &weight), [32, inputs], "{name}");
    }
    assert_eq!(source.tensors().len(), 5);
}

#[test]
fn gptq_of_the_second_version_keeps_zero_points_as_they_are() {
    let folder = tempdir().expect("a fresh folder");
    let bytes = std::fs::read(tiny("packed_gptq.safetensors")).expect("readable");
    let path = put(folder.path(), "model.safetensors", &bytes);
    let first = open(&path).expect("reads");
    let config = br#"{"quantization_config": {"quant_method": "gptq", "checkpoint_format": "gptq_v2"}}"#;
    put(folder.path(), "config.json", config);
    let second = open(&path).expect("reads");
    let differences = numbers(&*first, "four.weight")
        .into_iter()
        .zip(numbers(&*second, "four.weight"))
        .filter(|(first, second)| first.to_bits() != second.to_bits())
        .count();
    assert_eq!(differences, 32 * 64, "every zero point differs by one");
}

#[test]
fn awq_interleaves_its_columns() {
    let source = agrees("awq");
    assert_eq!(kind(&*source, "proj.weight"), (Some("awq-4bit"), Dtype::F16));
    assert_eq!((names(&*source), shape(&*source, "proj.weight")), (vec!["proj.weight"], vec![48, 64]));
}

#[test]
fn any_run_of_packed_weights_is_the_run_of_the_whole() {
    for file in ["compressed", "bitsandbytes", "fp8", "mxfp4", "awq", "gptq"] {
        let source = open(&tiny(&format!("packed_{file}.safetensors"))).expect(file);
        for (index, tensor) in source.tensors().iter().enumerate() {
            let data = source.load(index).expect("loads");
            let whole = numbers(&*source, &tensor.name);
            for (first, step, count) in [(1, 1, 700), (127, 1, 2), (5, 131, 9), (tensor.len() - 1, 1, 1)] {
                let mut out = vec![f64::NAN; count];
                data.decode(first, step, &mut out).expect("the positions exist");
                let expected: Vec<f64> =
                    whole.iter().copied().skip(first).step_by(step).take(count).collect();
                assert_eq!(out, expected, "{} from {first} by {step}", tensor.name);
            }
            data.release(0..data.len());
            assert_eq!(numbers(&*source, &tensor.name), whole, "{} after release", tensor.name);
        }
    }
}

#[test]
fn codes_whose_scales_do_not_fit_are_listed_and_never_read_as_numbers() {
    let folder = tempdir().expect("a fresh folder");
    let header = r#"{"a.weight":{"dtype":"F8_E4M3","shape":[2,3],"data_offsets":[0,6]},
        "a.weight_scale":{"dtype":"F32","shape":[5],"data_offsets":[6,26]},
        "b.qweight":{"dtype":"I32","shape":[1,1],"data_offsets":[26,30]}}"#;
    let path = put(folder.path(), "m.safetensors", &safetensors(header, &[0; 30]));
    let source = open(&path).expect("reads");
    assert_eq!(names(&*source), ["a.weight", "a.weight_scale", "b.qweight"]);
    assert_eq!(kind(&*source, "a.weight"), (Some("fp8 under scales of shape [5]"), Dtype::U8));
    let error = source.load(0).map(|_| ()).expect_err("not read");
    assert_eq!(
        message(&error, folder.path()),
        "m.safetensors: tensor `a.weight`: packed weights of a kind that is not read: fp8 under scales of shape [5]"
    );
    assert!(source.load(2).is_err());
}

#[test]
fn eight_bit_floats_without_scales_are_numbers() {
    let folder = tempdir().expect("a fresh folder");
    let header = r#"{"a.weight":{"dtype":"F8_E4M3","shape":[1,2],"data_offsets":[0,2]}}"#;
    let path = put(folder.path(), "m.safetensors", &safetensors(header, &[0x38, 0xb8]));
    let source = open(&path).expect("reads");
    assert_eq!(
        (kind(&*source, "a.weight"), numbers(&*source, "a.weight")),
        ((None, Dtype::F8E4M3), vec![1.0, -1.0])
    );
}

/// Plain weights under the names of parts: each is listed as it is, with its own numbers.
#[test]
fn plain_tensors_called_as_parts_of_packed_weights_stay_what_they_are() {
    const WORDS: [&str; 22] = [
        "qweight",
        "qzeros",
        "scales",
        "g_idx",
        "weight_packed",
        "weight_scale",
        "weight_scale_inv",
        "weight_scale_2",
        "weight_zero_point",
        "weight_shape",
        "weight_global_scale",
        "weight_format",
        "SCB",
        "w_blocks",
        "w_scales",
        "absmax",
        "quant_map",
        "weight.absmax",
        "weight.quant_map",
        "weight_g",
        "x_v",
        "weight",
    ];
    let folder = tempdir().expect("a fresh folder");
    let names_of: Vec<String> = WORDS.iter().map(|word| format!("m.{word}")).collect();
    let tensors: Vec<(&str, &[usize])> = names_of.iter().map(|name| (name.as_str(), &[4, 8][..])).collect();
    let path = put(folder.path(), "plain.safetensors", &filled(&tensors));
    let source = open(&path).expect("reads");
    assert_eq!(source.tensors().len(), WORDS.len(), "{:?}", names(&*source));
    for (number, name) in names_of.iter().enumerate() {
        assert_eq!(kind(&*source, name), (None, Dtype::F32), "{name}");
        assert_eq!(numbers(&*source, name), vec![number as f64; 32], "{name}");
    }
}

/// A weight in eight bits beside a matrix that is called as a flag of its packing.
#[test]
fn a_matrix_called_as_a_flag_of_bitsandbytes_is_not_lost() {
    let folder = tempdir().expect("a fresh folder");
    let header = r#"{"m.weight":{"dtype":"I8","shape":[2,2],"data_offsets":[0,4]},
        "m.SCB":{"dtype":"F32","shape":[2],"data_offsets":[4,12]},
        "m.weight_format":{"dtype":"F32","shape":[2,2],"data_offsets":[12,28]}}"#;
    let path = put(folder.path(), "flag.safetensors", &safetensors(header, &[1; 28]));
    let source = open(&path).expect("reads");
    assert_eq!(names(&*source), ["m.weight", "m.weight_format"]);
    assert_eq!(kind(&*source, "m.weight").0, Some("bitsandbytes-int8"));
}
