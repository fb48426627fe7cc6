//! A folder in, one model out: its index, its weight files, or the snapshot of a Hugging Face cache entry.

use std::path::{Path, PathBuf};

use crate::bytes::Opener;
use crate::catalogue::Catalogue;
use crate::detect::{self, Read};
use crate::source::{Format, SourceInfo};
use crate::{Error, ErrorKind, coreml, frameworks, gguf, orbax, shards, torch};

/// How many names an error lists.
const LISTED: usize = 12;
/// More files than any model has; a larger folder is not a model.
pub(crate) const FILE_LIMIT: usize = 100_000;
/// A larger `config.json` is not one.
const CONFIG_LIMIT: u64 = 16 << 20;

/// Opens the one model in this folder.
pub(crate) fn open(path: &Path, opener: &dyn Opener) -> Result<Catalogue, Error> {
    let folder = snapshot_of(path)?.unwrap_or_else(|| path.to_path_buf());
    let names = names(&folder)?;
    let mut source = open_named(path, &folder, &names, opener)?;
    source.describe(true, &folder);
    Ok(source)
}

fn open_named(path: &Path, folder: &Path, names: &[String], opener: &dyn Opener) -> Result<Catalogue, Error> {
    if let Some(folder) = torch::zero::partitions(folder, names)? {
        return torch::zero::open(path, &folder, opener);
    }
    for (index, files) in
        [(".safetensors.index.json", safetensors_files(names)), (".bin.index.json", torch_files(names))]
    {
        if let Some(index) = the_index(names, index).map_err(|error| error.in_file(path))? {
            return shards::open(path, &folder.join(index), opener);
        }
        if !files.is_empty() {
            return join(path, files.iter().map(|name| folder.join(name)).collect(), opener);
        }
    }
    if torch::distributed::matches(names) {
        return torch::distributed::open(path, folder, opener);
    }
    if let Some(program) = coreml::program_in(folder, names) {
        return join(path, vec![program], opener);
    }
    if let Some(folder) = orbax::folder_in(folder, names).map_err(|error| error.in_file(path))? {
        return orbax::open(path, &folder, opener);
    }
    match gguf::split::models(names).as_slice() {
        [] => {}
        [one] => {
            let one = folder.join(one);
            return join(path, gguf::split::parts(&one)?.unwrap_or_else(|| vec![one]), opener);
        }
        several => {
            let found = several.iter().map(ToString::to_string).collect();
            return Err(Error::from(ErrorKind::Ambiguous { found }).in_file(path));
        }
    }
    let arrays: Vec<PathBuf> = ending(names, &["npy", "npz"]).map(|name| folder.join(name)).collect();
    if !arrays.is_empty() {
        return join(path, arrays, opener);
    }
    if let Some(file) = frameworks::file_in(folder, names).map_err(|error| error.in_file(path))? {
        return join(path, vec![file], opener);
    }
    let more = names.len().saturating_sub(LISTED);
    let found = names.iter().take(LISTED).cloned().collect();
    Err(Error::from(ErrorKind::NoWeights { found, more }).in_file(path))
}

/// Opens these files as one model, in this order.
pub(crate) fn join(path: &Path, files: Vec<PathBuf>, opener: &dyn Opener) -> Result<Catalogue, Error> {
    opener.expect(&files);
    let mut format = None;
    let mut tensors = Vec::with_capacity(files.len());
    for file in &files {
        let read: Read = detect::read_file(file, opener)?;
        format.get_or_insert(read.format);
        tensors.push(read.tensors);
    }
    let format = format.unwrap_or(Format::Safetensors);
    Catalogue::join(SourceInfo::new(format, path.to_path_buf(), files), tensors)
}

