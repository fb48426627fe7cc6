//! An HDF5 file's bytes in, its datasets of numbers out, by path, with the texts of its groups.

mod attribute;
mod chunks;
mod element;
pub(crate) mod file;
mod group;
mod header;
mod heap;
mod layout;

use std::collections::HashSet;
use std::ops::Range;
use std::sync::Arc;

use crate::catalogue::{Load, Stored};
use crate::cursor::to_u64;
use crate::hdf5::attribute::texts;
use crate::hdf5::chunks::Chunks;
use crate::hdf5::element::{Kind, read_space, read_type};
use crate::hdf5::file::{File, wrong};
use crate::hdf5::group::{is_group, members};
use crate::hdf5::header::{Message, find, messages};
use crate::hdf5::layout::{Filter, Layout, read_filters, read_layout};
use crate::tensor::element_count;
use crate::{Dtype, Error, ErrorKind, TensorData, TensorInfo};

/// Groups inside groups.
const DEPTH_LIMIT: usize = 64;
/// More datasets and groups than any checkpoint has.
const OBJECT_LIMIT: usize = 1_000_000;
/// More bytes of names in attributes than any checkpoint has.
const TEXT_LIMIT: usize = 32 << 20;

/// A dataset of numbers.
pub(crate) struct Dataset {
    /// Names of the groups on the way and its own, parted by `/`.
    pub(crate) path: String,
    pub(crate) dtype: Dtype,
    pub(crate) shape: Vec<usize>,
    pub(crate) stored: Stored,
}

/// A group with the texts of the attributes that were asked for.
pub(crate) struct Group {
    pub(crate) path: String,
    /// Attribute and its texts.
    pub(crate) texts: Vec<(String, Vec<String>)>,
}

/// What a file holds, in the order in which it keeps it.
#[derive(Default)]
pub(crate) struct Contents {
    pub(crate) datasets: Vec<Dataset>,
    pub(crate) groups: Vec<Group>,
}

/// Walks the whole file, reading the attributes of groups whose names are wanted.
pub(crate) fn read(file: &Arc<File>, wanted: fn(&str) -> bool) -> Result<Contents, Error> {
    let mut walk =
        Walk { file, wanted, seen: HashSet::new(), objects: 0, text: 0, contents: Contents::default() };
    walk.object(file.root, "", 0)?;
    Ok(walk.contents)
}

struct Walk<'a> {
    file: &'a Arc<File>,
    wanted: fn(&str) -> bool,
    /// Groups on all ways so far: each is walked once, so that links in a circle end.
    seen: HashSet<u64>,
    objects: usize,
    /// Bytes of texts so far: many attributes can point to the same text.
    text: usize,
    contents: Contents,
}

impl Walk<'_> {
    fn object(&mut self, address: u64, path: &str, depth: usize) -> Result<(), Error> {
        self.objects = self.objects.saturating_add(1);
        if self.objects > OBJECT_LIMIT {
            return Err(ErrorKind::TooMany { what: "HDF5 objects", limit: OBJECT_LIMIT }.into());
        }
        if depth > DEPTH_LIMIT {
            return Err(wrong("groups are nested too deep").into());
        }
        let messages = messages(self.file, address)?;
        if !is_group(&messages) {
            let dataset = dataset(self.file, &messages, path).map_err(|error| error.of_tensor(path))?;
            self.contents.datasets.extend(dataset);
            return Ok(());
        }
        if !self.seen.insert(address) {
            return Ok(());
        }
        let texts = texts(self.file, &messages, self.wanted)?;
        let length = |(_, texts): &(String, Vec<String>)| texts.iter().map(String::len).sum::<usize>();
        self.text = self.text.saturating_add(texts.iter().map(length).sum::<usize>());
        if self.text > TEXT_LIMIT {
            return Err(ErrorKind::TooMany { what: "bytes of names in attributes", limit: TEXT_LIMIT }.into());
        }
        self.contents.groups.push(Group { path: path.to_owned(), texts });
        for (name, member) in members(self.file, &messages)? {
            let path = if path.is_empty() { name } else { format!("{path}/{name}") };
            self.object(member, &path, depth.saturating_add(1))?;
        }
        Ok(())
    }
}

