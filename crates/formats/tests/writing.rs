//! What is written is read back as it was, and a failed write leaves nothing.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use heavytail_formats::{
    Dtype, Error, ErrorKind, MemorySource, MemoryTensor, TensorSource, open, write_safetensors,
};
use proptest::prelude::*;
use tempfile::tempdir;

use crate::files::{filled, names, numbers, put, safetensors};

fn copied(source: &dyn TensorSource, path: &Path) -> Box<dyn TensorSource> {
    write_safetensors::<Error>(source, path, &AtomicBool::new(false), |_, _| Ok(None)).expect("writes");
    open(path).expect("reads back")
}

#[test]
fn names_types_metadata_and_elements_survive() {
    let folder = tempdir().expect("a fresh folder");
    let header = r#"{"__metadata__":{"format":"pt","a":"b"},
        "b":{"dtype":"BF16","shape":[2],"data_offsets":[0,4]},"a":{"dtype":"I8","shape":[],"data_offsets":[4,5]}}"#;
    let path = put(folder.path(), "m.safetensors", &safetensors(header, &[0x80, 0x3f, 0, 0xc0, 0xff]));
    let source = open(&path).expect("reads");
    let back = copied(&*source, &folder.path().join("new/folder/out.safetensors"));
    assert_eq!(back.tensors(), source.tensors());
    assert_eq!(back.metadata(0), [("format".into(), "pt".into()), ("a".into(), "b".into())]);
    assert_eq!((numbers(&*back, "a"), numbers(&*back, "b")), (vec![-1.0], vec![1.0, -2.0]));
}

#[test]
fn shards_stay_shards() {
    let folder = tempdir().expect("a fresh folder");
    put(folder.path(), "in/1.safetensors", &filled(&[("b", &[2]), ("a", &[3])]));
    put(folder.path(), "in/2.safetensors", &filled(&[("c", &[4])]));
    let source = open(&folder.path().join("in")).expect("reads");
    let back = copied(&*source, &folder.path().join("out"));
    assert_eq!(names(&*back), ["a", "b", "c"]);
    let files: Vec<_> = back.info().files.iter().filter_map(|file| file.file_name()).collect();
    assert_eq!(files, ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]);
}

#[test]
fn replaced_elements_are_rounded_to_the_type() {
    let folder = tempdir().expect("a fresh folder");
    let header = r#"{"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"k":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#;
    let path = put(folder.path(), "m.safetensors", &safetensors(header, &[0; 8]));
    let source = open(&path).expect("reads");
    let new = folder.path().join("o.safetensors");
    let replace = |_: usize, info: &heavytail_formats::TensorInfo| {
        Ok::<_, Error>((info.name == "h").then(|| vec![1.0 / 3.0, 1.0]))
    };
    write_safetensors(&*source, &new, &AtomicBool::new(false), replace).expect("writes");
    let back = open(&new).expect("reads back");
    assert_eq!(numbers(&*back, "h"), [half::f16::from_f64(1.0 / 3.0).to_f64(), 1.0]);
    assert_eq!(numbers(&*back, "k"), [0.0]);
}

#[test]
fn a_failed_write_leaves_no_file() {
    let folder = tempdir().expect("a fresh folder");
    let path = put(folder.path(), "m.safetensors", &filled(&[("a", &[2])]));
    let source = open(&path).expect("reads");
    let out = folder.path().join("out");
    let (new, wrong) = (out.join("o.safetensors"), |_: usize, _: &_| Ok(Some(vec![1.0])));
    let wrong = write_safetensors::<Error>(&*source, &new, &AtomicBool::new(false), wrong);
    let error = wrong.expect_err("one element is not two");
    assert!(matches!(error.kind(), ErrorKind::SizeMismatch { expected: 8, found: 4, .. }), "{error}");
    assert_eq!(std::fs::read_dir(&out).expect("the folder was made").count(), 0);
}

#[test]
fn a_writing_that_is_stopped_leaves_none_of_its_files() {
    let folder = tempdir().expect("a fresh folder");
    put(folder.path(), "in/1.safetensors", &filled(&[("a", &[3])]));
    put(folder.path(), "in/2.safetensors", &filled(&[("b", &[4])]));
    let source = open(&folder.path().join("in")).expect("reads");
    let out = folder.path().join("out");
    let stop = AtomicBool::new(false);
    let stopped = write_safetensors::<Error>(&*source, &out, &stop, |tensor, _| {
        stop.store(tensor == 1, Ordering::Relaxed);
        Ok(None)
    });
    let error = stopped.expect_err("the second shard is stopped");
    assert!(matches!(error.kind(), ErrorKind::Write(_)), "{error}");
    assert_eq!(std::fs::read_dir(&out).expect("the folder was made").count(), 0);
}

#[test]
fn a_name_twice_in_memory_is_refused() {
    let tensor = || MemoryTensor {
        name: "w".to_owned(),
        dtype: Dtype::U8,
        shape: vec![1],
        strides: None,
        start: 0,
        bytes: Arc::new(vec![0_u8]),
    };
    let error = MemorySource::new(vec![tensor(), tensor()]).map(|_| ()).expect_err("twice");
    assert_eq!(error.to_string(), "tensor `w`: the name occurs twice");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_tensors_go_out_and_come_back(
        shapes in prop::collection::vec((prop::collection::vec(0_usize..5, 0..4), 0_usize..5, any::<bool>()), 0..6),
        seed in any::<u8>(),
    ) {
        let types = [Dtype::F64, Dtype::F32, Dtype::F16, Dtype::Bf16, Dtype::I64];
        let tensors = shapes.iter().enumerate().map(|(number, (shape, dtype, transposed))| {
            let dtype = types[*dtype];
            let len: usize = shape.iter().product();
            let bytes: Vec<u8> = (0..len * dtype.size()).map(|i| (i as u8).wrapping_mul(7) ^ seed).collect();
            let mut strides = vec![1; shape.len()];
            for axis in 1..shape.len() {
                strides[axis] = strides[axis - 1] * shape[axis - 1];
            }
            MemoryTensor {
                name: format!("t{number}"),
                dtype,
                shape: shape.clone(),
                strides: transposed.then_some(strides),
                start: 0,
                bytes: Arc::new(bytes),
            }
        });
        let source = MemorySource::new(tensors.collect()).expect("valid");
        let folder = tempdir().expect("a fresh folder");
        let back = copied(&source, &folder.path().join("m.safetensors"));
        prop_assert_eq!(back.tensors(), source.tensors());
        for name in names(&source) {
            let (a, b) = (numbers(&source, name), numbers(&*back, name));
            prop_assert!(a.iter().zip(&b).all(|(x, y)| x.to_bits() == y.to_bits()));
        }
    }
}
