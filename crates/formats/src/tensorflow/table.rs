//! A sorted string table in, its keys and values out: LevelDB's file format, in which TensorFlow keeps its indexes.

use crate::cursor::{Cursor, to_usize};
use crate::wire::varint;
use crate::{Error, ErrorKind};

pub(crate) const FORMAT: &str = "TensorFlow checkpoint";
const MAGIC: [u8; 8] = [0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb];
/// Two handles of blocks, padded, and the magic number.
pub(crate) const FOOTER: usize = 48;
/// More keys than any checkpoint has.
const KEY_LIMIT: usize = 2_000_000;
/// Bytes of all keys together; keys share their beginnings, so a small file could claim many.
const KEY_BYTES_LIMIT: usize = 256 << 20;

/// Whether a file ends as a table does.
pub(crate) fn matches(bytes: &[u8]) -> bool {
    bytes.len() >= FOOTER && bytes.ends_with(&MAGIC)
}

/// A key and its value.
pub(crate) type Row<'a> = (Vec<u8>, &'a [u8]);

/// All rows in the order of their keys.
pub(crate) fn rows(bytes: &[u8]) -> Result<Vec<Row<'_>>, Error> {
    let footer = bytes.len().checked_sub(FOOTER).and_then(|at| bytes.get(at..));
    let mut cursor = Cursor::new(footer.unwrap_or_default(), FORMAT);
    if !matches(bytes) {
        return Err(cursor.malformed("the index does not end as a table"));
    }
    handle(&mut cursor)?;
    let index = handle(&mut cursor)?;
    let mut found = Vec::new();
    let mut key_bytes = 0_usize;
    for (_, place) in block(bytes, index)? {
        let mut cursor = Cursor::new(place, FORMAT);
        for (key, value) in block(bytes, handle(&mut cursor)?)? {
            key_bytes = key_bytes.saturating_add(key.len());
            found.push((key, value));
            if found.len() > KEY_LIMIT || key_bytes > KEY_BYTES_LIMIT {
                return Err(ErrorKind::TooMany { what: "keys in the index", limit: KEY_LIMIT }.into());
            }
        }
    }
    Ok(found)
}

/// Offset and size of a block.
fn handle(cursor: &mut Cursor<'_>) -> Result<(u64, u64), Error> {
    Ok((varint(cursor)?, varint(cursor)?))
}

/// The rows of one block.
fn block(bytes: &[u8], (offset, size): (u64, u64)) -> Result<Vec<Row<'_>>, Error> {
    let mut cursor = Cursor::new(bytes, FORMAT);
    cursor.take(to_usize(offset))?;
    let block = cursor.take(to_usize(size))?;
    let compression = cursor.u8()?;
    if compression != 0 {
        let name = "an index compressed with snappy".to_owned();
        return Err(ErrorKind::Unsupported { what: "the TensorFlow checkpoint", name }.into());
    }
    let count_at = block.len().checked_sub(4).ok_or_else(|| cursor.malformed("a block is too short"))?;
    let restarts = Cursor::new(block.get(count_at..).unwrap_or_default(), FORMAT).len32()?;
    let end = restarts.checked_mul(4).and_then(|bytes| count_at.checked_sub(bytes));
    let end = end.ok_or_else(|| cursor.malformed("a block has more restarts than bytes"))?;
    let mut entries = Cursor::new(block.get(..end).unwrap_or_default(), FORMAT);
    let mut found: Vec<Row<'_>> = Vec::new();
    let mut key_bytes = 0_usize;
    while entries.left() > 0 {
        let (shared, own) = (to_usize(varint(&mut entries)?), to_usize(varint(&mut entries)?));
        let length = to_usize(varint(&mut entries)?);
        let before = found.last().map_or(&[][..], |(key, _)| key);
        let start =
            before.get(..shared).ok_or_else(|| entries.malformed("a key shares what is not there"))?;
        let key = [start, entries.take(own)?].concat();
        key_bytes = key_bytes.saturating_add(key.len());
        if key_bytes > KEY_BYTES_LIMIT {
            return Err(
                ErrorKind::TooMany { what: "bytes of keys in the index", limit: KEY_BYTES_LIMIT }.into()
            );
        }
        found.push((key, entries.take(length)?));
    }
    Ok(found)
}
