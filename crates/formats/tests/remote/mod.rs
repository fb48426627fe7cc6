//! Checkpoints behind addresses, served by a web server on loopback: what is fetched, what is kept, and what happens
//! when the server or the line fails.

mod emulators;
mod faults;
mod hub;
mod server;
mod store;
mod web;

use std::path::{Path, PathBuf};

use heavytail_formats::{Error, RemoteOptions, TensorSource, open_with};
use tempfile::TempDir;

use crate::files::safetensors;
use server::Server;

/// A fresh cache and the options that use it.
struct Cache {
    folder: TempDir,
    options: RemoteOptions,
}

impl Cache {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a fresh folder");
        let mut options = RemoteOptions::from_variables(|_| None);
        options.cache = folder.path().join("cache");
        options.hub_cache = folder.path().join("hub");
        options.block = 4096;
        Self { folder, options }
    }

    fn open(&self, address: &str) -> Result<Box<dyn TensorSource>, Error> {
        open_with(Path::new(address), &self.options)
    }

    fn refusal(&self, address: &str) -> String {
        self.open(address).map(|_| ()).expect_err("the address must be refused").to_string()
    }
}

/// Elements of a tensor of the model below.
const COUNT: usize = 1 << 16;
/// Bytes of a tensor of the model below.
const TENSOR: usize = COUNT * 4;

/// A model of these tensors of 256 KiB each, whose elements count up from a number of their own.
fn model(names: &[&str]) -> Vec<u8> {
    let entries: Vec<String> = names
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let (begin, end) = (at * TENSOR, (at + 1) * TENSOR);
            format!(r#""{name}":{{"dtype":"F32","shape":[256,256],"data_offsets":[{begin},{end}]}}"#)
        })
        .collect();
    let data = (0..names.len() * COUNT).flat_map(|number| (number as f32).to_le_bytes()).collect::<Vec<u8>>();
    safetensors(&format!("{{{}}}", entries.join(",")), &data)
}

/// Loads the tensor at `index` of [`model`] and checks every element.
fn check(source: &dyn TensorSource, index: usize) {
    let data = source.load(index).expect("the tensor loads");
    let mut out = vec![0.0; COUNT];
    data.decode(0, 1, &mut out).expect("the tensor decodes");
    assert_eq!(out, (0..COUNT).map(|at| (index * COUNT + at) as f64).collect::<Vec<_>>());
}

/// All files below a folder.
fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files
}
