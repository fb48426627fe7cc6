//! GGUF files that the reference wrote read as the reference reads them, bit for bit.

use std::path::Path;

use heavytail_formats::{Dtype, Format, open};
use tempfile::tempdir;

use crate::files::{names, numbers, put, refusal, shape, tiny};

fn bits(numbers: &[f64]) -> Vec<u64> {
    numbers.iter().map(|x| x.to_bits()).collect()
}

#[test]
fn every_type_unpacks_to_the_bits_that_the_reference_gives() {
    let source = open(&tiny("kinds.gguf")).expect("reads");
    let truth = open(&tiny("kinds.safetensors")).expect("the truth reads");
    assert_eq!(source.info().format, Format::Gguf);
    assert_eq!(source.tensors().len(), 26);
    for tensor in source.tensors() {
        let name = tensor.name.as_str();
        assert_eq!(tensor.shape, [3, 512], "{name}");
        assert_eq!(bits(&numbers(&*source, name)), bits(&numbers(&*truth, name)), "{name}");
        let kind = name.strip_prefix("blk.0.").and_then(|name| name.strip_suffix(".weight"));
        let plain = ["f32", "f16", "bf16"].map(Some).contains(&kind);
        assert_eq!(tensor.quantisation.as_deref(), kind.filter(|_| !plain), "{name}");
    }
    assert!(source.metadata(0).contains(&("general.name".to_owned(), "every type".to_owned())));
}

#[test]
fn the_version_before_has_the_same_layout() {
    let mut bytes = std::fs::read(tiny("kinds.gguf")).expect("reads");
    assert_eq!(bytes[4..8], 3_u32.to_le_bytes());
    bytes[4] = 2;
    let folder = tempdir().expect("a fresh folder");
    let second = open(&put(folder.path(), "kinds.gguf", &bytes)).expect("reads");
    let third = open(&tiny("kinds.gguf")).expect("reads");
    assert_eq!(second.tensors(), third.tensors());
    for name in names(&*third) {
        assert_eq!(bits(&numbers(&*second, name)), bits(&numbers(&*third, name)), "{name}");
    }
}

#[test]
fn any_run_and_any_step_give_the_same_elements_as_the_whole() {
    let source = open(&tiny("kinds.gguf")).expect("reads");
    for (index, tensor) in source.tensors().iter().enumerate() {
        let whole = numbers(&*source, &tensor.name);
        let data = source.load(index).expect("loads");
        for (first, step, count) in
            [(0, 1, 1536), (1, 1, 700), (255, 1, 2), (511, 512, 2), (300, 7, 100), (9, 1, 31)]
        {
            let mut out = vec![f64::NAN; count];
            data.decode(first, step, &mut out).expect("the positions exist");
            let expected: Vec<f64> = whole.iter().copied().skip(first).step_by(step).take(count).collect();
            assert_eq!(bits(&out), bits(&expected), "{} from {first} by {step}", tensor.name);
        }
        data.release(0..data.len());
        assert_eq!(bits(&numbers(&*source, &tensor.name)), bits(&whole), "{} after release", tensor.name);
    }
}

#[test]
fn a_split_model_is_read_whole_from_any_part_and_from_its_folder() {
    let folder = tempdir().expect("a fresh folder");
    for part in ["split-00001-of-00002.gguf", "split-00002-of-00002.gguf"] {
        put(folder.path(), part, &std::fs::read(tiny(part)).expect(part));
    }
    let second = folder.path().join("split-00002-of-00002.gguf");
    for path in [folder.path(), &second] {
        let source = open(path).expect("reads");
        let expected: Vec<String> = (0..4).map(|number| format!("blk.{number}.attn_q.weight")).collect();
        assert_eq!(names(&*source), expected);
        assert_eq!((numbers(&*source, &expected[3]), source.file_of(3)), (vec![3.0; 8], 1));
        assert_eq!(shape(&*source, &expected[0]), [2, 4]);
    }
    std::fs::remove_file(folder.path().join("split-00001-of-00002.gguf")).expect("removable");
    assert_eq!(
        refusal(&second, folder.path()),
        "split-00002-of-00002.gguf: the part split-00001-of-00002.gguf of the model is missing; download it"
    );
}

#[test]
fn two_models_in_a_folder_are_told_apart() {
    let folder = tempdir().expect("a fresh folder");
    for name in ["model-q4.gguf", "model-q8.gguf"] {
        put(folder.path(), name, &header(&[]));
    }
    assert_eq!(
        refusal(folder.path(), folder.path()),
        "FOLDER: several checkpoints lie side by side; open one of them itself: model-q4.gguf, model-q8.gguf"
    );
}

/// Name, extents innermost first, type and offset.
type Entry<'a> = (&'a str, &'a [u64], u32, u64);

