//! A TensorFlow checkpoint's index in, its variables out: `variables.index` of a SavedModel, or `NAME.index`.
//!
//! The index is a sorted table of entries; the elements lie in data shards beside it. Checkpoints of objects also hold
//! a graph of them, which tells the variables' own names and their order in the model.

mod bundle;
mod names;
mod table;

use std::path::{Path, PathBuf};

use crate::bytes::{MappedFile, Opener};
use crate::catalogue::{FileTensors, Listed};
use crate::{Error, TensorInfo};

pub(crate) use table::{FOOTER, matches};

/// Reads the index in this file, which is at `path`.
pub(crate) fn read(file: &MappedFile, path: &Path, opener: &dyn Opener) -> Result<FileTensors, Error> {
    let bundle = bundle::Bundle::open(file, path, opener)?;
    let names = names::names(&bundle.entries, bundle.object_graph()?)?;
    let mut tensors = Vec::with_capacity(names.len());
    for (name, at) in names {
        let Some(entry) = bundle.entries.get(at) else { continue };
        let listed = bundle.stored(entry).map_err(|error| error.of_tensor(&name))?;
        let shape = entry.shape.clone();
        tensors.extend(listed.map(|(dtype, stored)| Listed {
            info: TensorInfo { name, dtype, shape, quantisation: None },
            stored,
        }));
    }
    Ok(FileTensors { tensors, metadata: Vec::new() })
}

/// The index of the prefix that TensorFlow's own tools take, `model.ckpt-100`, where nothing else has that name.
pub(crate) fn index_of_prefix(path: &Path) -> Option<PathBuf> {
    let mut name = path.file_name()?.to_os_string();
    name.push(".index");
    let index = path.with_file_name(name);
    (!path.exists() && index.is_file()).then_some(index)
}