/// The index whose name ends so: the usual one, or the only one.
fn the_index<'a>(names: &'a [String], ending: &str) -> Result<Option<&'a String>, Error> {
    let found: Vec<&String> = names.iter().filter(|name| name.ends_with(ending)).collect();
    let usual =
        |name: &&&String| ["model", "pytorch_model"].iter().any(|stem| ***name == format!("{stem}{ending}"));
    match (found.iter().find(usual), found.as_slice()) {
        (Some(usual), _) => Ok(Some(usual)),
        (None, []) => Ok(None),
        (None, [only]) => Ok(Some(only)),
        (None, several) => {
            Err(ErrorKind::Ambiguous { found: several.iter().map(ToString::to_string).collect() }.into())
        }
    }
}

/// The names with one of these extensions.
fn ending<'n>(names: &'n [String], extensions: &'n [&str]) -> impl Iterator<Item = &'n String> {
    names.iter().filter(|name| {
        let extension = Path::new(name.as_str()).extension().and_then(|extension| extension.to_str());
        extension.is_some_and(|extension| extensions.contains(&extension))
    })
}

fn safetensors_files(names: &[String]) -> Vec<&String> {
    names.iter().filter(|name| name.ends_with(".safetensors")).collect()
}

/// Torch files less those that trainers put beside the weights; `pytorch_model.bin` alone where it is there.
fn torch_files(names: &[String]) -> Vec<&String> {
    const BESIDE: [&str; 6] =
        ["optimizer", "scheduler", "training_args", "rng_state", "scaler", "random_states"];
    if let Some(usual) = names.iter().find(|name| *name == "pytorch_model.bin") {
        return vec![usual];
    }
    let is_beside = |name: &&String| BESIDE.iter().any(|beside| name.starts_with(beside));
    ending(names, &["bin", "pt", "pth", "ckpt"]).filter(|name| !is_beside(name)).collect()
}

/// The names of the plain files (and links) in a folder, sorted.
pub(crate) fn names(folder: &Path) -> Result<Vec<String>, Error> {
    let entries = std::fs::read_dir(folder).map_err(|error| crate::bytes::of_io(error).in_file(folder))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| crate::bytes::of_io(error).in_file(folder))?;
        if names.len() == FILE_LIMIT {
            let many = ErrorKind::TooMany { what: "files in the folder", limit: FILE_LIMIT };
            return Err(Error::from(many).in_file(folder));
        }
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let name = entry.file_name().to_string_lossy().into_owned();
        names.push(if is_folder { format!("{name}/") } else { name });
    }
    names.sort();
    Ok(names)
}

/// The snapshot of a cache entry `models--org--name`: the one that `refs/main` names, or the only one.
fn snapshot_of(path: &Path) -> Result<Option<PathBuf>, Error> {
    let snapshots = path.join("snapshots");
    if !snapshots.is_dir() || !path.join("refs").is_dir() {
        return Ok(None);
    }
    if let Ok(revision) = std::fs::read_to_string(path.join("refs").join("main")) {
        let revision = revision.trim();
        let is_name = !revision.is_empty() && revision.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let folder = snapshots.join(revision);
        if is_name && folder.is_dir() {
            return Ok(Some(folder));
        }
    }
    let mut found: Vec<String> = names(&snapshots)?.into_iter().filter(|name| name.ends_with('/')).collect();
    match (found.pop(), found.is_empty()) {
        (Some(only), true) => Ok(Some(snapshots.join(only.trim_end_matches('/')))),
        (Some(last), false) => {
            found.push(last);
            Err(Error::from(ErrorKind::Ambiguous { found }).in_file(&snapshots))
        }
        (None, _) => Ok(None),
    }
}

/// The text of a `config.json`, if it is one: a help, whose absence or brokenness stops nobody.
pub(crate) fn read_config(path: &Path) -> Option<String> {
    read_text(path).filter(|text| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok())
}

/// The text of a small file, if it is one.
pub(crate) fn read_text(path: &Path) -> Option<String> {
    let metadata = std::fs::metadata(path).ok()?;
    if !metadata.is_file() || metadata.len() > CONFIG_LIMIT {
        return None;
    }
    std::fs::read_to_string(path).ok()
}
