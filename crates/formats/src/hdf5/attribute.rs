//! The header of an HDF5 object in, the texts of one of its attributes out.
//!
//! Keras keeps the order and the names of layers in attributes. Numbers in attributes are of no use here.

use crate::Error;
use crate::cursor::{Cursor, to_usize};
use crate::hdf5::element::{Kind, read_space, read_type};
use crate::hdf5::file::{FORMAT, File, wrong};
use crate::hdf5::header::Message;
use crate::tensor::element_count;

const ATTRIBUTE: u16 = 0x0c;

/// Longest text that is taken for a name.
const NAME_LIMIT: usize = 4096;

/// The attributes that hold texts and whose names are wanted.
pub(crate) fn texts(
    file: &File,
    messages: &[Message<'_>],
    wanted: fn(&str) -> bool,
) -> Result<Vec<(String, Vec<String>)>, Error> {
    let mut found = Vec::new();
    for message in messages.iter().filter(|message| message.kind == ATTRIBUTE && !message.shared) {
        let mut cursor = message.cursor()?;
        let version = cursor.u8()?;
        let flags = cursor.u8()?;
        let sizes = [cursor.u16()?, cursor.u16()?, cursor.u16()?].map(usize::from);
        cursor.take(if version == 3 { 1 } else { 0 })?;
        let padded = |size: usize| if version == 1 { size.next_multiple_of(8) } else { size };
        let [name, kind, space] = sizes;
        let name = trimmed(cursor.take(padded(name))?);
        if !wanted(&name) || (version > 1 && flags & 3 != 0) {
            continue;
        }
        let kind = read_type(&mut Cursor::new(cursor.take(padded(kind))?, FORMAT))?;
        let space = read_space(file, &mut Cursor::new(cursor.take(padded(space))?, FORMAT))?;
        let count = space.as_deref().and_then(element_count).unwrap_or(0);
        found.extend(values(file, kind, count, &mut cursor)?.map(|texts| (name, texts)));
    }
    Ok(found)
}

fn values(
    file: &File,
    kind: Kind,
    count: usize,
    cursor: &mut Cursor<'_>,
) -> Result<Option<Vec<String>>, Error> {
    let mut texts = Vec::new();
    match kind {
        Kind::Text { size } => {
            for _ in 0..crate::hdf5::header::bounded(cursor, count, size.max(1))? {
                texts.push(trimmed(cursor.take(size)?));
            }
        }
        Kind::HeapText => {
            let size = file.offset_size().saturating_add(8);
            for _ in 0..crate::hdf5::header::bounded(cursor, count, size)? {
                let length = cursor.len32()?;
                if length > NAME_LIMIT {
                    return Err(cursor.malformed("a name is longer than any name"));
                }
                let heap = file.address(cursor)?;
                let index = cursor.u32()?;
                let text = match heap {
                    Some(heap) if length > 0 => global_heap(file, heap, index)?,
                    _ => &[],
                };
                texts.push(trimmed(text.get(..length.min(text.len())).unwrap_or_default()));
            }
        }
        _ => return Ok(None),
    }
    Ok(Some(texts))
}

fn trimmed(bytes: &[u8]) -> String {
    let text = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    String::from_utf8_lossy(text).into_owned()
}

/// The object of this number in a collection of the global heap.
fn global_heap(file: &File, address: u64, wanted: u32) -> Result<&[u8], Error> {
    let mut head = file.block(address, b"GCOL")?;
    head.take(4)?;
    let size = file.length(&mut head)?;
    let mut cursor = Cursor::new(file.slice(address, size)?, FORMAT);
    cursor.take(8)?;
    file.length(&mut cursor)?;
    while cursor.left() >= 8 {
        let index = cursor.u16()?;
        cursor.take(6)?;
        let size = to_usize(file.length(&mut cursor)?);
        if u32::from(index) == wanted {
            return cursor.take(size);
        }
        if index == 0 {
            break;
        }
        cursor.take(size.checked_next_multiple_of(8).unwrap_or(usize::MAX))?;
    }
    Err(Error::from(wrong("a text is not in its heap")).at(address))
}
