//! The address of an HDF5 object in, the messages of its header out: what it is, where its data or its members are.

use std::collections::HashSet;

use crate::cursor::{Cursor, to_u64, to_usize};
use crate::hdf5::file::{FORMAT, File, uint, wrong};
use crate::{Error, ErrorKind};

/// More messages than the header of any real object has.
const MESSAGE_LIMIT: usize = 100_000;
/// The message that says where the header goes on.
const CONTINUATION: u16 = 0x10;

/// One message of a header.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Message<'a> {
    pub(crate) kind: u16,
    pub(crate) data: &'a [u8],
    /// Whether the data only say where the message is.
    pub(crate) shared: bool,
}

impl<'a> Message<'a> {
    /// A cursor over the data.
    ///
    /// # Errors
    /// The message is kept elsewhere, for several objects, which no writer of weights does.
    pub(crate) fn cursor(&self) -> Result<Cursor<'a>, Error> {
        if self.shared {
            let name = format!("message {} of an HDF5 object header", self.kind);
            return Err(ErrorKind::Unsupported { what: "a shared message", name }.into());
        }
        Ok(Cursor::new(self.data, FORMAT))
    }
}

/// All messages of the object at this address.
pub(crate) fn messages(file: &File, address: u64) -> Result<Vec<Message<'_>>, Error> {
    let mut cursor = file.at(address)?;
    let header = if cursor.is_before(b"OHDR")? {
        cursor.take(4)?;
        new_header(&mut cursor)
    } else {
        old_header(&mut cursor)
    };
    header.and_then(|(style, bytes)| collect(file, style, bytes)).map_err(|error| error.at(address))
}

/// How messages are laid out.
#[derive(Clone, Copy)]
enum Style {
    Old,
    /// Whether each carries the number of its creation.
    New {
        ordered: bool,
    },
}

fn old_header<'a>(cursor: &mut Cursor<'a>) -> Result<(Style, &'a [u8]), Error> {
    let version = cursor.u8()?;
    if version != 1 {
        return Err(cursor.bad_value("the version of an object header", u64::from(version)));
    }
    cursor.take(7)?;
    let size = cursor.len32()?;
    cursor.take(4)?;
    Ok((Style::Old, cursor.take(size)?))
}

fn new_header<'a>(cursor: &mut Cursor<'a>) -> Result<(Style, &'a [u8]), Error> {
    let (version, flags) = (cursor.u8()?, cursor.u8()?);
    if version != 2 {
        return Err(cursor.bad_value("the version of an object header", u64::from(version)));
    }
    cursor.take(if flags & 0x20 == 0 { 0 } else { 16 })?;
    cursor.take(if flags & 0x10 == 0 { 0 } else { 4 })?;
    let size = uint(cursor, 1 << (flags & 3))?;
    Ok((Style::New { ordered: flags & 4 != 0 }, cursor.take(to_usize(size))?))
}

fn collect<'a>(file: &'a File, style: Style, first: &'a [u8]) -> Result<Vec<Message<'a>>, Error> {
    let mut found = Vec::new();
    let mut blocks = vec![first];
    let mut seen = HashSet::new();
    while let Some(block) = blocks.pop() {
        let mut cursor = Cursor::new(block, FORMAT);
        while let Some(message) = next(&mut cursor, style)? {
            if message.kind == CONTINUATION {
                let mut place = message.cursor()?;
                let (address, size) = (file.address(&mut place)?, file.length(&mut place)?);
                let address = address.ok_or_else(|| wrong("a header goes on nowhere"))?;
                if !seen.insert(address) {
                    return Err(wrong("a header goes on where it has been").into());
                }
                blocks.push(continued(file, style, address, size)?);
            } else {
                found.push(message);
            }
            if found.len().max(seen.len()) > MESSAGE_LIMIT {
                return Err(ErrorKind::TooMany { what: "messages in a header", limit: MESSAGE_LIMIT }.into());
            }
        }
    }
    Ok(found)
}

/// The messages of a continuation: bare in old headers, signed and followed by a checksum in new ones.
fn continued(file: &File, style: Style, address: u64, size: u64) -> Result<&[u8], Error> {
    let block = file.slice(address, size)?;
    match style {
        Style::Old => Ok(block),
        Style::New { .. } => {
            let inner = block.strip_prefix(b"OCHK").and_then(|rest| rest.get(..rest.len().checked_sub(4)?));
            inner.ok_or_else(|| wrong("a header goes on with something else").into())
        }
    }
}

fn next<'a>(cursor: &mut Cursor<'a>, style: Style) -> Result<Option<Message<'a>>, Error> {
    let prefix = match style {
        Style::Old => 8,
        Style::New { ordered } => 4_usize.saturating_add(if ordered { 2 } else { 0 }),
    };
    // What is shorter than a message's prefix is a gap.
    if cursor.left() < prefix {
        return Ok(None);
    }
    let (kind, size, flags) = match style {
        Style::Old => {
            let (kind, size, flags) = (cursor.u16()?, cursor.u16()?, cursor.u8()?);
            cursor.take(3)?;
            (kind, size, flags)
        }
        Style::New { ordered } => {
            let (kind, size, flags) = (cursor.u8()?, cursor.u16()?, cursor.u8()?);
            cursor.take(if ordered { 2 } else { 0 })?;
            (u16::from(kind), size, flags)
        }
    };
    let data = cursor.take(usize::from(size))?;
    Ok(Some(Message { kind, data, shared: flags & 2 != 0 }))
}

/// The first message of a kind.
pub(crate) fn find<'a>(messages: &[Message<'a>], kind: u16) -> Option<Message<'a>> {
    messages.iter().find(|message| message.kind == kind).copied()
}

/// A count that a block states, refused where the block could not hold it.
pub(crate) fn bounded(cursor: &Cursor<'_>, count: usize, size: usize) -> Result<usize, Error> {
    if count.checked_mul(size).is_none_or(|bytes| bytes > cursor.left()) {
        return Err(cursor.bad_value("a number of entries", to_u64(count)));
    }
    Ok(count)
}
