//! TensorFlow's checkpoints, SavedModels and TensorFlow Lite models read as TensorFlow means them, and broken ones.

use std::path::Path;

use heavytail_formats::{Dtype, Format, TensorSource, open};
use tempfile::tempdir;

use crate::files::{message, names, numbers, put, refusal, shape, tiny, truth};

const MODEL: [&str; 9] = [
    "conv/kernel",
    "conv/bias",
    "depth/kernel",
    "depth/bias",
    "wide/kernel",
    "wide/bias",
    "fc/kernel",
    "fc/bias",
    "out/kernel",
];

fn same_as_written(source: &dyn TensorSource, names: &[&str], from: &str) {
    let expected = open(&tiny(from)).expect("the truth reads");
    for name in names {
        assert_eq!(shape(source, name), shape(&*expected, name), "{name}");
        assert_eq!(numbers(source, name), numbers(&*expected, name), "{name}");
    }
}

#[test]
fn checkpoints_of_objects_list_the_model_and_no_optimiser() {
    for path in ["tf_checkpoint", "tf_checkpoint/ckpt-1", "tf_checkpoint/ckpt-1.index"] {
        let source = open(&tiny(path)).expect(path);
        assert_eq!(source.info().format, Format::TensorFlow, "{path}");
        assert_eq!(names(&*source), [&["save_counter"][..], &MODEL].concat(), "{path}");
        same_as_written(&*source, &MODEL, "tensorflow.safetensors");
    }
}

#[test]
fn a_saved_model_lists_each_variable_once() {
    for path in ["tf_saved_model", "tf_saved_model/variables/variables.index"] {
        let source = open(&tiny(path)).expect(path);
        assert_eq!(names(&*source), MODEL, "{path}");
        same_as_written(&*source, &MODEL, "tensorflow.safetensors");
    }
}

#[test]
fn checkpoints_of_the_first_tensorflow_are_read_by_name() {
    let source = open(&tiny("tf_checkpoint/first")).expect("reads");
    assert_eq!(names(&*source), ["brain", "conv1/kernel", "fc/kernel", "half", "split", "step"]);
    same_as_written(&*source, &["fc/kernel"], "tensorflow.safetensors");
    assert_eq!(shape(&*source, "conv1/kernel"), [3, 3, 8, 12]);
    assert_eq!(numbers(&*source, "brain"), (0..8).map(f64::from).collect::<Vec<_>>());
    assert_eq!(numbers(&*source, "step"), [5.0]);
    let rounded = truth("out.weight").into_iter().map(|number| half::f16::from_f64(number).to_f64());
    assert_eq!(numbers(&*source, "half"), rounded.collect::<Vec<_>>());
    let sliced = source.load(4).map(|_| ()).expect_err("a partitioned variable");
    let text = message(&sliced, &tiny("tf_checkpoint/first"));
    assert_eq!(
        text,
        "model.ckpt.index: tensor `split`: the variable is not supported: elements kept in slices under other keys; save the weights as float32 safetensors to have them read"
    );
}

/// The names of Keras for the tensors of TensorFlow Lite, which are numbered once more.
fn lite(name: &str) -> String {
    name.replacen('/', "_1/", 1).replacen("", "functional_1/", 1)
}

fn same_as_keras(file: &str, truth: &str, pairs: &[&str], dtype: Dtype, word: Option<&str>) {
    let source = open(&tiny(file)).expect(file);
    assert_eq!(source.info().format, Format::Tflite);
    let expected = open(&tiny(truth)).expect("the truth reads");
    for name in pairs {
        let ours = lite(name);
        assert_eq!(shape(&*source, &ours), shape(&*expected, name), "{file}: {name}");
        let mut numbers_there = numbers(&*expected, name);
        if dtype == Dtype::F16 {
            numbers_there.iter_mut().for_each(|number| *number = half::f16::from_f64(*number).to_f64());
        }
        assert_eq!(numbers(&*source, &ours), numbers_there, "{file}: {name}");
        let info = source.tensors().iter().find(|info| info.name == ours).expect("listed");
        assert_eq!((info.dtype, info.quantisation.as_deref()), (dtype, word), "{file}: {name}");
    }
}

