//! Checkpoints as bytes, for tests to break.

use std::path::{Path, PathBuf};

use heavytail_formats::{Error, TensorSource, open};

/// A safetensors file of this header and these data bytes.
pub(crate) fn safetensors(header: &str, data: &[u8]) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend_from_slice(data);
    bytes
}

/// A safetensors file of f32 tensors, each filled with its own number.
pub(crate) fn filled(tensors: &[(&str, &[usize])]) -> Vec<u8> {
    let (mut entries, mut data) = (Vec::new(), Vec::new());
    for (number, (name, shape)) in tensors.iter().enumerate() {
        let begin = data.len();
        let count: usize = shape.iter().product();
        data.extend((0..count).flat_map(|_| (number as f32).to_le_bytes()));
        entries.push(format!(
            r#""{name}":{{"dtype":"F32","shape":{shape:?},"data_offsets":[{begin},{}]}}"#,
            data.len()
        ));
    }
    safetensors(&format!("{{{}}}", entries.join(",")), &data)
}

/// Writes the bytes to `folder/name`.
pub(crate) fn put(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the folder can be made");
    // Removed first: some file systems flush a file that is cut and written again, a millisecond each time.
    drop(std::fs::remove_file(&path));
    std::fs::write(&path, bytes).expect("the test folder can be written");
    path
}

/// The error of opening a path, with the folder's own path taken out of the message.
pub(crate) fn refusal(path: &Path, folder: &Path) -> String {
    let error = open(path).map(|_| ()).expect_err("the checkpoint must be refused");
    message(&error, folder)
}

/// The message less the folder's path.
pub(crate) fn message(error: &Error, folder: &Path) -> String {
    error
        .to_string()
        .replace(&format!("{}/", folder.display()), "")
        .replace(&folder.display().to_string(), "FOLDER")
}

/// Names in the order of the source.
pub(crate) fn names(source: &dyn TensorSource) -> Vec<&str> {
    source.tensors().iter().map(|tensor| tensor.name.as_str()).collect()
}

/// All elements of the tensor of this name.
pub(crate) fn numbers(source: &dyn TensorSource, name: &str) -> Vec<f64> {
    let index = source.tensors().iter().position(|tensor| tensor.name == name).expect("the tensor is listed");
    let data = source.load(index).expect("the tensor loads");
    let mut out = vec![0.0; data.len()];
    data.decode(0, 1, &mut out).expect("the tensor decodes");
    out
}

/// Path of a fixture that a format's own library wrote.
pub(crate) fn tiny(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/tiny").join(name)
}

/// The elements that every fixture holds under this name.
pub(crate) fn truth(name: &str) -> Vec<f64> {
    numbers(&*open(&tiny("weights.safetensors")).expect("the truth reads"), name)
}

/// The shape of the tensor of this name.
pub(crate) fn shape(source: &dyn TensorSource, name: &str) -> Vec<usize> {
    let tensor = source.tensors().iter().find(|tensor| tensor.name == name).expect("the tensor is listed");
    tensor.shape.clone()
}

/// A fixture that is a folder, copied to be changed.
pub(crate) fn copy(name: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a fresh folder");
    let place = folder.path().join(name);
    copied(&tiny(name), &place);
    (folder, place)
}

/// A folder copied to another place.
pub(crate) fn copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("writable");
    for entry in std::fs::read_dir(from).expect("a folder").flatten() {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copied(&from, &to);
        } else {
            std::fs::copy(from, to).expect("copied");
        }
    }
}

/// Every file of a folder, in order.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}
