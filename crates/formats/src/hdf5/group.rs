//! The header of an HDF5 group in, the names and addresses of its members out.
//!
//! Old groups are a B-tree of symbol tables with names in a heap; new ones keep links in the header, or, from nine on,
//! in a fractal heap with an index. Soft and external links are left out: they name what is listed anyway, or another
//! file.

use std::collections::HashSet;

use crate::cursor::{Cursor, to_usize};
use crate::hdf5::file::{File, uint, wrong};
use crate::hdf5::header::{Message, bounded, find};
use crate::hdf5::heap::FractalHeap;
use crate::{Error, ErrorKind};

const LINK_INFO: u16 = 0x02;
const LINK: u16 = 0x06;
const SYMBOL_TABLE: u16 = 0x11;
/// More members than any group of a checkpoint has.
pub(crate) const MEMBER_LIMIT: usize = 500_000;

/// A member's name and the address of its header.
pub(crate) type Member = (String, u64);

/// Whether these messages are a group's.
pub(crate) fn is_group(messages: &[Message<'_>]) -> bool {
    messages.iter().any(|message| matches!(message.kind, LINK_INFO | SYMBOL_TABLE))
}

/// The members, in the order in which the file keeps them.
pub(crate) fn members(file: &File, messages: &[Message<'_>]) -> Result<Vec<Member>, Error> {
    let mut found = Vec::new();
    if let Some(table) = find(messages, SYMBOL_TABLE) {
        let mut cursor = table.cursor()?;
        let tree = file.address(&mut cursor)?.ok_or_else(|| wrong("a group has no B-tree"))?;
        let heap = file.address(&mut cursor)?.ok_or_else(|| wrong("a group has no heap"))?;
        let names = local_heap(file, heap)?;
        walk(file, tree, names, &mut HashSet::new(), None, &mut found)?;
    }
    for message in messages.iter().filter(|message| message.kind == LINK) {
        found.extend(link(file, &mut message.cursor()?)?);
    }
    if let Some(info) = find(messages, LINK_INFO) {
        let mut cursor = info.cursor()?;
        let (_version, flags) = (cursor.u8()?, cursor.u8()?);
        cursor.take(if flags & 1 == 0 { 0 } else { 8 })?;
        if let (Some(heap), Some(index)) = (file.address(&mut cursor)?, file.address(&mut cursor)?) {
            let heap = FractalHeap::open(file, heap)?;
            for id in crate::hdf5::heap::indexed_ids(file, index)? {
                found.extend(link(file, &mut Cursor::new(heap.object(id)?, "HDF5"))?);
            }
        }
    }
    Ok(found)
}

/// The names of an old group's members, one after the other with a zero byte behind each.
fn local_heap(file: &File, address: u64) -> Result<&[u8], Error> {
    let mut cursor = file.block(address, b"HEAP")?;
    cursor.take(4)?;
    let size = file.length(&mut cursor)?;
    file.length(&mut cursor)?;
    let data = file.address(&mut cursor)?.ok_or_else(|| wrong("a heap has no data"))?;
    file.slice(data, size)
}

/// Walks a B-tree of symbol tables from a node whose parent is of level `above`.
fn walk(
    file: &File,
    address: u64,
    names: &[u8],
    seen: &mut HashSet<u64>,
    above: Option<u8>,
    found: &mut Vec<Member>,
) -> Result<(), Error> {
    if !seen.insert(address) {
        return Err(Error::from(wrong("a B-tree contains itself")).at(address));
    }
    let mut cursor = file.block(address, b"TREE")?;
    let (kind, level, used) = (cursor.u8()?, cursor.u8()?, cursor.u16()?);
    if kind != 0 || above.is_some_and(|above| level >= above) {
        return Err(Error::from(wrong("a group's B-tree has a node of another kind")).at(address));
    }
    file.address(&mut cursor)?;
    file.address(&mut cursor)?;
    for _ in 0..used {
        file.length(&mut cursor)?;
        let child = file.address(&mut cursor)?.ok_or_else(|| wrong("a B-tree has a hole"))?;
        if level == 0 {
            symbols(file, child, names, found)?;
        } else {
            walk(file, child, names, seen, Some(level), found)?;
        }
    }
    Ok(())
}

fn symbols(file: &File, address: u64, names: &[u8], found: &mut Vec<Member>) -> Result<(), Error> {
    let mut cursor = file.block(address, b"SNOD")?;
    cursor.take(2)?;
    let count = usize::from(cursor.u16()?);
    for _ in 0..bounded(&cursor, count, file.offset_size())? {
        let name = file.address(&mut cursor)?;
        let header = file.address(&mut cursor)?;
        let cached = cursor.u32()?;
        cursor.take(20)?;
        let name = name.and_then(|at| names.get(to_usize(at)..)).unwrap_or_default();
        let name = name.split(|byte| *byte == 0).next().unwrap_or_default();
        if found.len() >= MEMBER_LIMIT {
            return Err(ErrorKind::TooMany { what: "members of a group", limit: MEMBER_LIMIT }.into());
        }
        // Two is a soft link.
        if let (Some(header), false) = (header, cached == 2) {
            found.push((String::from_utf8_lossy(name).into_owned(), header));
        }
    }
    Ok(())
}

/// The member of a link message; none where it is a soft or external link.
fn link(file: &File, cursor: &mut Cursor<'_>) -> Result<Option<Member>, Error> {
    let version = cursor.u8()?;
    if version != 1 {
        return Err(cursor.bad_value("the version of a link", u64::from(version)));
    }
    let flags = cursor.u8()?;
    let kind = if flags & 8 == 0 { 0 } else { cursor.u8()? };
    cursor.take(if flags & 4 == 0 { 0 } else { 8 })?;
    cursor.take(if flags & 0x10 == 0 { 0 } else { 1 })?;
    let length = uint(cursor, 1 << (flags & 3))?;
    let name = String::from_utf8_lossy(cursor.take(to_usize(length))?).into_owned();
    if kind != 0 {
        return Ok(None);
    }
    Ok(file.address(cursor)?.map(|address| (name, address)))
}
