//! What is wrong with a checkpoint is said of its file and tensor, with what to do about it.

use std::path::Path;

use heavytail_formats::{Error, open};
use tempfile::tempdir;

use crate::coreml_program::{PROGRAM, WEIGHTS, package};
use crate::files::{copy, message, put, safetensors, tiny};

const AGAIN: &str = "; download it again or save it anew";
const OTHERWISE: &str = "; save the weights as float32 safetensors to have them read";

/// The message begins with file and tensor, says what is wrong and ends with what to do.
fn says(error: &Error, folder: &Path, beginning: &str, wrong: &str, advice: &str) {
    let text = message(error, folder);
    assert!(text.starts_with(beginning), "{text}");
    assert!(text.contains(wrong), "{text}");
    assert!(text.ends_with(advice), "{text}");
}

fn refused(path: &Path) -> Error {
    open(path).map(|_| ()).expect_err("it is refused")
}

#[test]
fn of_a_broken_header() {
    let folder = tempdir().expect("a fresh folder");
    let cases: [(&str, &[u8], &str, &str); 5] = [
        ("m.gguf", b"GGUF\x01\0\0\0", "its version is 1", AGAIN),
        ("m.npy", b"\x93NUMPY\x07\0aaaa", "its version is 7", AGAIN),
        ("m.safetensors", b"\x05\0\0", "the header is cut off", AGAIN),
        ("m.gguf", b"GGUF\0\0\0\x03", "the byte order is not supported: big", OTHERWISE),
        ("m.msgpack", b"\x81\xa6params\x81\xa1w\xdf\xff\xff\xff\xff", "cut off", AGAIN),
    ];
    for (name, bytes, wrong, advice) in cases {
        let path = put(folder.path(), name, bytes);
        says(&refused(&path), folder.path(), &format!("{name}: "), wrong, advice);
    }
}

#[test]
fn of_a_tensor_that_does_not_fit() {
    let folder = tempdir().expect("a fresh folder");
    for (entry, wrong) in [
        (r#"{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#, "the data is cut off"),
        (r#"{"dtype":"F32","shape":[1],"data_offsets":[4,0]}"#, "offsets run backwards"),
        (r#"{"dtype":"F16","shape":[1],"data_offsets":[0,4]}"#, "takes 2 bytes, the offsets span 4"),
    ] {
        let path = put(folder.path(), "m.safetensors", &safetensors(&format!(r#"{{"w":{entry}}}"#), &[0; 4]));
        says(&refused(&path), folder.path(), "m.safetensors: tensor `w`: ", wrong, AGAIN);
    }
}

#[test]
fn of_a_weight_file_beside_the_program() {
    let folder = tempdir().expect("a fresh folder");
    let read = |file| std::fs::read(tiny("coreml_float.mlpackage").join(file)).expect("reads");
    let (program, mut weights) = (read(PROGRAM), read(WEIGHTS));
    // The first description, which is that of the first weight.
    weights[64] ^= 1;
    package(folder.path(), &program, &weights);
    let wrong = "a weight's description does not begin as one (at byte ";
    let file = format!("{WEIGHTS}: tensor `fc.weight`: ");
    says(&refused(folder.path()), folder.path(), &file, wrong, AGAIN);
}

#[test]
fn of_what_is_found_only_as_it_is_loaded() {
    let (folder, place) = copy("coreml_sparse.mlpackage");
    let path = place.join(WEIGHTS);
    let mut weights = std::fs::read(&path).expect("reads");
    let start: [u8; 8] = weights[896 + 16..][..8].try_into().expect("eight bytes");
    weights[usize::try_from(u64::from_le_bytes(start)).expect("it is small")] ^= 1;
    std::fs::write(&path, weights).expect("writable");
    let error = open(&place).expect("reads").load(0).err().expect("a one has no number");
    let beginning = format!("coreml_sparse.mlpackage/{PROGRAM}: tensor `fc.weight`: ");
    says(&error, folder.path(), &beginning, "malformed Core ML: a mask has more or fewer ones", AGAIN);
}

#[test]
fn of_what_is_found_only_as_it_is_decoded() {
    let folder = tempdir().expect("a fresh folder");
    let header = r#"{"w":{"dtype":"C64","shape":[2],"data_offsets":[0,16]}}"#;
    let path = put(folder.path(), "m.safetensors", &safetensors(header, &[0; 16]));
    let data = open(&path).expect("reads").load(0).expect("loads");
    let beginning = "m.safetensors: tensor `w`: ";
    let error = data.decode(0, 1, &mut [0.0; 2]).expect_err("they are no real numbers");
    says(&error, folder.path(), beginning, "no real number", "only real tensors can be read as weights");
    let error = data.decode(1, 1, &mut [0.0; 2]).expect_err("there are two");
    says(&error, folder.path(), beginning, "element 2 of 2 was asked for", "");
}