#[test]
fn lite_models_have_keras_s_names_and_axes() {
    let biased =
        ["conv/kernel", "conv/bias", "depth/kernel", "depth/bias", "wide/kernel", "fc/kernel", "fc/bias"];
    same_as_keras("tflite_float.tflite", "tensorflow.safetensors", &biased, Dtype::F32, None);
    same_as_keras("tflite_half.tflite", "tensorflow.safetensors", &biased, Dtype::F16, None);
    let kernels = ["conv/kernel", "depth/kernel", "wide/kernel", "fc/kernel", "out/kernel"];
    same_as_keras("tflite_int8.tflite", "tflite_int8.safetensors", &kernels, Dtype::F32, Some("tflite-int8"));
    let source = open(&tiny("tflite_float.tflite")).expect("reads");
    let kernels_in_order: Vec<_> =
        names(&*source).into_iter().filter(|name| name.ends_with("kernel")).map(str::to_owned).collect();
    assert_eq!(kernels_in_order, kernels.map(lite), "in the order in which the operations run");
}

fn copy(from: &str, to: &Path) {
    for entry in std::fs::read_dir(tiny(from)).expect("a folder").flatten() {
        if entry.path().is_file() {
            let name = entry.file_name().into_string().expect("plain names");
            put(to, &name, &std::fs::read(entry.path()).expect("a file"));
        }
    }
}

#[test]
fn a_missing_or_short_shard_is_named() {
    let folder = tempdir().expect("a fresh folder");
    copy("tf_checkpoint/first", folder.path());
    let shard = folder.path().join("model.ckpt.data-00000-of-00001");
    let bytes = std::fs::read(&shard).expect("a shard");
    put(folder.path(), "model.ckpt.data-00000-of-00001", &bytes[..bytes.len() - 1]);
    assert!(refusal(folder.path(), folder.path()).contains("the data is cut off"));
    std::fs::remove_file(&shard).expect("removed");
    assert_eq!(
        refusal(folder.path(), folder.path()),
        "model.ckpt.index: the index names the shard model.ckpt.data-00000-of-00001, which is missing; download it \
         or remove the index"
    );
}

#[test]
fn truncation_at_every_byte_is_an_error() {
    let folder = tempdir().expect("a fresh folder");
    copy("tf_checkpoint/first", folder.path());
    let index = std::fs::read(tiny("tf_checkpoint/first/model.ckpt.index")).expect("the fixture");
    for length in 1..index.len() {
        put(folder.path(), "model.ckpt.index", &index[..length]);
        assert!(open(folder.path()).is_err(), "index cut to {length} bytes");
    }
    let model = std::fs::read(tiny("tflite_int8.tflite")).expect("the fixture");
    let count = open(&tiny("tflite_int8.tflite")).expect("reads").tensors().len();
    for length in 1..model.len() {
        // What the converter writes behind the last table that is read may be cut.
        if let Ok(source) = open(&put(folder.path(), "cut.tflite", &model[..length])) {
            assert_eq!(source.tensors().len(), count, "cut to {length} bytes");
        }
    }
}

#[test]
fn any_byte_may_be_changed_without_harm() {
    let folder = tempdir().expect("a fresh folder");
    copy("tf_checkpoint/first", folder.path());
    for name in ["model.ckpt.index", "tflite_int8.tflite"] {
        let path = tiny(if name.ends_with("index") { "tf_checkpoint/first/model.ckpt.index" } else { name });
        let whole = std::fs::read(path).expect("the fixture");
        for at in (0..whole.len()).step_by(3) {
            let mut bytes = whole.clone();
            bytes[at] = if at % 2 == 0 { 0xff } else { bytes[at].wrapping_add(1) };
            let Ok(source) = open(&put(folder.path(), name, &bytes)) else { continue };
            for index in 0..source.tensors().len() {
                let Ok(data) = source.load(index) else { continue };
                let mut some = vec![0.0; data.len().min(100)];
                drop(data.decode(0, 1, &mut some));
            }
        }
    }
}
