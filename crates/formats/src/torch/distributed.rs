//! A folder of `torch.distributed.checkpoint` in (FSDP and others save so), one model out.
//!
//! The pickle `.metadata` has the shape and type of each tensor, the places of its chunks, and for each chunk a range
//! of bytes in a `.distcp` file, which is a file of `torch.save` by itself. Only the pickle is read at first; chunks
//! are opened when a tensor is loaded.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::archive::Archive;
use crate::bytes::{MappedFile, Opener};
use crate::catalogue::{Catalogue, FileTensors, Listed, Load, Stored};
use crate::cursor::to_u64;
use crate::joined::{self, Joined, Place};
use crate::pickle::{Id, Node, Pickle};
use crate::source::{Format, SourceInfo};
use crate::tensor::ByteOwner;
use crate::torch::names::weights_of_paths;
use crate::torch::tensor::named_dtype;
use crate::{Dtype, Error, ErrorKind, TensorData, TensorInfo, inside, torch};

const METADATA: &str = ".metadata";

/// Whether a folder of these names is such a checkpoint.
pub(crate) fn matches(names: &[String]) -> bool {
    names.iter().any(|name| name == METADATA) && names.iter().any(|name| name.ends_with(".distcp"))
}

/// Opens the checkpoint in `folder`; `path` is what the caller asked for.
pub(crate) fn open(path: &Path, folder: &Path, opener: &dyn Opener) -> Result<Catalogue, Error> {
    let metadata = folder.join(METADATA);
    let bytes = opener.open(&metadata)?;
    let described = bytes.all().and_then(read).map_err(|error| error.in_file(&metadata))?;
    let paths: Vec<Vec<String>> = described.iter().map(|tensor| tensor.path.clone()).collect();
    let mut files = Files { folder, opener, opened: HashMap::new(), paths: vec![metadata.clone()] };
    let mut tensors = vec![FileTensors::default()];
    for (number, name) in weights_of_paths(&paths) {
        let Some(tensor) = described.get(number) else { continue };
        let listed = tensor.listed(name, &mut files);
        let listed = listed.map_err(|error| error.of_tensor(&tensor.name).in_file(&metadata))?;
        if let Some(first) = tensors.first_mut() {
            first.tensors.push(listed);
        }
    }
    let info = SourceInfo::new(Format::Torch, path.to_path_buf(), files.paths);
    Catalogue::join(info, tensors)
}

/// What the metadata says about one tensor.
struct Described {
    name: String,
    /// The keys on the way to it in the dict that was saved; the name alone where the dict was flat.
    path: Vec<String>,
    dtype: Dtype,
    shape: Vec<usize>,
    chunks: Vec<Chunk>,
}

struct Chunk {
    place: Place,
    file: String,
    start: usize,
    length: usize,
}

/// Tensors in the order of the metadata.
fn read(bytes: &[u8]) -> Result<Vec<Described>, Error> {
    let pickle = Pickle::read(bytes)?;
    let malformed = |what| Error::from(ErrorKind::Malformed { format: "distributed checkpoint", what });
    let part = |name| pickle.attribute(pickle.root, name).map(|id| pickle.get(id));
    let (Some(Node::Dict(tensors)), Some(Node::Dict(places))) =
        (part("state_dict_metadata"), part("storage_data"))
    else {
        return Err(malformed("the metadata does not list its tensors"));
    };
    let mut stored: HashMap<(&str, Vec<usize>), Id> = HashMap::with_capacity(places.len());
    for (index, place) in places {
        let name = pickle.attribute(*index, "fqn").and_then(|name| pickle.text(name));
        let offsets = pickle.attribute(*index, "offset").and_then(|offsets| pickle.sizes(offsets));
        if let (Some(name), Some(offsets)) = (name, offsets) {
            stored.insert((name, offsets), *place);
        }
    }
    let planned: HashMap<&str, Id> = match part("planner_data") {
        Some(Node::Dict(items)) => {
            items.iter().filter_map(|(name, keys)| Some((pickle.text(*name)?, *keys))).collect()
        }
        _ => HashMap::new(),
    };
    let mut described = Vec::new();
    for (name, tensor) in tensors {
        let (Some(name), Some(size)) = (pickle.text(*name), pickle.attribute(*tensor, "size")) else {
            continue;
        };
        let fields = || -> Option<(Vec<usize>, Id, &[Id])> {
            let dtype = pickle.state(pickle.attribute(*tensor, "properties")?)?;
            let chunks = pickle.members(pickle.attribute(*tensor, "chunks")?)?;
            Some((pickle.sizes(size)?, *pickle.members(dtype)?.first()?, chunks))
        };
        let found = fields().ok_or_else(|| malformed("a tensor's description is incomplete"));
        let (shape, dtype, chunks) = found.map_err(|error| error.of_tensor(name))?;
        let dtype = named_dtype(&pickle, dtype).map_err(|error| error.of_tensor(name))?;
        let chunks = chunks.iter().map(|chunk| {
            chunk_of(&pickle, *chunk, name, &stored)
                .ok_or_else(|| malformed("a chunk has no place in a file").of_tensor(name))
        });
        let chunks = chunks.collect::<Result<_, _>>()?;
        let keys = planned.get(name).and_then(|keys| pickle.members(*keys));
        let path = keys.and_then(|keys| keys.iter().map(|key| key_of(&pickle, *key)).collect());
        let (name, path) = (name.to_owned(), path.unwrap_or_else(|| vec![name.to_owned()]));
        described.push(Described { name, path, dtype, shape, chunks });
    }
    Ok(described)
}

