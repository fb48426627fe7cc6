//! Bytes in, the promises of every reader checked: what all targets share.
//!
//! A reader answers any bytes with an error that names the file, or with tensors whose elements are the same whether
//! they are read in one run or one by one.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use heavytail_formats::open;
use tempfile::TempDir;

/// Elements of a tensor that are looked at.
const ELEMENTS: usize = 600;

thread_local! {
    static FOLDER: OnceCell<TempDir> = const { OnceCell::new() };
}

/// Opens the bytes as a file called `name` and checks what a reader promises.
pub fn answers(name: &str, bytes: &[u8]) {
    let path = path_of(name);
    std::fs::write(&path, bytes).expect("the folder can be written");
    checked(&path);
}

/// Opens a folder of these files, always the same for one name, and checks the same.
pub fn answers_in(name: &str, files: &[(&str, &[u8])]) {
    let folder = path_of(name);
    for (file, bytes) in files {
        let path = folder.join(file);
        std::fs::create_dir_all(path.parent().expect("it is in a folder")).expect("the folder can be made");
        std::fs::write(&path, bytes).expect("the folder can be written");
    }
    checked(&folder);
}

/// The bytes with `magic` where it has to be, whatever stood there, so that the reader is reached.
#[must_use]
pub fn marked(magic: &[u8], at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let end = at + magic.len();
    bytes.resize(bytes.len().max(end), 0);
    bytes[at..end].copy_from_slice(magic);
    bytes
}

/// A header in braces and what follows it, so that its length can be told rightly however it was changed.
#[must_use]
pub fn braced(bytes: &[u8]) -> (&[u8], &[u8]) {
    let start = bytes.iter().position(|byte| *byte == b'{').unwrap_or(0);
    let mut depth = 0_i32;
    let end = bytes[start..].iter().position(|byte| {
        depth += i32::from(*byte == b'{') - i32::from(*byte == b'}');
        depth == 0
    });
    bytes[start..].split_at(end.map_or(0, |end| end + 1))
}

fn checked(path: &Path) {
    let source = match open(path) {
        Ok(source) => source,
        Err(error) => {
            assert!(error.file().is_some(), "{error} names no file");
            return;
        }
    };
    for (index, tensor) in source.tensors().iter().enumerate() {
        let Ok(data) = source.load(index) else { continue };
        assert_eq!(data.shape(), tensor.shape, "{}", tensor.name);
        let count = data.len().min(ELEMENTS);
        let first = data.len() - count;
        let mut run = vec![0.0; count];
        if data.decode(first, 1, &mut run).is_err() {
            continue;
        }
        let mut one = [0.0];
        for (number, position) in run.iter().zip(first..).step_by(37) {
            data.decode(position, 1, &mut one).expect("the run was decoded");
            assert!(one[0].to_bits() == number.to_bits() || (one[0].is_nan() && number.is_nan()));
        }
        data.release(first..data.len());
    }
}

fn path_of(name: &str) -> PathBuf {
    FOLDER.with(|folder| {
        let folder = folder.get_or_init(|| {
            let memory = Path::new("/dev/shm");
            let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
            made.expect("a fresh folder")
        });
        folder.path().join(name)
    })
}
