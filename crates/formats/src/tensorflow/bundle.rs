//! An index's rows in, the checkpoint's entries and the places of their elements in the data shards out.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::table::{FORMAT, rows};
use crate::bytes::{MappedFile, Opener};
use crate::catalogue::{Load, Stored};
use crate::cursor::{Cursor, to_u64, to_usize};
use crate::tensor::{ByteOwner, element_count};
use crate::wire::{Message, Piece, Value, varint};
use crate::{Dtype, Error, ErrorKind, TensorData, TensorInfo};

const TEXT: u64 = 7;
const OBJECT_GRAPH: &str = "_CHECKPOINTABLE_OBJECT_GRAPH";
/// More axes than any framework's tensors have.
const AXIS_LIMIT: usize = 64;
/// Shards are numbered with five digits.
const SHARD_LIMIT: u64 = 99_999;

/// One variable.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    pub(crate) key: String,
    data_type: u64,
    pub(crate) shape: Vec<usize>,
    shard: u64,
    offset: u64,
    size: u64,
    /// The checksum of its bytes, by which copies are known.
    pub(crate) checksum: Option<[u8; 4]>,
    /// Whether the elements are kept in slices under other keys.
    sliced: bool,
}

/// The entries of a checkpoint and its data files.
pub(crate) struct Bundle {
    /// In the order of their keys.
    pub(crate) entries: Vec<Entry>,
    shards: Vec<Arc<MappedFile>>,
}

impl Bundle {
    /// Reads the index and maps the shards.
    pub(crate) fn open(file: &MappedFile, path: &Path, opener: &dyn Opener) -> Result<Self, Error> {
        let mut entries = Vec::new();
        let mut shards = 0;
        for (key, value) in rows(file.all()?)? {
            let piece = Piece::whole(value);
            match std::str::from_utf8(&key) {
                Ok("") => shards = shard_count(piece)?,
                // Keys of slices begin with a zero byte.
                Ok(key) if !key.starts_with('\0') => entries.push(entry(key, piece)?),
                _ => {}
            }
        }
        let shards = (0..shards).map(|number| opener.open(&shard_path(path, number, shards)?));
        Ok(Self { entries, shards: shards.collect::<Result<_, _>>()? })
    }

    /// Type and place of an entry's elements; none where they are no numbers.
    pub(crate) fn stored(&self, entry: &Entry) -> Result<Option<(Dtype, Stored)>, Error> {
        let Some(dtype) = dtype(entry.data_type)? else { return Ok(None) };
        if entry.sliced {
            return Ok(Some((dtype, Stored::Deferred(Arc::new(Sliced)))));
        }
        let expected = to_u64(element_count(&entry.shape).unwrap_or(0).saturating_mul(dtype.size()));
        if expected != entry.size {
            let shape = entry.shape.clone();
            return Err(ErrorKind::SizeMismatch { dtype, shape, expected, found: entry.size }.into());
        }
        let shard = self.shard(entry)?;
        self.range(entry)?;
        Ok(Some((
            dtype,
            Stored::Plain { owner: shard.clone(), start: to_usize(entry.offset), strides: None },
        )))
    }

    /// The description of the objects that the checkpoint was made from, where there is one.
    pub(crate) fn object_graph(&self) -> Result<Option<&[u8]>, Error> {
        let Some(entry) = self.entries.iter().find(|entry| entry.key == OBJECT_GRAPH) else {
            return Ok(None);
        };
        // One text: its length, the length's checksum, the text.
        let mut cursor = Cursor::new(self.bytes(entry)?, FORMAT);
        let length = varint(&mut cursor)?;
        cursor.take(4)?;
        cursor.take(to_usize(length)).map(Some)
    }

    fn shard(&self, entry: &Entry) -> Result<&Arc<MappedFile>, Error> {
        let shard = self.shards.get(to_usize(entry.shard));
        let bad = || ErrorKind::BadValue { format: FORMAT, what: "a shard's number", value: entry.shard };
        shard.ok_or_else(|| bad().into())
    }

    fn bytes(&self, entry: &Entry) -> Result<&[u8], Error> {
        let (shard, range) = (self.shard(entry)?, self.range(entry)?);
        shard.fetch(range.clone())?;
        Ok(shard.bytes().get(range).unwrap_or_default())
    }