/// A GGUF file of these descriptions and no data.
fn header(entries: &[Entry<'_>]) -> Vec<u8> {
    let mut bytes = b"GGUF\x03\0\0\0".to_vec();
    bytes.extend((entries.len() as u64).to_le_bytes());
    bytes.extend(0_u64.to_le_bytes());
    for (name, extents, kind, offset) in entries {
        bytes.extend((name.len() as u64).to_le_bytes());
        bytes.extend(name.as_bytes());
        bytes.extend((extents.len() as u32).to_le_bytes());
        bytes.extend(extents.iter().flat_map(|extent| extent.to_le_bytes()));
        bytes.extend(kind.to_le_bytes());
        bytes.extend(offset.to_le_bytes());
    }
    bytes.resize(bytes.len().next_multiple_of(32), 0);
    bytes
}

/// The one type that `gguf.quants` does not unpack; ggml's `dequantize_row_q8_K` multiplies each code by the block's scale.
#[test]
fn eight_bits_under_one_scale_are_the_products() {
    let scales = [0.1_f32, -3.7e-5];
    let mut bytes = header(&[("w", &[512], 15, 0)]);
    for scale in scales {
        bytes.extend(scale.to_le_bytes());
        bytes.extend(0..=u8::MAX);
        bytes.extend([0; 32]);
    }
    let folder = tempdir().expect("a fresh folder");
    let source = open(&put(folder.path(), "m.gguf", &bytes)).expect("reads");
    let products = scales.map(|scale| (0..=u8::MAX).map(move |code| scale * f32::from(code as i8)));
    let expected: Vec<f64> = products.into_iter().flatten().map(f64::from).collect();
    assert_eq!(numbers(&*source, "w"), expected);
    assert_eq!(source.tensors()[0].quantisation.as_deref(), Some("q8_k"));
}

fn refused(bytes: &[u8]) -> String {
    let folder = tempdir().expect("a fresh folder");
    let path = put(folder.path(), "m.gguf", bytes);
    refusal(&path, folder.path())
}

#[test]
fn a_type_without_a_layout_is_listed_and_never_read_as_numbers() {
    let folder = tempdir().expect("a fresh folder");
    let path = put(folder.path(), "m.gguf", &header(&[("a", &[32], 9, 0), ("b", &[32], 77, 0)]));
    let source = open(&path).expect("reads");
    for (index, name, packing) in [(0, "a", "q8_1"), (1, "b", "ggml type 77")] {
        assert_eq!(source.tensors()[index].quantisation.as_deref(), Some(packing));
        assert_eq!(source.tensors()[index].dtype, Dtype::U8);
        let error = source.load(index).map(|_| ()).expect_err("not read");
        assert_eq!(
            crate::files::message(&error, folder.path()),
            format!("m.gguf: tensor `{name}`: packed weights of a kind that is not read: {packing}")
        );
    }
}

#[test]
fn lies_of_a_header_are_refused() {
    let huge: &[u64] = &[1 << 40, 1 << 40];
    for (bytes, message) in [
        (
            header(&[("w", &[4], 0, 0)]),
            "tensor `w`: the data is cut off: it ends at byte 80, the file's data has 64; download it again or save it anew",
        ),
        (
            header(&[("w", &[256], 12, 0)]),
            "tensor `w`: the data is cut off: it ends at byte 208, the file's data has 64; download it again or save it anew",
        ),
        (
            header(&[("w", &[8], 12, 0)]),
            "tensor `w`: malformed GGUF: the length of a row of blocks is 8; download it again or save it anew",
        ),
        (
            header(&[("w", huge, 0, 0)]),
            "tensor `w`: the product of the shape [1099511627776, 1099511627776] overflows",
        ),
        (
            header(&[("w", &[0], 0, u64::MAX)]),
            "tensor `w`: the data is cut off: it ends at byte 18446744073709551615, the file's data has 64; download it again or save it anew",
        ),
        (
            b"GGUF\x01\0\0\0".to_vec(),
            "malformed GGUF: its version is 1 (at byte 8); download it again or save it anew",
        ),
        (
            b"GGUF\0\0\0\x03".to_vec(),
            "the byte order is not supported: big; save the weights as float32 safetensors to have them read",
        ),
        (header(&[("w", &[0], 0, 0), ("w", &[0], 0, 0)]), "tensor `w`: the name occurs twice"),
    ] {
        assert_eq!(refused(&bytes), format!("m.gguf: {message}"));
    }
}

#[test]
fn truncation_at_every_byte_of_the_header_is_refused_with_the_file() {
    let whole = std::fs::read(tiny("split-00001-of-00002.gguf")).expect("readable");
    for length in 1..whole.len() {
        let message = refused(&whole[..length]);
        assert!(message.starts_with(&format!("{}: ", Path::new("m.gguf").display())), "{length}: {message}");
    }
}
