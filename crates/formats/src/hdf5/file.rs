//! The bytes of an HDF5 file in, its superblock and cursors at its addresses out.
//!
//! An address in the file is a claim like any other: a cursor starts there only if it lies inside, and reads no
//! further than the end that the superblock states.

use std::ops::Range;
use std::sync::Arc;

use crate::cursor::{Cursor, to_u64, to_usize};
use crate::tensor::ByteOwner;
use crate::{Error, ErrorKind};

pub(crate) const FORMAT: &str = "HDF5";
const SIGNATURE: &[u8] = b"\x89HDF\r\n\x1a\n";

/// An HDF5 file, or one inside an archive.
pub(crate) struct File {
    pub(crate) owner: Arc<dyn ByteOwner>,
    /// Byte of the owner at which address 0 lies.
    pub(crate) base: usize,
    /// Bytes from there to the end of the file.
    pub(crate) len: usize,
    /// Bytes of an address.
    offset_size: usize,
    /// Bytes of a length.
    length_size: usize,
    /// Address of the root group's object header.
    pub(crate) root: u64,
}

/// Whether these are the first bytes of an HDF5 file.
pub(crate) fn matches(bytes: &[u8]) -> bool {
    bytes.starts_with(SIGNATURE)
}

impl File {
    /// Reads the superblock at byte `start` of the owner, whose file is `len` bytes long.
    pub(crate) fn open(owner: Arc<dyn ByteOwner>, start: usize, len: usize) -> Result<Self, Error> {
        let end = start.checked_add(len).filter(|end| *end <= owner.bytes().len());
        let range = start..end.unwrap_or(start);
        let mut cursor = Cursor::over(owner.as_ref(), range.clone(), FORMAT);
        if cursor.take(SIGNATURE.len())? != SIGNATURE {
            return Err(cursor.malformed("it does not start with HDF5's signature"));
        }
        let version = cursor.u8()?;
        let (offset_size, length_size, root, stated_end) = match version {
            0 | 1 => superblock_old(&mut cursor, version)?,
            2 | 3 => superblock_new(&mut cursor)?,
            _ => return Err(cursor.bad_value("the version of the superblock", u64::from(version))),
        };
        if stated_end > to_u64(range.len()) {
            let available = to_u64(range.len());
            return Err(ErrorKind::TruncatedData { end: stated_end, available }.into());
        }
        let len = to_usize(stated_end);
        Ok(Self { owner, base: start, len, offset_size, length_size, root })
    }

    /// The bytes at an address.
    pub(crate) fn slice(&self, address: u64, len: u64) -> Result<&[u8], Error> {
        let range = self.range(address, len)?;
        self.owner.fetch(range.clone())?;
        Ok(self.owner.bytes().get(range).unwrap_or_default())
    }

    /// Where in the owner the bytes at an address are.
    pub(crate) fn range(&self, address: u64, len: u64) -> Result<Range<usize>, Error> {
        let cut =
            || ErrorKind::TruncatedData { end: address.saturating_add(len), available: to_u64(self.len) };
        let end = address.checked_add(len).filter(|end| *end <= to_u64(self.len)).ok_or_else(cut)?;
        let place = |address: u64| self.base.saturating_add(to_usize(address));
        Ok(place(address)..place(end))
    }

    /// A cursor from an address to the end of the file.
    pub(crate) fn at(&self, address: u64) -> Result<Cursor<'_>, Error> {
        let rest = to_u64(self.len).saturating_sub(address);
        if rest == 0 {
            let kind = ErrorKind::BadValue { format: FORMAT, what: "an address", value: address };
            return Err(kind.into());
        }
        Ok(Cursor::over(self.owner.as_ref(), self.range(address, rest)?, FORMAT))
    }

    /// A cursor at a block that must begin with this signature, past it.
    pub(crate) fn block(&self, address: u64, signature: &[u8; 4]) -> Result<Cursor<'_>, Error> {
        let mut cursor = self.at(address)?;
        if cursor.array::<4>()? != *signature {
            return Err(Error::from(wrong("a block has another signature than its kind")).at(address));
        }
        Ok(cursor)
    }

    /// The next address; `None` for the one that means nothing is there.
    pub(crate) fn address(&self, cursor: &mut Cursor<'_>) -> Result<Option<u64>, Error> {
        let address = uint(cursor, self.offset_size)?;
        let undefined = if self.offset_size == 4 { u64::from(u32::MAX) } else { u64::MAX };
        Ok((address != undefined).then_some(address))
    }

    /// The next length.
    pub(crate) fn length(&self, cursor: &mut Cursor<'_>) -> Result<u64, Error> {
        uint(cursor, self.length_size)
    }

    /// Bytes of an address, for fixed layouts.
    pub(crate) fn offset_size(&self) -> usize {
        self.offset_size
    }
}

/// A broken rule of the format.
pub(crate) fn wrong(what: &'static str) -> ErrorKind {
    ErrorKind::Malformed { format: FORMAT, what }
}

/// An unsigned number of up to eight bytes, little-endian.
pub(crate) fn uint(cursor: &mut Cursor<'_>, size: usize) -> Result<u64, Error> {
    let mut bytes = [0; 8];
    let taken = cursor.take(size)?;
    match bytes.get_mut(..size) {
        Some(low) => low.copy_from_slice(taken),
        None => return Err(cursor.malformed("a number has more than eight bytes")),
    }
    Ok(u64::from_le_bytes(bytes))
}

fn sizes(cursor: &mut Cursor<'_>) -> Result<(usize, usize), Error> {
    let (offset, length) = (cursor.u8()?, cursor.u8()?);
    if ![4, 8].contains(&offset) || ![4, 8].contains(&length) {
        return Err(cursor.malformed("addresses or lengths are of neither four nor eight bytes"));
    }
    Ok((usize::from(offset), usize::from(length)))
}

type Superblock = (usize, usize, u64, u64);

fn superblock_old(cursor: &mut Cursor<'_>, version: u8) -> Result<Superblock, Error> {
    cursor.take(4)?;
    let (offset, length) = sizes(cursor)?;
    cursor.take(if version == 0 { 9 } else { 13 })?;
    let base = uint(cursor, offset)?;
    uint(cursor, offset)?;
    let end = uint(cursor, offset)?;
    uint(cursor, offset)?;
    uint(cursor, offset)?;
    let root = uint(cursor, offset)?;
    no_user_block(base)?;
    Ok((offset, length, root, end))
}

fn superblock_new(cursor: &mut Cursor<'_>) -> Result<Superblock, Error> {
    let (offset, length) = sizes(cursor)?;
    cursor.take(1)?;
    let base = uint(cursor, offset)?;
    uint(cursor, offset)?;
    let end = uint(cursor, offset)?;
    let root = uint(cursor, offset)?;
    no_user_block(base)?;
    Ok((offset, length, root, end))
}

/// A user block would shift every address; no writer of weights makes one.
fn no_user_block(base: u64) -> Result<(), Error> {
    if base == 0 { Ok(()) } else { Err(wrong("its addresses do not start at its first byte").into()) }
}
