//! A path in, the right reader out: recognised by the first bytes of files and by what a folder holds.
//!
//! An extension never decides what a file is. It only picks which reader explains what is wrong with a file that
//! none recognises.

use std::path::Path;
use std::sync::Arc;

use crate::archive::Archive;
use crate::bytes::{Disk, MappedFile, Opener};
use crate::catalogue::{Catalogue, FileTensors};
use crate::source::{Format, TensorSource};
use crate::tensor::ByteOwner;
use crate::{
    Error, ErrorKind, coreml, flax, folder, gguf, hdf5, keras, numpy, onnx, pattern, safetensors, shards,
    tensorflow, tflite, torch,
};

/// Opens a checkpoint: a file of any known format, an index of shards, a folder, or a Hugging Face cache entry.
///
/// A folder is one model: the index of its shards where it has one, otherwise all its weight files in order of
/// their names. Where a folder holds several formats, safetensors is preferred to torch, and torch to the
/// others. Of a GGUF model in several parts any one of them opens all. `config.json` beside the weights is carried along.
///
/// With the cargo feature `remote` a path can be an address: `hf://organisation/name[@revision][/path]`, or the
/// `https://` URL of a file or of an index of shards. Headers come at once, tensors when they are loaded, and both stay
/// in a cache.
///
/// A last part with `*` or `?` in it stands for all files of such a name, which are one model together.
///
/// Only headers are read; elements are mapped from the file when a tensor is loaded.
///
/// # Errors
/// Nothing is at the path, no weights are in the folder (the error lists what is), or the checkpoint is broken
/// or hostile; the error names the file, the tensor and the byte where they are known.
pub fn open(path: &Path) -> Result<Box<dyn TensorSource>, Error> {
    match address_in(path) {
        #[cfg(feature = "remote")]
        Some(_) => crate::open_with(path, &crate::RemoteOptions::from_environment()),
        #[cfg(not(feature = "remote"))]
        Some(address) => {
            let scheme = address.split("://").next().unwrap_or_default().to_owned();
            Err(Error::from(crate::RemoteProblem::NotBuiltIn { scheme }).in_file(path))
        }
        None => Ok(Box::new(open_through(path, &Disk)?)),
    }
}

/// The address that a path is, if it is one: `scheme://…`.
pub(crate) fn address_in(path: &Path) -> Option<&str> {
    let text = path.to_str()?;
    let (scheme, _) = text.split_once("://")?;
    let is_scheme =
        scheme.len() > 1 && scheme.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    is_scheme.then_some(text)
}

/// Opens what is at `path`, every file of it by `opener`.
pub(crate) fn open_through(path: &Path, opener: &dyn Opener) -> Result<Catalogue, Error> {
    if !path.exists()
        && let Some(files) = pattern::files(path)?
    {
        let mut source = folder::join(path, files, opener)?;
        source.describe(false, path.parent().unwrap_or(Path::new("")));
        source.combine()?;
        return Ok(source);
    }
    let index = tensorflow::index_of_prefix(path);
    let path = index.as_deref().unwrap_or(path);
    let metadata = std::fs::metadata(path).map_err(|error| crate::bytes::of_io(error).in_file(path))?;
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let mut source = if metadata.is_dir() {
        folder::open(path, opener)?
    } else if shards::is_index(name) {
        shards::open(path, path, opener)?
    } else {
        folder::join(path, gguf::split::parts(path)?.unwrap_or_else(|| vec![path.to_path_buf()]), opener)?
    };
    if !metadata.is_dir() {
        source.describe(false, path.parent().unwrap_or(Path::new("")));
    }
    source.combine()?;
    Ok(source)
}

/// A file's tensors and what it was recognised as.
pub(crate) struct Read {
    pub(crate) format: Format,
    pub(crate) tensors: FileTensors,
}

/// Maps one file and reads it with the reader that recognises it.
pub(crate) fn read_file(path: &Path, opener: &dyn Opener) -> Result<Read, Error> {
    let bytes = opener.open(path)?;
    let kind = recognise(&bytes).map_err(|error| error.in_file(path))?.or_else(|| promised_by_name(path));
    let kind = kind.ok_or_else(|| {
        Error::from(ErrorKind::UnknownFormat { start: beginning(bytes.bytes()) }).in_file(path)
    })?;
    let (format, tensors) = read_as(kind, &bytes, path, opener).map_err(|error| error.in_file(path))?;
    Ok(Read { format, tensors })
}

