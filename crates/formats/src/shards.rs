//! An index and the shards it names in, one source out.
//!
//! The index (`model.safetensors.index.json`, `pytorch_model.bin.index.json`) maps tensor to file; its order is
//! the order of the tensors, as the reference tool has it. Both must tell the same story: a tensor that is not
//! where the index says is an error, one that the index forgets is listed after the others.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};

use crate::bytes::Opener;
use crate::catalogue::Catalogue;
use crate::cursor::to_usize;
use crate::detect::{self, Read};
use crate::{Error, ErrorKind, SourceInfo, TensorSource, inside};

/// An index of a thousand shards has a few megabytes.
const INDEX_LIMIT: u64 = 100_000_000;
/// More shards than any checkpoint has.
const SHARD_LIMIT: usize = 100_000;

/// Whether a file of this name is an index.
pub(crate) fn is_index(name: &str) -> bool {
    name.ends_with(".index.json")
}

/// Opens what the index at `index` describes; `path` is what the caller asked for.
pub(crate) fn open(path: &Path, index: &Path, opener: &dyn Opener) -> Result<Catalogue, Error> {
    let map = read_index(index).map_err(|error| error.in_file(index))?;
    let folder = index.parent().unwrap_or(Path::new(""));
    let (words, files) = shard_files(&map, folder).map_err(|error| error.in_file(index))?;
    opener.expect(&files);
    let mut read = Vec::with_capacity(files.len());
    let mut format = None;
    for file in &files {
        let Read { format: found, tensors } = detect::read_file(file, opener)?;
        format.get_or_insert(found);
        read.push(tensors);
    }
    let format = format.ok_or_else(|| no_shards().in_file(index))?;
    let info = SourceInfo::new(format, path.to_path_buf(), files);
    let mut all = Catalogue::join(info, read)?;
    let order: Vec<&str> = map.iter().map(|(tensor, _)| tensor.as_str()).collect();
    all.reorder(&order);
    check_places(&all, &map, &words).map_err(|error| error.in_file(index))?;
    Ok(all)
}

/// The words of the shards in the index at `index`.
#[cfg(feature = "remote")]
pub(crate) fn names_in(index: &Path) -> Result<Vec<String>, Error> {
    let map = read_index(index)?;
    Ok(words(&map)?.into_iter().map(str::to_owned).collect())
}

fn no_shards() -> Error {
    ErrorKind::Malformed { format: "index", what: "its weight_map is empty" }.into()
}

/// The shards' words in the order of their first tensors.
fn words(map: &[(String, String)]) -> Result<Vec<&str>, Error> {
    let mut words: Vec<&str> = Vec::new();
    let mut known: HashMap<&str, ()> = HashMap::new();
    for (_, shard) in map {
        if known.insert(shard, ()).is_none() {
            words.push(shard);
        }
    }
    if words.len() > SHARD_LIMIT {
        return Err(ErrorKind::TooMany { what: "shards", limit: SHARD_LIMIT }.into());
    }
    Ok(words)
}

/// The shards' words and paths in the order of their first tensors.
fn shard_files<'a>(
    map: &'a [(String, String)],
    folder: &Path,
) -> Result<(Vec<&'a str>, Vec<PathBuf>), Error> {
    let words = words(map)?;
    let path = |word: &&str| {
        let missing = || ErrorKind::MissingShard { shard: (*word).to_owned() };
        inside::resolve(folder, word)?.ok_or_else(|| missing().into())
    };
    let files: Result<_, Error> = words.iter().map(path).collect();
    Ok((words, files?))
}

/// Every tensor must be in the shard that the index names.
fn check_places(all: &Catalogue, map: &[(String, String)], words: &[&str]) -> Result<(), Error> {
    let shard = |file: usize| words.get(file).copied().unwrap_or_default();
    let mut listed = all.tensors().iter().enumerate();
    for (tensor, expected) in map {
        let found = listed.next().filter(|(_, info)| info.name == *tensor);
        if found.is_none_or(|(at, _)| shard(all.file_of(at)) != expected) {
            let lost = ErrorKind::NotInShard { shard: expected.clone() };
            return Err(Error::from(lost).of_tensor(tensor));
        }
    }
    Ok(())
}

fn read_index(index: &Path) -> Result<Vec<(String, String)>, Error> {
    let metadata = std::fs::metadata(index).map_err(crate::bytes::of_io)?;
    if metadata.len() > INDEX_LIMIT {
        return Err(ErrorKind::HeaderTooLarge { header: metadata.len(), limit: INDEX_LIMIT }.into());
    }
    let mut text = Vec::with_capacity(to_usize(metadata.len()));
    let file = std::fs::File::open(index).map_err(crate::bytes::of_io)?;
    std::io::Read::read_to_end(&mut std::io::Read::take(file, INDEX_LIMIT), &mut text)
        .map_err(crate::bytes::of_io)?;
    let parsed: Index =
        serde_json::from_slice(&text).map_err(|source| ErrorKind::Json { what: "the index", source })?;
    let mut seen = HashMap::with_capacity(parsed.weight_map.0.len());
    for (tensor, _) in &parsed.weight_map.0 {
        if seen.insert(tensor.as_str(), ()).is_some() {
            return Err(Error::from(ErrorKind::DuplicateTensor { first: None }).of_tensor(tensor));
        }
    }
    Ok(parsed.weight_map.0)
}

#[derive(serde::Deserialize)]
struct Index {
    weight_map: WeightMap,
}

/// Pairs in the file's order, doubles kept so that they can be refused.
struct WeightMap(Vec<(String, String)>);

impl<'de> Deserialize<'de> for WeightMap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = WeightMap;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of file names by tensor name")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<WeightMap, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(WeightMap(pairs))
            }
        }
        deserializer.deserialize_map(Pairs)
    }
}