/// A key of a dict or an index of a list.
fn key_of(pickle: &Pickle<'_>, key: Id) -> Option<String> {
    pickle.text(key).map(str::to_owned).or_else(|| pickle.size(key).map(|index| index.to_string()))
}

fn chunk_of(
    pickle: &Pickle<'_>,
    chunk: Id,
    name: &str,
    stored: &HashMap<(&str, Vec<usize>), Id>,
) -> Option<Chunk> {
    let offsets = pickle.sizes(pickle.attribute(chunk, "offsets")?)?;
    let sizes = pickle.sizes(pickle.attribute(chunk, "sizes")?)?;
    let place = *stored.get(&(name, offsets.clone()))?;
    let file = pickle.text(pickle.attribute(place, "relative_path")?)?.to_owned();
    let number = |name| pickle.size(pickle.attribute(place, name)?);
    let (start, length) = (number("offset")?, number("length")?);
    Some(Chunk { place: Place { offsets, sizes }, file, start, length })
}

/// The files that were opened, each once.
struct Files<'a> {
    folder: &'a Path,
    opener: &'a dyn Opener,
    opened: HashMap<String, Arc<MappedFile>>,
    paths: Vec<PathBuf>,
}

impl Files<'_> {
    fn get(&mut self, word: &str) -> Result<Arc<MappedFile>, Error> {
        if let Some(file) = self.opened.get(word) {
            return Ok(Arc::clone(file));
        }
        let path = inside::resolve(self.folder, word)?;
        let path = path.ok_or_else(|| ErrorKind::MissingPart { part: word.to_owned() })?;
        let file = self.opener.open(&path)?;
        self.paths.push(path);
        self.opened.insert(word.to_owned(), Arc::clone(&file));
        Ok(file)
    }
}

impl Described {
    fn listed(&self, name: String, files: &mut Files<'_>) -> Result<Listed, Error> {
        let places: Vec<Place> = self.chunks.iter().map(|chunk| chunk.place.clone()).collect();
        joined::check(&self.shape, &places)?;
        let mut parts = Vec::with_capacity(self.chunks.len());
        for chunk in &self.chunks {
            let file = files.get(&chunk.file)?;
            let end = chunk.start.saturating_add(chunk.length);
            let bytes = file.part(chunk.start..end).ok_or_else(|| ErrorKind::TruncatedData {
                end: to_u64(end),
                available: to_u64(file.bytes().len()),
            })?;
            parts.push((chunk.place.clone(), bytes));
        }
        let info = TensorInfo { name, dtype: self.dtype, shape: self.shape.clone(), quantisation: None };
        Ok(Listed { info, stored: Stored::Deferred(Arc::new(Chunks { parts })) })
    }
}

/// A tensor's chunks, each the bytes of a torch file.
struct Chunks {
    parts: Vec<(Place, Arc<MappedFile>)>,
}

impl Load for Chunks {
    fn load(&self, info: &TensorInfo) -> Result<TensorData, Error> {
        let open = |bytes: &Arc<MappedFile>| -> Result<TensorData, Error> {
            bytes.all()?;
            let read = torch::read_archive(Archive::open(bytes)?)?;
            match read.tensors.as_slice() {
                [only] if only.info.dtype == info.dtype => only.stored.load(&only.info),
                _ => {
                    let what = "a chunk is not the one tensor that was described";
                    Err(ErrorKind::Malformed { format: "distributed checkpoint", what }.into())
                }
            }
        };
        if let [(place, bytes)] = self.parts.as_slice() {
            let data = open(bytes)?;
            if place.sizes == info.shape && data.shape() == info.shape {
                return Ok(data);
            }
        }
        let parts: Vec<(Place, TensorData)> = self
            .parts
            .iter()
            .map(|(place, bytes)| Ok((place.clone(), open(bytes)?)))
            .collect::<Result<_, Error>>()?;
        let joined = Joined::new(info.shape.clone(), parts)?;
        Ok(TensorData::packed(info.dtype, info.shape.clone(), Arc::new(joined)))
    }
}
