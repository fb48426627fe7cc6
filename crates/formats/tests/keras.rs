//! Keras's files read as Keras names them, HDF5 in every layout that h5py writes, and files that lie.

use heavytail_formats::{Dtype, Format, open};
use tempfile::tempdir;

use crate::files::{message, names, numbers, put, shape, tiny, truth};

/// Names of the model in its order.
const MODEL: [&str; 22] = [
    "embed/embeddings",
    "attend/query/kernel",
    "attend/query/bias",
    "attend/key/kernel",
    "attend/key/bias",
    "attend/value/kernel",
    "attend/value/bias",
    "attend/attention_output/kernel",
    "attend/attention_output/bias",
    "lstm/lstm_cell/kernel",
    "lstm/lstm_cell/recurrent_kernel",
    "lstm/lstm_cell/bias",
    "norm/gamma",
    "fc/kernel",
    "fc/bias",
    "conv/kernel",
    "conv/bias",
    "out/kernel",
    "bn/gamma",
    "bn/beta",
    "bn/moving_mean",
    "bn/moving_variance",
];

/// The elements of PyTorch's weight of this shape, with its axes in the order `axes`.
fn turned(name: &str, shape: &[usize], axes: &[usize]) -> Vec<f64> {
    let elements = truth(name);
    let extents: Vec<usize> = axes.iter().map(|axis| shape[*axis]).collect();
    let strides: Vec<usize> = axes.iter().map(|axis| shape[axis + 1..].iter().product()).collect();
    (0..elements.len())
        .map(|mut position| {
            let mut from = 0;
            for (extent, stride) in extents.iter().zip(&strides).rev() {
                from += position % extent * stride;
                position /= extent;
            }
            elements[from]
        })
        .collect()
}

#[test]
fn every_format_of_keras_gives_the_same_names_and_numbers() {
    let expected = open(&tiny("keras.safetensors")).expect("the truth reads");
    for file in ["keras.keras", "keras.weights.h5", "keras_legacy.h5"] {
        let source = open(&tiny(file)).expect(file);
        assert_eq!(source.info().format, Format::Keras, "{file}");
        let mut found = names(&*source);
        let mut model = MODEL.to_vec();
        if file == "keras.weights.h5" {
            // Only there nothing tells the order of the model.
            found.sort_unstable();
            model.sort_unstable();
        } else {
            // Keras lists the weights of an attention in another order than it numbers them.
            found[1..9].sort_unstable();
            model[1..9].sort_unstable();
        }
        assert_eq!(found, model, "{file}");
        for name in MODEL {
            assert_eq!(shape(&*source, name), shape(&*expected, name), "{file}: {name}");
            assert_eq!(numbers(&*source, name), numbers(&*expected, name), "{file}: {name}");
        }
    }
}

#[test]
fn kernels_are_those_of_the_other_formats_with_outputs_last() {
    let source = open(&tiny("keras.keras")).expect("reads");
    assert_eq!(numbers(&*source, "embed/embeddings"), truth("embed.weight"));
    assert_eq!(numbers(&*source, "fc/kernel"), turned("fc.weight", &[24, 16], &[1, 0]));
    assert_eq!(numbers(&*source, "conv/kernel"), turned("conv.weight", &[12, 8, 3, 3], &[2, 3, 1, 0]));
    assert_eq!(shape(&*source, "conv/kernel"), [3, 3, 8, 12]);
}

#[test]
fn every_layout_of_hdf5_is_read() {
    let counted: Vec<f64> = (0..60).map(f64::from).collect();
    for file in ["hdf5_earliest.h5", "hdf5_latest.h5", "hdf5_ordered.h5"] {
        let source = open(&tiny(file)).expect(file);
        assert_eq!(source.info().format, Format::Hdf5, "{file}");
        let mut whole = vec![
            "contiguous",
            "big_endian",
            "half",
            "integers",
            "unsigned",
            "group/inner/chunked",
            "group/inner/deflated",
            "group/inner/one_chunk",
            "group/inner/growing",
            "group/inner/compact",
        ];
        if file == "hdf5_latest.h5" {
            whole.retain(|name| *name != "group/inner/growing");
        }
        for name in whole {
            assert_eq!(numbers(&*source, name), counted, "{file}: {name}");
            assert_eq!(shape(&*source, name), [6, 10], "{file}: {name}");
        }
        assert_eq!(numbers(&*source, "scalar"), [7.0]);
        assert_eq!(shape(&*source, "empty"), [0, 3]);
        assert_eq!(numbers(&*source, "group/inner/unwritten"), [0.5; 16], "{file}");
        for number in 0..40 {
            assert_eq!(numbers(&*source, &format!("many/t{number:02}")), [f64::from(number); 3], "{file}");
        }
        assert_eq!(source.tensors().len(), 53, "{file}: texts are no tensors");
        let half = source.tensors().iter().find(|info| info.name == "half").expect("listed");
        assert_eq!(half.dtype, Dtype::F16);
    }
}

