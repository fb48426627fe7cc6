//! NumPy's own files read as numpy loads them.

use heavytail_formats::{Dtype, Format, open};
use tempfile::tempdir;

use crate::files::{message, names, numbers, put, refusal, shape, tiny, truth};

#[test]
fn archives_hold_the_arrays_in_their_order() {
    for file in ["numpy_plain.npz", "numpy_compressed.npz"] {
        let source = open(&tiny(file)).expect(file);
        assert_eq!(source.info().format, Format::Numpy);
        let expected =
            ["embed.weight", "conv.weight", "conv.bias", "norm.weight", "fc.weight", "fc.bias", "out.weight"];
        assert_eq!(names(&*source), expected, "{file}");
        for tensor in expected {
            assert_eq!(numbers(&*source, tensor), truth(tensor), "{file}: {tensor}");
        }
    }
}

#[test]
fn fortran_order_is_turned_and_a_bare_array_is_called_as_its_file() {
    let source = open(&tiny("numpy_fortran.npy")).expect("reads");
    assert_eq!(names(&*source), ["numpy_fortran"]);
    assert_eq!(shape(&*source, "numpy_fortran"), [12, 8, 3, 3]);
    assert_eq!(numbers(&*source, "numpy_fortran"), truth("conv.weight"));
}

#[test]
fn arrays_that_are_no_numbers_are_listed_and_never_read() {
    let source = open(&tiny("numpy_odd.npz")).expect("reads");
    assert_eq!(names(&*source), ["half", "text", "objects", "records", "scalar"]);
    assert_eq!(numbers(&*source, "scalar"), [2.5]);
    assert_eq!(source.tensors()[0].dtype, Dtype::F16);
    for (index, kind) in [(1, "<U2"), (2, "|O"), (3, "record")] {
        let error = source.load(index).map(|_| ()).expect_err("no numbers");
        let expected = format!("packed weights of a kind that is not read: numpy {kind}");
        assert!(message(&error, &tiny("")).ends_with(&expected), "{error}");
    }
}

/// An array of version 1 with this header and these bytes.
fn array(header: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}

#[test]
fn lies_of_an_array_are_refused() {
    let folder = tempdir().expect("a fresh folder");
    let of = |descr: &str, shape: &str| {
        format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n")
    };
    for (bytes, expected) in [
        (
            array(&of("'<f4'", "(3,)"), &[0; 8]),
            "the data is cut off: it ends at byte 80, the file's data has 76; download it again or save it anew",
        ),
        (
            array(&of("'>f4'", "(2,)"), &[0; 8]),
            "the byte order is not supported: big; save the weights as float32 safetensors to have them read",
        ),
        (
            array(&of("'<f4'", "(-1,)"), &[0; 8]),
            "malformed npy: the header is no array's (at byte 69); download it again or save it anew",
        ),
        (
            array("{}", &[]),
            "malformed npy: the header is no array's (at byte 12); download it again or save it anew",
        ),
        (
            array(&of("'<f4'", "(4294967296, 4294967296)"), &[]),
            "the product of the shape [4294967296, 4294967296] overflows",
        ),
        (
            b"\x93NUMPY\x07\x00aaaa".to_vec(),
            "malformed npy: its version is 7 (at byte 8); download it again or save it anew",
        ),
        (
            b"\x93NUMPY\x02\x00\xff\xff\xff\xff".to_vec(),
            "the header has 4294967295 bytes, more than the limit of 10000",
        ),
    ] {
        let path = put(folder.path(), "m.npy", &bytes);
        assert_eq!(refusal(&path, folder.path()), format!("m.npy: {expected}"));
    }
}