/// As many bytes as the first ones of any format.
const BEGINNING: usize = 64;

/// The outermost layout of a file.
#[derive(Clone, Copy)]
enum Kind {
    Safetensors,
    Zip,
    TorchLegacy,
    Gguf,
    Onnx,
    Hdf5,
    Numpy,
    TensorFlow,
    Tflite,
    Flax,
    CoreMl,
}

/// What the first bytes say, or the last, or all.
fn recognise(file: &MappedFile) -> Result<Option<Kind>, Error> {
    let bytes = file.bytes();
    let is = |matches: fn(&[u8]) -> bool, kind| matches(bytes).then_some(kind);
    file.fetch(0..BEGINNING)?;
    let found = is(Archive::matches, Kind::Zip)
        .or_else(|| is(torch::matches_legacy, Kind::TorchLegacy))
        .or_else(|| is(gguf::matches, Kind::Gguf))
        .or_else(|| is(hdf5::file::matches, Kind::Hdf5))
        .or_else(|| is(numpy::matches, Kind::Numpy))
        .or_else(|| is(tflite::matches, Kind::Tflite))
        .or_else(|| is(safetensors::matches, Kind::Safetensors));
    if found.is_some() {
        return Ok(found);
    }
    file.fetch(bytes.len().saturating_sub(tensorflow::FOOTER)..bytes.len())?;
    if tensorflow::matches(bytes) {
        return Ok(Some(Kind::TensorFlow));
    }
    if flax::matches(bytes) {
        return Ok(Some(Kind::Flax));
    }
    if !onnx::may_match(bytes) {
        return Ok(None);
    }
    file.all()?;
    Ok(is(coreml::matches, Kind::CoreMl).or_else(|| is(onnx::matches, Kind::Onnx)))
}

/// The one place that ties a layout to its reader.
fn read_as(
    kind: Kind,
    bytes: &Arc<MappedFile>,
    path: &Path,
    opener: &dyn Opener,
) -> Result<(Format, FileTensors), Error> {
    match kind {
        Kind::Safetensors => Ok((Format::Safetensors, safetensors::read(bytes)?)),
        Kind::TorchLegacy => Ok((Format::Torch, torch::read_legacy(bytes)?)),
        Kind::Gguf => Ok((Format::Gguf, gguf::read(bytes)?)),
        Kind::Onnx => Ok((Format::Onnx, onnx::read(bytes, path, opener)?)),
        Kind::Hdf5 => keras::read(bytes.clone(), 0, bytes.bytes().len(), ""),
        Kind::Numpy => {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            Ok((Format::Numpy, numpy::read(bytes, &name)?))
        }
        Kind::TensorFlow => Ok((Format::TensorFlow, tensorflow::read(bytes, path, opener)?)),
        Kind::Tflite => Ok((Format::Tflite, tflite::read(bytes)?)),
        Kind::Flax => Ok((Format::Flax, flax::read(bytes)?)),
        Kind::CoreMl => Ok((Format::CoreMl, coreml::read(bytes, path, opener)?)),
        Kind::Zip => read_archive(Archive::open(bytes)?),
    }
}

/// What kind of archive it is, its entries say.
fn read_archive(archive: Archive) -> Result<(Format, FileTensors), Error> {
    if torch::matches_archive(&archive) {
        return Ok((Format::Torch, torch::read_archive(archive)?));
    }
    if keras::matches_archive(&archive) {
        return keras::read_archive(&archive);
    }
    if numpy::matches_archive(&archive) {
        return Ok((Format::Numpy, numpy::read_archive(archive)?));
    }
    let names: Vec<&str> = archive.entries.iter().take(4).map(|entry| entry.name.as_str()).collect();
    Err(ErrorKind::Unsupported { what: "an archive of these entries", name: names.join(", ") }.into())
}

/// Which layout a file of this name should have had.
fn promised_by_name(path: &Path) -> Option<Kind> {
    match path.extension()?.to_str()? {
        "safetensors" => Some(Kind::Safetensors),
        "onnx" => Some(Kind::Onnx),
        _ => None,
    }
}

/// The first bytes as a message shows them.
fn beginning(bytes: &[u8]) -> String {
    let start = bytes.get(..bytes.len().min(8)).unwrap_or_default();
    match std::str::from_utf8(start) {
        Ok(text) if text.chars().all(|c| c.is_ascii_graphic() || c == ' ') => format!("`{text}`"),
        _ => start.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" "),
    }
}
