//! One PyTorch file in, its tensors in the order of its dict out.
//!
//! Since 1.6 a file is a zip archive: a pickle that describes the value, and one entry for each storage. Before
//! it was five pickles in a row and the storages after them. Either way the elements stay in the map.

pub(crate) mod distributed;
mod names;
mod tensor;
pub(crate) mod zero;

use std::collections::HashMap;
use std::sync::Arc;

use crate::archive::{Archive, Entry};
use crate::bytes::MappedFile;
use crate::catalogue::{FileTensors, Listed, Load, Stored};
use crate::cursor::{Cursor, to_u64, to_usize};
use crate::pickle::{Node, Pickle};
use crate::strides::Axes;
use crate::tensor::{ByteOwner, element_count};
use crate::torch::names::{Named, walk};
use crate::torch::tensor::{TensorRef, element_sizes};
use crate::{Error, ErrorKind, TensorData, TensorInfo};

/// A pickle describes tensors and holds none; the largest known has a few megabytes.
const PICKLE_LIMIT: u64 = 64 << 20;
/// The pickled long with which files before 1.6 begin.
const LEGACY_MAGIC: &[u8] = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";

/// Whether an archive is one of torch's.
pub(crate) fn matches_archive(archive: &Archive) -> bool {
    pickle_entry(archive).is_some()
}

/// Whether these are the first bytes of a file before 1.6.
pub(crate) fn matches_legacy(bytes: &[u8]) -> bool {
    bytes.first() == Some(&0x80) && bytes.get(2..).is_some_and(|rest| rest.starts_with(LEGACY_MAGIC))
}

fn pickle_entry(archive: &Archive) -> Option<&Entry> {
    archive.entries.iter().find(|entry| entry.name == "data.pkl" || entry.name.ends_with("/data.pkl"))
}

/// Reads an archive of 1.6 and later, TorchScript's included.
pub(crate) fn read_archive(archive: Archive) -> Result<FileTensors, Error> {
    read_chosen(archive, walk)
}

/// Reads those tensors of an archive that `choose` finds in its value.
fn read_chosen(
    archive: Archive,
    choose: impl FnOnce(&Pickle<'_>) -> Result<Vec<Named>, Error>,
) -> Result<FileTensors, Error> {
    let Some(entry) = pickle_entry(&archive) else {
        return Err(ErrorKind::Malformed { format: "torch file", what: "there is no data.pkl in it" }.into());
    };
    let folder = entry.name.trim_end_matches("data.pkl").to_owned();
    if let Some(order) = archive.entry(&format!("{folder}byteorder"))
        && archive.bytes(order, 64)?.as_ref() != b"little"
    {
        return Err(ErrorKind::Unsupported { what: "the byte order", name: "big".to_owned() }.into());
    }
    let bytes = archive.bytes(entry, PICKLE_LIMIT)?;
    let named = choose(&Pickle::read(&bytes)?)?;
    drop(bytes);
    let archive = Arc::new(archive);
    let by_name: HashMap<&str, &Entry> =
        archive.entries.iter().map(|entry| (entry.name.as_str(), entry)).collect();
    let place = |tensor: &TensorRef| -> Result<Place, Error> {
        let name = format!("{folder}data/{}", tensor.key);
        let entry = by_name.get(name.as_str()).copied();
        let entry = entry.ok_or_else(|| ErrorKind::MissingShard { shard: name.clone() })?;
        Ok(if entry.stored {
            Place::Mapped(entry.start, entry.packed)
        } else {
            Place::Compressed(Compressed { archive: Arc::clone(&archive), entry: entry.clone() })
        })
    };
    list(named, &archive.file, place)
}

/// Reads a file before 1.6: magic, protocol, system, value, storage keys, storages.
pub(crate) fn read_legacy(file: &Arc<MappedFile>) -> Result<FileTensors, Error> {
    let bytes = file.bytes();
    let mut at = 0_usize;
    let mut next = || -> Result<Pickle<'_>, Error> {
        let pickle = Pickle::read_at(file.as_ref(), at)?;
        at = at.saturating_add(pickle.length);
        Ok(pickle)
    };
    let (_magic, _protocol, _system) = (next()?, next()?, next()?);
    let (value, keys) = (next()?, next()?);
    let named = walk(&value)?;
    let sizes = element_sizes(&value);
    let mut cursor = Cursor::over(file.as_ref(), 0..bytes.len(), "torch file");
    cursor.skip(at)?;
    let mut places: HashMap<&str, (usize, usize)> = HashMap::new();
    for key in keys.members(keys.root).unwrap_or_default() {
        let Node::Text(key) = keys.get(*key) else { continue };
        let unknown = || ErrorKind::Malformed { format: "torch file", what: "a storage has no type" };
        let size = sizes.get(*key).ok_or_else(unknown)?;
        let count = cursor.len64()?;
        let start = cursor.position();
        let length =
            count.checked_mul(*size).ok_or_else(|| cursor.bad_value("a storage's count", to_u64(count)))?;
        let cut = ErrorKind::TruncatedData {
            end: to_u64(start.saturating_add(length)),
            available: to_u64(bytes.len()),
        };
        cursor.skip(length).map_err(|_| Error::from(cut))?;
        places.insert(key, (start, length));
    }
    let places: HashMap<String, (usize, usize)> =
        places.into_iter().map(|(key, place)| (key.to_owned(), place)).collect();
    let place = |tensor: &TensorRef| {
        let place = places.get(&tensor.key).copied();
        place
            .map(|(start, length)| Place::Mapped(start, length))
            .ok_or_else(|| ErrorKind::MissingShard { shard: format!("storage {}", tensor.key) }.into())
    };
    list(named, file, place)
}

