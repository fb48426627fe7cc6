//! A folder of a framework other than PyTorch in, the file in it that tells the rest out.

use std::path::{Path, PathBuf};

use crate::{Error, ErrorKind, inside};

/// TensorFlow's own note on which checkpoint is the latest; a larger one is not that.
const NOTE_LIMIT: u64 = 1 << 20;
/// One file is a whole model.
const WHOLE: [&str; 6] = [".keras", ".weights.h5", ".h5", ".onnx", ".tflite", ".msgpack"];

/// The file to open: TensorFlow's index, or the only file of a framework.
pub(crate) fn file_in(folder: &Path, names: &[String]) -> Result<Option<PathBuf>, Error> {
    if names.iter().any(|name| name == "variables/") {
        let index = folder.join("variables/variables.index");
        if index.is_file() {
            return Ok(Some(index));
        }
    }
    if let Some(index) = latest_checkpoint(folder, names)? {
        return Ok(Some(index));
    }
    for ending in std::iter::once(".index").chain(WHOLE) {
        let found: Vec<&String> = names.iter().filter(|name| name.ends_with(ending)).collect();
        match found.as_slice() {
            [] => {}
            [one] => return Ok(Some(folder.join(one))),
            several => {
                let found = several.iter().map(ToString::to_string).collect();
                return Err(ErrorKind::Ambiguous { found }.into());
            }
        }
    }
    Ok(None)
}

/// The index of the checkpoint that TensorFlow's note `checkpoint` calls the latest.
fn latest_checkpoint(folder: &Path, names: &[String]) -> Result<Option<PathBuf>, Error> {
    let note = folder.join("checkpoint");
    let is_note = std::fs::metadata(&note).is_ok_and(|note| note.is_file() && note.len() < NOTE_LIMIT);
    if !is_note || !names.iter().any(|name| name.ends_with(".index")) {
        return Ok(None);
    }
    let text = std::fs::read_to_string(note).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("model_checkpoint_path:"));
    let Some(word) = line.map(|word| word.trim().trim_matches('"')) else { return Ok(None) };
    // A checkpoint that was moved still has its old absolute path here.
    let word = word.rsplit(['/', '\\']).next().unwrap_or_default();
    inside::resolve(folder, &format!("{word}.index"))
}
