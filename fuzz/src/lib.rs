//! Bytes in, the promises of every reader checked: what all targets share.
//!
//! A reader answers any bytes with an error that names the file, or with tensors whose elements are the same whether
//! they are read in one run or one by one.

use std::cell::OnceCell;
use std::path::PathBuf;

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
    let source = match open(&path) {
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
            let memory = std::path::Path::new("/dev/shm");
            let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
            made.expect("a fresh folder")
        });
        folder.path().join(name)
    })
}
