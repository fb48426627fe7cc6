//! Every lie of a safetensors file is refused with a message that says what is wrong where.

use tempfile::tempdir;

use crate::files::{filled, put, refusal, safetensors};

fn refused(bytes: &[u8]) -> String {
    let folder = tempdir().expect("a fresh folder");
    let path = put(folder.path(), "m.safetensors", bytes);
    refusal(&path, folder.path())
}

fn refused_entry(entry: &str, data: &[u8]) -> String {
    refused(&safetensors(&format!(r#"{{"w":{entry}}}"#), data))
}

#[test]
fn a_path_where_nothing_is() {
    let folder = tempdir().expect("a fresh folder");
    let path = folder.path().join("absent");
    assert_eq!(refusal(&path, folder.path()), "absent: no such file or folder");
}

#[test]
fn an_empty_file() {
    assert_eq!(refused(b""), "m.safetensors: the file is empty; the download or the copy may have failed");
}

#[test]
fn a_file_of_no_known_format() {
    let folder = tempdir().expect("a fresh folder");
    let path = put(folder.path(), "m.xyz", b"not weights at all");
    assert_eq!(
        refusal(&path, folder.path()),
        "m.xyz: no checkpoint format that is known: the file starts with `not weig`"
    );
}

#[test]
fn a_truncated_header() {
    assert_eq!(
        refused(&[5, 0, 0]),
        "m.safetensors: the header is cut off: 8 bytes are needed, the file has 3 (at byte 0); download it again or save it anew"
    );
}

#[test]
fn a_header_longer_than_the_file() {
    let mut bytes = safetensors("{}", b"");
    bytes[0] = 99;
    assert_eq!(
        refused(&bytes),
        "m.safetensors: the header claims 99 bytes but the file has only 10; download it again or save it anew"
    );
}

#[test]
fn a_header_that_is_no_json() {
    assert_eq!(
        refused(&safetensors("{{", b"")),
        "m.safetensors: the safetensors header is malformed: key must be a string at line 1 column 2"
    );
}

#[test]
fn truncated_data() {
    assert_eq!(
        refused_entry(r#"{"dtype":"F32","shape":[2],"data_offsets":[0,8]}"#, &[0; 7]),
        "m.safetensors: tensor `w`: the data is cut off: it ends at byte 8, the file's data has 7; download it again or save it anew"
    );
}

#[test]
fn offsets_that_run_backwards() {
    assert_eq!(
        refused_entry(r#"{"dtype":"F32","shape":[2],"data_offsets":[8,0]}"#, &[0; 8]),
        "m.safetensors: tensor `w`: offsets run backwards: 8 to 0; download it again or save it anew"
    );
}

#[test]
fn offsets_out_of_range() {
    let (begin, end) = (u64::MAX - 8, u64::MAX);
    assert_eq!(
        refused_entry(&format!(r#"{{"dtype":"F32","shape":[2],"data_offsets":[{begin},{end}]}}"#), &[0; 8]),
        format!(
            "m.safetensors: tensor `w`: the data is cut off: it ends at byte {end}, the file's data has 8; download it again or save it anew"
        )
    );
}

#[test]
fn overlapping_offsets() {
    let header = r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},
                     "b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#;
    assert_eq!(
        refused(&safetensors(header, &[0; 8])),
        "m.safetensors: tensor `b`: offsets overlap those of tensor `a`; download it again or save it anew"
    );
}

#[test]
fn offsets_that_do_not_fit_the_shape() {
    assert_eq!(
        refused_entry(r#"{"dtype":"F16","shape":[2,3],"data_offsets":[0,8]}"#, &[0; 8]),
        "m.safetensors: tensor `w`: f16 of shape [2, 3] takes 12 bytes, the offsets span 8; download it again or save it anew"
    );
}

#[test]
fn an_unknown_dtype() {
    assert_eq!(
        refused_entry(r#"{"dtype":"F7","shape":[1],"data_offsets":[0,1]}"#, &[0]),
        "m.safetensors: tensor `w`: unknown dtype F7; save the weights as float32 safetensors to have them read"
    );
}

#[test]
fn a_shape_whose_product_overflows() {
    assert_eq!(
        refused_entry(r#"{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}"#, &[0; 4]),
        "m.safetensors: tensor `w`: the product of the shape [4294967296, 4294967296] overflows"
    );
}

#[test]
fn a_name_that_occurs_twice_in_one_file() {
    let entry = r#"{"dtype":"U8","shape":[1],"data_offsets":[0,1]}"#;
    let other = r#"{"dtype":"U8","shape":[1],"data_offsets":[1,2]}"#;
    assert_eq!(
        refused(&safetensors(&format!(r#"{{"w":{entry},"w":{other}}}"#), &[0; 2])),
        "m.safetensors: tensor `w`: the name occurs twice"
    );
}

#[test]
fn a_shape_of_countless_axes() {
    let shape = vec!["1"; 100_000].join(",");
    let entry = format!(r#"{{"dtype":"U8","shape":[{shape}],"data_offsets":[0,1]}}"#);
    let message = refused_entry(&entry, &[0]);
    assert!(message.contains("more than 64 axes"), "{message}");
}

#[test]
fn truncation_at_every_byte_is_refused_or_reads_less_never_more() {
    let whole = filled(&[("a.weight", &[2, 3]), ("b.weight", &[4])]);
    for length in 0..whole.len() {
        let message = refused(&whole[..length]);
        assert!(message.starts_with("m.safetensors: "), "{length}: {message}");
    }
}
