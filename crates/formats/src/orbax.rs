//! An Orbax checkpoint in, its arrays out, named by the keys on the way to them in JAX's tree.
//!
//! Each leaf of the tree is a zarr array: a folder of its own, or keys in an OCDBT database. `_METADATA` tells the tree.
//! What an optimiser keeps is left out, and the collection `params` is listed under the names of its modules, as in
//! Flax's own files.
#![deny(clippy::arithmetic_side_effects)]

mod ocdbt;
mod packed;
mod values;
mod zarr;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use crate::bytes::Opener;
use crate::catalogue::{Catalogue, FileTensors};
use crate::orbax::values::Values;
use crate::source::{Format, SourceInfo};
use crate::{Error, ErrorKind, flax, folder};

/// The name that errors give.
const FORMAT: &str = "Orbax";
/// What Orbax writes beside the arrays of a tree.
const TREE: &str = "_METADATA";
/// What it writes beside every checkpoint.
const CHECKPOINT: &str = "_CHECKPOINT_METADATA";
/// Items that hold the weights, where a checkpoint has several.
const ITEMS: [&str; 4] = ["params/", "default/", "state/", "model/"];
/// More arrays than any model has.
const TENSOR_LIMIT: usize = 500_000;

/// The folder that has the arrays: this one, an item of the checkpoint in it, or that of the latest step.
pub(crate) fn folder_in(folder: &Path, names: &[String]) -> Result<Option<PathBuf>, Error> {
    let has = |names: &[String], wanted: &str| names.iter().any(|name| name == wanted);
    let is_tree = |names: &[String]| has(names, TREE) || has(names, ocdbt::MANIFEST);
    if is_tree(names) {
        return Ok(Some(folder.to_path_buf()));
    }
    let number = |name: &str| name.trim_end_matches('/').parse::<u64>().ok();
    let latest =
        names.iter().filter(|name| name.ends_with('/')).filter_map(|name| Some((number(name)?, name)));
    if let (false, Some((_, step))) = (has(names, CHECKPOINT), latest.max()) {
        let step = folder.join(step);
        let names = folder::names(&step)?;
        let is_step = has(&names, CHECKPOINT) || is_tree(&names);
        return if is_step { items(&step, &names, is_tree) } else { Ok(None) };
    }
    if has(names, CHECKPOINT) { items(folder, names, is_tree) } else { Ok(None) }
}

/// The item of a checkpoint that has the weights.
fn items(
    folder: &Path,
    names: &[String],
    is_tree: impl Fn(&[String]) -> bool,
) -> Result<Option<PathBuf>, Error> {
    if is_tree(names) {
        return Ok(Some(folder.to_path_buf()));
    }
    let mut found = Vec::new();
    for name in names.iter().filter(|name| name.ends_with('/')) {
        if is_tree(&folder::names(&folder.join(name))?) {
            found.push(name);
        }
    }
    let usual = ITEMS.iter().find_map(|item| found.iter().find(|name| **name == item));
    match (usual, found.as_slice()) {
        (Some(name), _) => Ok(Some(folder.join(name))),
        (None, []) => Ok(None),
        (None, [only]) => Ok(Some(folder.join(only))),
        (None, several) => {
            Err(ErrorKind::Ambiguous { found: several.iter().map(ToString::to_string).collect() }.into())
        }
    }
}

/// Opens the arrays in `folder`; `path` is what the caller asked for.
pub(crate) fn open(path: &Path, folder: &Path, opener: &dyn Opener) -> Result<Catalogue, Error> {
    let values = Values::open(folder, opener)?;
    let tree = tree(&folder.join(TREE), opener)?;
    let mut tensors = read(&values, &tree).map_err(|error| error.in_file(folder))?;
    tensors.sort_by_key(|(order, _)| *order);
    if tensors.is_empty() {
        return Err(malformed("there is no array in it").in_file(folder));
    }
    let tensors = tensors.into_iter().map(|(_, listed)| listed).collect();
    let info = SourceInfo::new(Format::Orbax, path.to_path_buf(), vec![folder.to_path_buf()]);
    Catalogue::join(info, vec![FileTensors { tensors, metadata: Vec::new() }])
}

type Placed = (usize, crate::catalogue::Listed);

/// Every array that is a weight, with its place in the tree.
fn read(values: &Values, tree: &HashMap<String, (usize, Vec<String>)>) -> Result<Vec<Placed>, Error> {
    let mut tensors = Vec::new();
    for (number, (array, description)) in values.arrays().into_iter().enumerate() {
        let plain = || array.split('.').map(str::to_owned).collect::<Vec<_>>();
        let (order, keys) = match tree.get(array) {
            Some((order, keys)) => (*order, keys.clone()),
            None => (tree.len().saturating_add(number), plain()),
        };
        if !flax::is_weight(&keys) {
            continue;
        }
        if tensors.len() >= TENSOR_LIMIT {
            return Err(ErrorKind::TooMany { what: "tensors", limit: TENSOR_LIMIT }.into());
        }
        let name = flax::name_of(&keys);
        let listed = zarr::list(values, array, description, name.clone());
        tensors.push((order, listed.map_err(|error| error.of_tensor(&name))?));
    }
    Ok(tensors)
}

/// By the name of its array: a leaf's place in the tree and the keys on the way to it.
fn tree(path: &Path, opener: &dyn Opener) -> Result<HashMap<String, (usize, Vec<String>)>, Error> {
    /// A larger description is of no tree.
    const LIMIT: usize = 16 << 20;
    if !path.is_file() {
        return Ok(HashMap::new());
    }
    let file = opener.open(path)?;
    let read = || {
        let len = crate::tensor::ByteOwner::bytes(file.as_ref()).len();
        if len > LIMIT {
            let (header, limit) = (crate::cursor::to_u64(len), crate::cursor::to_u64(LIMIT));
            return Err(ErrorKind::HeaderTooLarge { header, limit }.into());
        }
        let json = |source| Error::from(ErrorKind::Json { what: "Orbax's _METADATA", source });
        let tree: Tree = serde_json::from_slice(file.all()?).map_err(json)?;
        let mut found = HashMap::new();
        for (order, (_, leaf)) in tree.tree_metadata.iter().enumerate() {
            let Ok(leaf) = serde_json::from_value::<Leaf>(leaf.clone()) else { continue };
            let keys: Vec<String> = leaf.key_metadata.into_iter().map(|key| text(key.key)).collect();
            found.insert(keys.join("."), (order, keys));
        }
        Ok(found)
    };
    read().map_err(|error: Error| error.in_file(path))
}

#[derive(serde::Deserialize)]
struct Tree {
    tree_metadata: serde_json::Map<String, serde_json::Value>,
}

#[derive(serde::Deserialize)]
struct Leaf {
    key_metadata: Vec<Key>,
}

#[derive(serde::Deserialize)]
struct Key {
    key: serde_json::Value,
}

fn text(key: serde_json::Value) -> String {
    match key {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    }
}

/// What is wrong with a checkpoint.
fn malformed(what: &'static str) -> Error {
    ErrorKind::Malformed { format: FORMAT, what }.into()
}
