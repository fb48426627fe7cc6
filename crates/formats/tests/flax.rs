//! Flax's MessagePack, written by Flax.

use std::path::Path;

use heavytail_formats::{Dtype, Format, TensorSource, open};
use tempfile::tempdir;

use crate::files::{names, numbers, put, refusal, shape, tiny, truth};

fn read(name: &str) -> Box<dyn TensorSource> {
    open(&tiny(name)).expect("reads")
}

/// A row-major matrix of so many columns, turned.
fn turned(numbers: &[f64], columns: usize) -> Vec<f64> {
    (0..columns).flat_map(|column| numbers.iter().skip(column).step_by(columns).copied()).collect()
}

#[test]
fn parameters_are_named_by_the_way_to_them() {
    let source = read("flax_params.msgpack");
    let expected =
        ["conv/bias", "conv/kernel", "embed/embedding", "fc/bias", "fc/kernel", "norm/scale", "out/kernel"];
    assert_eq!((names(&*source), source.info().format), (expected.to_vec(), Format::Flax));
    assert_eq!(shape(&*source, "conv/kernel"), [3, 3, 8, 12]);
    assert_eq!(numbers(&*source, "embed/embedding"), truth("embed.weight"));
    assert_eq!(numbers(&*source, "fc/kernel"), turned(&truth("fc.weight"), 16));
    assert_eq!(numbers(&*source, "fc/bias"), truth("fc.bias"));
    // 12 × 72 turned is 8 × 3 × 3 × 12; its slices for one input are every third axis away.
    let (ours, theirs) = (turned(&truth("conv.weight"), 72), numbers(&*source, "conv/kernel"));
    for (input, place) in (0..8).flat_map(|input| (0..9).map(move |place| (input, place))) {
        let row = |table: &[f64], row: usize| table[row * 12..(row + 1) * 12].to_vec();
        assert_eq!(row(&ours, input * 9 + place), row(&theirs, place * 8 + input));
    }
}

#[test]
fn of_a_training_state_the_parameters_are_listed() {
    let source = read("flax_state.msgpack");
    assert_eq!(names(&*source), ["fc/bias", "fc/kernel", "brain", "half"]);
    assert_eq!(numbers(&*source, "brain"), (0..12).map(f64::from).collect::<Vec<_>>());
    assert_eq!(numbers(&*source, "half"), (0..6).map(f64::from).collect::<Vec<_>>());
    assert_eq!((source.tensors()[2].dtype, source.tensors()[3].dtype), (Dtype::Bf16, Dtype::F16));
}

#[test]
fn arrays_in_chunks_are_put_together() {
    let source = read("flax_chunked.msgpack");
    assert_eq!(shape(&*source, "fc/kernel"), [16, 24]);
    assert_eq!(numbers(&*source, "fc/kernel"), turned(&truth("fc.weight"), 16));
}

#[test]
fn truncation_at_every_byte_is_an_error() {
    let folder = tempdir().expect("a fresh folder");
    for name in ["flax_params.msgpack", "flax_chunked.msgpack"] {
        let whole = std::fs::read(tiny(name)).expect("reads");
        for length in 1..whole.len() {
            assert!(
                open(&put(folder.path(), "cut", &whole[..length])).is_err(),
                "{name} cut to {length} bytes"
            );
        }
    }
}

#[test]
fn lies_are_refused() {
    let folder = tempdir().expect("a fresh folder");
    let of = |bytes: &[u8]| refusal(&put(folder.path(), "m.msgpack", bytes), Path::new(folder.path()));
    // A map of a map of a map, without an end.
    let deep: Vec<u8> = b"\x81\xa1a".repeat(100_000);
    assert!(of(&deep).contains("nested too deep"));
    // Four thousand million pairs in a few bytes.
    assert!(of(b"\xdf\xff\xff\xff\xff\xa1a\xc0").contains("cut off"));
    // An array of 2 × 2^63 elements, and one with fewer bytes than elements.
    let array = |shape: &[u8], bytes: &[u8]| {
        let inner = [b"\x93", shape, b"\xa7float32", bytes].concat();
        [b"\x81\xa1a\xc7", &[u8::try_from(inner.len()).expect("short")][..], b"\x01", &inner].concat()
    };
    let long = array(b"\x92\x02\xcf\x80\0\0\0\0\0\0\0", b"\xc4\x00");
    assert!(of(&long).contains("overflows"), "{}", of(&long));
    let short = array(b"\x91\x02", b"\xc4\x04abcd");
    assert!(of(&short).contains("takes 8 bytes, the offsets span 4"), "{}", of(&short));
    assert!(of(b"\x81\xa1a\x01").contains("there is no array in it"));
}