/// The dataset that these messages describe; none where it holds no numbers.
fn dataset(file: &Arc<File>, messages: &[Message<'_>], path: &str) -> Result<Option<Dataset>, Error> {
    let (Some(space), Some(kind), Some(layout)) = (find(messages, 1), find(messages, 3), find(messages, 8))
    else {
        return Ok(None);
    };
    let (dtype, big_endian) = match read_type(&mut kind.cursor()?)? {
        Kind::Number { dtype, big_endian } => (dtype, big_endian),
        // Keras says beside the bytes that they are bfloat16.
        Kind::Opaque { size: 2 } if is_bfloat16(file, messages)? => (Dtype::Bf16, false),
        _ => return Ok(None),
    };
    let Some(shape) = read_space(file, &mut space.cursor()?)? else { return Ok(None) };
    let filters = find(messages, 0x0b).map(|pipeline| read_filters(&mut pipeline.cursor()?));
    let fill = fill_value(messages, dtype.size())?;
    let elements = Elements {
        file: Arc::clone(file),
        layout: read_layout(file, &mut layout.cursor()?)?,
        filters: filters.transpose()?.unwrap_or_default(),
        fill,
        big_endian,
    };
    let stored = elements.stored(dtype, &shape)?;
    Ok(Some(Dataset { path: path.to_owned(), dtype, shape, stored }))
}

fn is_bfloat16(file: &File, messages: &[Message<'_>]) -> Result<bool, Error> {
    let texts = texts(file, messages, |name| name == "dtype")?;
    Ok(texts.iter().any(|(_, texts)| texts.first().is_some_and(|word| word == "bfloat16")))
}

/// The bytes of an element that was never written.
fn fill_value(messages: &[Message<'_>], size: usize) -> Result<Vec<u8>, Error> {
    let zeros = vec![0; size];
    let Some(message) = find(messages, 5) else { return Ok(zeros) };
    let mut cursor = message.cursor()?;
    let version = cursor.u8()?;
    let defined = match version {
        1 | 2 => {
            cursor.take(2)?;
            version == 1 || cursor.u8()? != 0 && cursor.left() > 0
        }
        _ => cursor.u8()? & 0x20 != 0,
    };
    if version == 1 {
        cursor.take(1)?;
    }
    if !defined || cursor.left() < 4 {
        return Ok(zeros);
    }
    let length = cursor.len32()?;
    Ok(if length == size { cursor.take(length)?.to_vec() } else { zeros })
}

/// Where a dataset's elements are and what it takes to read them.
struct Elements {
    file: Arc<File>,
    layout: Layout,
    filters: Vec<Filter>,
    fill: Vec<u8>,
    big_endian: bool,
}

impl Elements {
    /// In the map where they lie there as they are, otherwise to be put together when asked for.
    fn stored(self, dtype: Dtype, shape: &[usize]) -> Result<Stored, Error> {
        let total = element_count(shape).unwrap_or(0).saturating_mul(dtype.size());
        if let Layout::Contiguous(Some(address)) = self.layout {
            let Range { start, .. } = self.file.range(address, to_u64(total))?;
            if !self.big_endian {
                return Ok(Stored::Plain { owner: Arc::clone(&self.file.owner), start, strides: None });
            }
        }
        if let Layout::Compact(bytes) = &self.layout
            && bytes.len() < total
        {
            let cut = ErrorKind::TruncatedData { end: to_u64(total), available: to_u64(bytes.len()) };
            return Err(cut.into());
        }
        if let Layout::Contiguous(None) = self.layout {
            let mut fill = self.fill;
            if self.big_endian {
                fill.reverse();
            }
            return Ok(Stored::Plain {
                owner: Arc::new(fill),
                start: 0,
                strides: Some(vec![0; shape.len()]),
            });
        }
        Ok(Stored::Deferred(Arc::new(self)))
    }

    fn bytes(&self, info: &TensorInfo) -> Result<Vec<u8>, Error> {
        let size = info.dtype.size();
        let total = info.len().saturating_mul(size);
        match &self.layout {
            Layout::Compact(bytes) => Ok(bytes.get(..total).unwrap_or_default().to_vec()),
            Layout::Contiguous(address) => {
                let address = address.ok_or_else(|| wrong("a dataset is nowhere"))?;
                Ok(self.file.slice(address, to_u64(total))?.to_vec())
            }
            Layout::Chunked { chunk, index } => {
                let (file, filters, fill) = (&*self.file, &self.filters, &self.fill);
                Chunks { file, shape: &info.shape, chunk, size, filters, fill }.read(*index)
            }
            Layout::Unread(name) => {
                Err(ErrorKind::Unsupported { what: "the layout", name: (*name).to_owned() }.into())
            }
        }
    }
}

impl Load for Elements {
    fn load(&self, info: &TensorInfo) -> Result<TensorData, Error> {
        let mut bytes = self.bytes(info)?;
        if self.big_endian {
            bytes.chunks_exact_mut(info.dtype.size()).for_each(<[u8]>::reverse);
        }
        TensorData::contiguous(Arc::new(bytes), 0, info.dtype, info.shape.clone())
    }
}
