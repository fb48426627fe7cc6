//! Keras's HDF5 weights in, tensors named `layer/kernel` in the order of the model out.
//!
//! Keras 1 and 2 (`.h5`) list layers and weights by name in attributes. Keras 3 (`.weights.h5`, and inside `.keras`)
//! numbers the weights of each layer under the layer's class; the layer's own name is an attribute, or in the
//! configuration beside the weights. An HDF5 file of anything else is listed by its paths.

pub(crate) mod names;

use std::collections::HashMap;
use std::sync::Arc;

use crate::Error;
use crate::archive::Archive;
use crate::catalogue::{FileTensors, Listed};
use crate::hdf5::file::File;
use crate::hdf5::{Contents, Dataset, Group, read as read_contents};
use crate::keras::names::{Names, natural, old_name};
use crate::source::Format;
use crate::tensor::ByteOwner;
use crate::{ErrorKind, TensorInfo};

/// A larger `config.json` is not one.
const CONFIG_LIMIT: u64 = 64 << 20;
const WEIGHTS: &str = "model.weights.h5";

/// Whether an archive is a `.keras` file.
pub(crate) fn matches_archive(archive: &Archive) -> bool {
    archive.entry(WEIGHTS).is_some()
}

/// Reads a `.keras` archive.
pub(crate) fn read_archive(archive: &Archive) -> Result<(Format, FileTensors), Error> {
    let missing = || ErrorKind::MissingShard { shard: WEIGHTS.to_owned() };
    let entry = archive.entry(WEIGHTS).ok_or_else(missing)?;
    let config = match archive.entry("config.json") {
        Some(config) => String::from_utf8_lossy(&archive.bytes(config, CONFIG_LIMIT)?).into_owned(),
        None => String::new(),
    };
    if entry.stored {
        let owner: Arc<dyn ByteOwner> = archive.file.clone();
        read(owner, entry.start, entry.packed, &config)
    } else {
        let bytes = archive.unpack(entry)?;
        let len = bytes.len();
        read(Arc::new(bytes), 0, len, &config)
    }
}

/// Reads the HDF5 file of `len` bytes at byte `start`; `config` is the model's description, where there is one.
pub(crate) fn read(
    owner: Arc<dyn ByteOwner>,
    start: usize,
    len: usize,
    config: &str,
) -> Result<(Format, FileTensors), Error> {
    let file = Arc::new(File::open(owner, start, len)?);
    let contents = read_contents(&file, is_wanted)?;
    let is_numbered = |dataset: &Dataset| dataset.path.split('/').rev().nth(1) == Some("vars");
    let (format, rows) = if let Some(layers) = lists_layers(&contents.groups) {
        (Format::Keras, by_lists(&contents, &layers))
    } else if contents.datasets.iter().any(is_numbered) {
        (Format::Keras, by_numbers(&contents, config))
    } else {
        let path = |dataset: &Dataset| dataset.path.clone();
        (Format::Hdf5, contents.datasets.iter().enumerate().map(|(at, row)| (path(row), at)).collect())
    };
    let mut datasets: Vec<Option<Dataset>> = contents.datasets.into_iter().map(Some).collect();
    let mut tensors = Vec::with_capacity(rows.len());
    for (name, at) in rows {
        if let Some(Dataset { dtype, shape, stored, .. }) = datasets.get_mut(at).and_then(Option::take) {
            tensors.push(Listed { info: TensorInfo { name, dtype, shape, quantisation: None }, stored });
        }
    }
    Ok((format, FileTensors { tensors, metadata: Vec::new() }))
}

fn is_wanted(attribute: &str) -> bool {
    attribute == "name" || attribute.starts_with("layer_names") || attribute.starts_with("weight_names")
}

/// The texts of an attribute, put together where it was too long for one (`weight_names0`, `weight_names1`, …).
fn list(group: &Group, attribute: &str) -> Option<Vec<String>> {
    let exact = group.texts.iter().find(|(name, _)| name == attribute);
    if let Some((_, texts)) = exact {
        return Some(texts.clone());
    }
    let number = |name: &str| name.strip_prefix(attribute)?.parse::<usize>().ok();
    let mut parts: Vec<(usize, &Vec<String>)> =
        group.texts.iter().filter_map(|(name, texts)| Some((number(name)?, texts))).collect();
    parts.sort_by_key(|(number, _)| *number);
    (!parts.is_empty()).then(|| parts.into_iter().flat_map(|(_, texts)| texts.clone()).collect())
}

/// The layers in the order of the model, by the paths of their groups, where a group lists them.
fn lists_layers(groups: &[Group]) -> Option<Vec<String>> {
    let (group, layers) = groups.iter().find_map(|group| Some((group, list(group, "layer_names")?)))?;
    let inside =
        |layer: String| if group.path.is_empty() { layer } else { format!("{}/{layer}", group.path) };
    Some(layers.into_iter().map(inside).collect())
}

/// Names and places of the weights that the layers list, in their order; then what no layer lists, by its path.
fn by_lists(contents: &Contents, layers: &[String]) -> Vec<(String, usize)> {
    let groups: HashMap<&str, &Group> =
        contents.groups.iter().map(|group| (group.path.as_str(), group)).collect();
    let places: HashMap<&str, usize> =
        contents.datasets.iter().enumerate().map(|(at, dataset)| (dataset.path.as_str(), at)).collect();
    let mut rows: Vec<(String, usize)> = Vec::new();
    let mut used = vec![false; contents.datasets.len()];
    let mut names: HashMap<String, ()> = HashMap::new();
    for layer in layers {
        let listed = groups.get(layer.as_str()).and_then(|group| list(group, "weight_names"));
        for weight in listed.unwrap_or_default() {
            let Some(&at) = places.get(format!("{layer}/{weight}").as_str()) else { continue };
            let Some(used) = used.get_mut(at).filter(|used| !**used) else { continue };
            *used = true;
            let mut name = old_name(&weight);
            if names.contains_key(&name) || !name.contains('/') {
                name = format!("{}/{name}", layer.rsplit('/').next().unwrap_or_default());
            }
            names.insert(name.clone(), ());
            rows.push((name, at));
        }
    }
    let rest = contents
        .datasets
        .iter()
        .enumerate()
        .filter(|(at, dataset)| used.get(*at) == Some(&false) && !is_training_state(&dataset.path));
    rows.extend(
        rest.map(|(at, dataset)| (dataset.path.clone(), at)).filter(|(name, _)| !names.contains_key(name)),
    );
    rows
}

/// Names and places of the numbered weights, in the order of the configuration or else of their names.
fn by_numbers(contents: &Contents, config: &str) -> Vec<(String, usize)> {
    let names = Names::new(&contents.groups, &contents.datasets, config);
    let mut rows: Vec<_> = contents
        .datasets
        .iter()
        .enumerate()
        .filter(|(_, dataset)| !is_training_state(&dataset.path))
        .map(|(at, dataset)| {
            let name = names.of(dataset);
            ((names.layer_order(&name), natural(&dataset.path)), name, at)
        })
        .collect();
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    let mut taken: HashMap<String, ()> = HashMap::new();
    let unique = |(_, name, at): (_, String, usize)| {
        let path = contents.datasets.get(at).map(|dataset| dataset.path.clone()).unwrap_or_default();
        let name = if taken.insert(name.clone(), ()).is_none() { name } else { path };
        (name, at)
    };
    rows.into_iter().map(unique).collect()
}

/// Whether a dataset belongs to the optimiser: it is no weight of the network.
fn is_training_state(path: &str) -> bool {
    path.starts_with("optimizer/") || path.starts_with("optimizer_weights/")
}
