//! One GGUF file in, its tensors in the file's order out.
//!
//! A file is a header (counts), key-value pairs, descriptions of tensors, and the elements from the next multiple
//! of the alignment on. Axes are stored innermost first and are turned round here. Versions 2 and 3 are read; version
//! 1 was replaced within weeks.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use crate::bytes::MappedFile;
use crate::catalogue::{FileTensors, Listed, Stored, Unread};
use crate::cursor::{Cursor, to_u64, to_usize};
use crate::gguf::blocks::Blocks;
use crate::gguf::types::{Encoding, encoding};
use crate::tensor::{ByteOwner, element_count};
use crate::{Dtype, Error, ErrorKind, TensorInfo};

const MAGIC: &[u8; 4] = b"GGUF";
/// Tensors of ggml have four axes; a later version may have a few more.
const AXIS_LIMIT: u32 = 8;
/// More tensors than any checkpoint has.
const TENSOR_LIMIT: u64 = 500_000;
/// Arrays of arrays of arrays are no metadata.
const DEPTH_LIMIT: usize = 4;
/// Longer text (a tokenizer's merges) is no description.
const TEXT_LIMIT: usize = 1 << 16;

/// Whether these are the first bytes of a GGUF file.
pub(crate) fn matches(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Reads the header.
pub(crate) fn read(file: &Arc<MappedFile>) -> Result<FileTensors, Error> {
    let mut cursor = Cursor::over(file.as_ref(), 0..file.bytes().len(), "GGUF");
    cursor.take(MAGIC.len())?;
    match cursor.u32()? {
        2 | 3 => {}
        // Three in big-endian order.
        0x0300_0000 => {
            return Err(ErrorKind::Unsupported { what: "the byte order", name: "big".to_owned() }.into());
        }
        version => return Err(cursor.bad_value("its version", u64::from(version))),
    }
    let (tensors, pairs) = (cursor.u64()?, cursor.u64()?);
    if tensors > TENSOR_LIMIT {
        return Err(ErrorKind::TooMany { what: "tensors", limit: to_usize(TENSOR_LIMIT) }.into());
    }
    let mut metadata = Vec::new();
    let mut alignment = 32;
    // Each pass takes bytes from the file, so that a false count ends at the file's end.
    for _ in 0..pairs {
        let key = text(&mut cursor)?;
        let kind = cursor.u32()?;
        if let Some(value) = value(&mut cursor, kind, 0)? {
            if key == "general.alignment" {
                alignment = value.parse().unwrap_or(0);
            }
            metadata.push((key.to_owned(), value));
        }
    }
    if alignment == 0 {
        return Err(cursor.bad_value("general.alignment", 0));
    }
    let entries: Vec<Entry<'_>> = (0..tensors).map(|_| entry(&mut cursor)).collect::<Result<_, _>>()?;
    let data = cursor.position().checked_next_multiple_of(alignment).unwrap_or(usize::MAX);
    let listed = entries.into_iter().map(|entry| {
        let name = entry.name;
        entry.listed(file, data).map_err(|error| error.of_tensor(name))
    });
    Ok(FileTensors { tensors: listed.collect::<Result<_, _>>()?, metadata })
}

/// The description of one tensor.
struct Entry<'a> {
    name: &'a str,
    /// Innermost axis first.
    extents: Vec<u64>,
    kind: u32,
    offset: u64,
}

fn entry<'a>(cursor: &mut Cursor<'a>) -> Result<Entry<'a>, Error> {
    let name = text(cursor)?;
    let axes = cursor.u32()?;
    if axes > AXIS_LIMIT {
        return Err(cursor.bad_value("a number of axes", u64::from(axes)).of_tensor(name));
    }
    let extents = (0..axes).map(|_| cursor.u64()).collect::<Result<_, _>>()?;
    Ok(Entry { name, extents, kind: cursor.u32()?, offset: cursor.u64()? })
}