#[test]
fn a_layout_that_is_not_read_is_an_error_of_its_tensor_alone() {
    let source = open(&tiny("hdf5_latest.h5")).expect("reads");
    let index = names(&*source).iter().position(|name| *name == "group/inner/growing").expect("listed");
    let error = source.load(index).map(|_| ()).expect_err("is refused");
    let text = message(&error, &tiny(""));
    assert!(
        text.contains("tensor `group/inner/growing`: the layout is not supported: chunks that may grow"),
        "{text}"
    );
}

#[test]
fn truncation_at_every_byte_is_an_error() {
    let folder = tempdir().expect("a fresh folder");
    for name in ["hdf5_latest.h5", "hdf5_earliest.h5", "keras.keras"] {
        let whole = std::fs::read(tiny(name)).expect(name);
        for length in (1..2048).chain((2048..whole.len()).step_by(97)).chain([whole.len() - 1]) {
            let path = put(folder.path(), "cut", &whole[..length]);
            assert!(open(&path).is_err(), "{name} cut to {length} bytes");
        }
    }
}

#[test]
fn any_byte_may_be_changed_without_harm() {
    let folder = tempdir().expect("a fresh folder");
    for name in ["hdf5_latest.h5", "hdf5_earliest.h5"] {
        let whole = std::fs::read(tiny(name)).expect(name);
        for at in (0..whole.len()).step_by(41) {
            let mut bytes = whole.clone();
            bytes[at] = if at % 2 == 0 { 0xff } else { bytes[at].wrapping_add(1) };
            let Ok(source) = open(&put(folder.path(), "m.h5", &bytes)) else { continue };
            for index in 0..source.tensors().len() {
                let Ok(data) = source.load(index) else { continue };
                let mut some = vec![0.0; data.len().min(1000)];
                drop(data.decode(0, 1, &mut some));
            }
        }
    }
}

#[test]
fn a_group_that_contains_itself_ends() {
    let folder = tempdir().expect("a fresh folder");
    let whole = std::fs::read(tiny("hdf5_earliest.h5")).expect("the fixture");
    // The root's header is at 96 in this layout; every symbol table entry of a group is made to point there.
    let root = 96_u64.to_le_bytes();
    let mut bytes = whole.clone();
    let tables: Vec<usize> = (0..whole.len() - 8).filter(|at| whole[*at..].starts_with(b"SNOD")).collect();
    assert!(tables.len() > 2);
    for table in tables {
        bytes[table + 16..table + 24].copy_from_slice(&root);
    }
    let source = open(&put(folder.path(), "m.h5", &bytes)).expect("reads what is left");
    assert!(source.tensors().len() < 53);
}

#[test]
fn a_dataset_that_claims_more_than_it_holds_is_refused() {
    let folder = tempdir().expect("a fresh folder");
    let whole = std::fs::read(tiny("hdf5_earliest.h5")).expect("the fixture");
    // The extents 6 and 10 of every dataset become 2^24 each; element counts fit in memory's address space.
    let (old, new) =
        ([6_u64.to_le_bytes(), 10_u64.to_le_bytes()].concat(), [(1_u64 << 24).to_le_bytes(); 2].concat());
    let mut bytes = whole.clone();
    for at in 0..whole.len() - old.len() {
        if whole[at..].starts_with(&old) {
            bytes[at..at + new.len()].copy_from_slice(&new);
        }
    }
    let error = open(&put(folder.path(), "m.h5", &bytes)).map(|_| ()).expect_err("is refused");
    assert!(error.to_string().contains("the data is cut off"), "{error}");
}