/// Where a storage is.
enum Place {
    /// First byte and number of bytes in the file.
    Mapped(usize, usize),
    /// In a compressed entry, which torch itself never writes.
    Compressed(Compressed),
}

fn list(
    named: Vec<Named>,
    file: &Arc<MappedFile>,
    place: impl Fn(&TensorRef) -> Result<Place, Error>,
) -> Result<FileTensors, Error> {
    let one = |Named { name, tensor }: Named| {
        let stored = place(&tensor).and_then(|place| stored(&tensor, place, file));
        let stored = stored.map_err(|error| error.of_tensor(&name))?;
        let TensorRef { dtype, shape, quantisation, .. } = tensor;
        Ok(Listed { info: TensorInfo { name, dtype, shape, quantisation }, stored })
    };
    let tensors = named.into_iter().map(one).collect::<Result<_, Error>>()?;
    Ok(FileTensors { tensors, metadata: Vec::new() })
}

/// Checks that the tensor lies inside its storage.
fn stored(tensor: &TensorRef, place: Place, file: &Arc<MappedFile>) -> Result<Stored, Error> {
    let overflow = || ErrorKind::ShapeOverflow { shape: tensor.shape.iter().copied().map(to_u64).collect() };
    let count = element_count(&tensor.shape).ok_or_else(overflow)?;
    let axes = Axes::new(&tensor.shape, &tensor.strides).ok_or_else(overflow)?;
    let size = tensor.dtype.size();
    let first = tensor.offset.checked_mul(size).ok_or_else(overflow)?;
    let reach = if count == 0 { 0 } else { axes.last_offset().saturating_add(1) };
    let end = reach.checked_mul(size).and_then(|reach| reach.checked_add(first)).ok_or_else(overflow)?;
    let available = match &place {
        Place::Mapped(_, length) => *length,
        Place::Compressed(compressed) => to_usize(compressed.entry.unpacked),
    };
    if end > available {
        return Err(ErrorKind::TruncatedData { end: to_u64(end), available: to_u64(available) }.into());
    }
    let strides = Some(tensor.strides.clone());
    Ok(match place {
        Place::Mapped(start, _) => {
            Stored::Plain { owner: file.clone(), start: start.saturating_add(first), strides }
        }
        Place::Compressed(compressed) => {
            Stored::Deferred(Arc::new(Unpacked { compressed, first, strides: tensor.strides.clone() }))
        }
    })
}

struct Compressed {
    archive: Arc<Archive>,
    entry: Entry,
}

/// A tensor in a compressed entry, which is unpacked each time that it is asked for.
struct Unpacked {
    compressed: Compressed,
    first: usize,
    strides: Vec<usize>,
}

impl Load for Unpacked {
    fn load(&self, info: &TensorInfo) -> Result<TensorData, Error> {
        let bytes = self.compressed.archive.unpack(&self.compressed.entry)?;
        TensorData::strided(Arc::new(bytes), self.first, info.dtype, info.shape.clone(), &self.strides)
    }
}