    /// Where in its shard an entry is.
    fn range(&self, entry: &Entry) -> Result<Range<usize>, Error> {
        let available = self.shard(entry)?.bytes().len();
        let end = entry.offset.saturating_add(entry.size);
        if end > to_u64(available) {
            return Err(ErrorKind::TruncatedData { end, available: to_u64(available) }.into());
        }
        Ok(to_usize(entry.offset)..to_usize(end))
    }
}

/// `variables.index` → `variables.data-00000-of-00001`.
fn shard_path(index: &Path, number: u64, count: u64) -> Result<PathBuf, Error> {
    let stem = index.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let name = format!("{stem}.data-{number:05}-of-{count:05}");
    let path = index.with_file_name(&name);
    if path.is_file() { Ok(path) } else { Err(ErrorKind::MissingShard { shard: name }.into()) }
}

fn shard_count(piece: Piece<'_>) -> Result<u64, Error> {
    let (mut shards, mut big_endian) = (0, false);
    let mut message = Message::new(piece, FORMAT);
    while let Some((field, value)) = message.next()? {
        match (field, value) {
            (1, Value::Varint(count)) => shards = count,
            (2, Value::Varint(order)) => big_endian = order == 1,
            _ => {}
        }
    }
    if big_endian {
        return Err(ErrorKind::Unsupported { what: "the byte order", name: "big".to_owned() }.into());
    }
    if shards > SHARD_LIMIT {
        return Err(ErrorKind::TooMany { what: "shards", limit: to_usize(SHARD_LIMIT) }.into());
    }
    Ok(shards)
}

fn entry(key: &str, piece: Piece<'_>) -> Result<Entry, Error> {
    let mut entry = Entry { key: key.to_owned(), ..Entry::default() };
    let mut message = Message::new(piece, FORMAT);
    while let Some((field, value)) = message.next()? {
        match (field, value) {
            (1, Value::Varint(number)) => entry.data_type = number,
            (2, Value::Bytes(shape)) => entry.shape = self::shape(shape).map_err(|e| e.of_tensor(key))?,
            (3, Value::Varint(number)) => entry.shard = number,
            (4, Value::Varint(number)) => entry.offset = number,
            (5, Value::Varint(number)) => entry.size = number,
            (6, Value::Fixed32(bytes)) => entry.checksum = Some(bytes),
            (7, _) => entry.sliced = true,
            _ => {}
        }
    }
    Ok(entry)
}

fn shape(piece: Piece<'_>) -> Result<Vec<usize>, Error> {
    let mut shape = Vec::new();
    let mut message = Message::new(piece, FORMAT);
    while let Some((field, value)) = message.next()? {
        if let (2, Value::Bytes(axis)) = (field, value) {
            let extent = match Message::new(axis, FORMAT).find(1)? {
                Some(Value::Varint(extent)) => extent,
                _ => 0,
            };
            shape.push(to_usize(extent));
        }
        if shape.len() > AXIS_LIMIT {
            return Err(ErrorKind::TooMany { what: "axes", limit: AXIS_LIMIT }.into());
        }
    }
    if element_count(&shape).and_then(|count| count.checked_mul(16)).is_none() {
        let shape = shape.into_iter().map(to_u64).collect();
        return Err(ErrorKind::ShapeOverflow { shape }.into());
    }
    Ok(shape)
}

/// The element type by its number in TensorFlow's list; none for texts and handles.
fn dtype(number: u64) -> Result<Option<Dtype>, Error> {
    Ok(Some(match number {
        1 => Dtype::F32,
        2 => Dtype::F64,
        3 | 13 => Dtype::I32,
        4 | 12 => Dtype::U8,
        5 | 15 => Dtype::I16,
        6 | 11 => Dtype::I8,
        TEXT | 20 | 21 => return Ok(None),
        8 => Dtype::C64,
        9 => Dtype::I64,
        10 => Dtype::Bool,
        14 => Dtype::Bf16,
        16 | 17 => Dtype::U16,
        18 => Dtype::C128,
        19 => Dtype::F16,
        22 => Dtype::U32,
        23 => Dtype::U64,
        24 => Dtype::F8E5M2,
        25 => Dtype::F8E4M3,
        _ => return Err(ErrorKind::UnknownDtype { name: format!("TensorFlow type {number}") }.into()),
    }))
}

/// A variable that a partitioner cut, as TensorFlow 1 did with large tables.
struct Sliced;

impl Load for Sliced {
    fn load(&self, _info: &TensorInfo) -> Result<TensorData, Error> {
        let name = "elements kept in slices under other keys".to_owned();
        Err(ErrorKind::Unsupported { what: "the variable", name }.into())
    }
}