impl Entry<'_> {
    /// Checks what this entry claims against the file, whose elements begin at byte `data`.
    fn listed(&self, file: &Arc<MappedFile>, data: usize) -> Result<Listed, Error> {
        let overflow = || ErrorKind::ShapeOverflow { shape: self.extents.iter().rev().copied().collect() };
        let shape: Option<Vec<usize>> =
            self.extents.iter().rev().map(|extent| usize::try_from(*extent).ok()).collect();
        let shape = shape.ok_or_else(overflow)?;
        let count = element_count(&shape).ok_or_else(overflow)?;
        let start = usize::try_from(self.offset).ok().and_then(|offset| offset.checked_add(data));
        let start = start.unwrap_or(usize::MAX);
        let owner: Arc<dyn ByteOwner> = file.clone();
        let (dtype, quantisation, stored) = match encoding(self.kind) {
            Encoding::Plain(dtype) => {
                let size = count.checked_mul(dtype.size()).ok_or_else(overflow)?;
                let end = start.saturating_add(size);
                let available = file.bytes().len();
                if end > available {
                    let (end, available) = (to_u64(end), to_u64(available));
                    return Err(ErrorKind::TruncatedData { end, available }.into());
                }
                (dtype, None, Stored::Plain { owner, start, strides: None })
            }
            Encoding::Blocks(name, layout) => {
                let row = shape.last().copied().unwrap_or(1);
                if !row.is_multiple_of(layout.elements) {
                    let what = "the length of a row of blocks";
                    return Err(ErrorKind::BadValue { format: "GGUF", what, value: to_u64(row) }.into());
                }
                let blocks = Blocks::new(owner, start, layout, count)?;
                (Dtype::F32, Some(name.to_owned()), Stored::Packed(Arc::new(blocks)))
            }
            Encoding::Unread(name) => {
                let packing = name.map_or_else(|| format!("ggml type {}", self.kind), str::to_owned);
                (Dtype::U8, Some(packing.clone()), Stored::Deferred(Arc::new(Unread { packing })))
            }
        };
        let name = self.name.to_owned();
        Ok(Listed { info: TensorInfo { name, dtype, shape, quantisation }, stored })
    }
}

fn text<'a>(cursor: &mut Cursor<'a>) -> Result<&'a str, Error> {
    let length = cursor.len64()?;
    std::str::from_utf8(cursor.take(length)?).map_err(|_| cursor.malformed("a name is no text"))
}

/// A value as text; `None` where it is an array or too long, and is only walked over.
fn value(cursor: &mut Cursor<'_>, kind: u32, depth: usize) -> Result<Option<String>, Error> {
    Ok(match kind {
        0 => Some(cursor.u8()?.to_string()),
        1 => Some(i8::from_le_bytes(cursor.array()?).to_string()),
        2 => Some(cursor.u16()?.to_string()),
        3 => Some(i16::from_le_bytes(cursor.array()?).to_string()),
        4 => Some(cursor.u32()?.to_string()),
        5 => Some(cursor.i32()?.to_string()),
        6 => Some(f32::from_le_bytes(cursor.array()?).to_string()),
        7 => Some((cursor.u8()? != 0).to_string()),
        8 => match text(cursor)? {
            text if text.len() <= TEXT_LIMIT => Some(text.to_owned()),
            _ => None,
        },
        9 if depth < DEPTH_LIMIT => {
            array(cursor, depth)?;
            None
        }
        10 => Some(cursor.u64()?.to_string()),
        11 => Some(i64::from_le_bytes(cursor.array()?).to_string()),
        12 => Some(f64::from_le_bytes(cursor.array()?).to_string()),
        _ => return Err(cursor.bad_value("a value's type", u64::from(kind))),
    })
}

/// Walks over an array.
fn array(cursor: &mut Cursor<'_>, depth: usize) -> Result<(), Error> {
    let (kind, count) = (cursor.u32()?, cursor.len64()?);
    let size = match kind {
        0 | 1 | 7 => 1,
        2 | 3 => 2,
        4..=6 => 4,
        10..=12 => 8,
        _ => {
            // Text and arrays take eight bytes at least, so that a false count ends at the file's end.
            for _ in 0..count {
                value(cursor, kind, depth.saturating_add(1))?;
            }
            return Ok(());
        }
    };
    let length = count.checked_mul(size).ok_or_else(|| cursor.bad_value("a length", to_u64(count)))?;
    cursor.take(length).map(|_| ())
}
