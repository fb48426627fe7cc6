//! The fractal heap and the B-tree of new HDF5 groups in, the links kept there out.
//!
//! The heap is a table of blocks that double in size row by row; an object's id says at which byte of the whole it
//! lies. The B-tree holds the ids, here in the order of the names' hashes.

use std::collections::HashSet;

use crate::cursor::{Cursor, to_u64, to_usize};
use crate::hdf5::file::{File, uint, wrong};
use crate::hdf5::group::MEMBER_LIMIT;
use crate::{Error, ErrorKind};

/// Indirect blocks inside indirect blocks; four cover more than 64 bits of heap.
const DEPTH_LIMIT: usize = 8;

/// Where the blocks of a heap are.
pub(crate) struct FractalHeap<'a> {
    file: &'a File,
    /// Bytes of an offset in an object's id.
    offset_size: usize,
    /// Bytes of a length in an object's id.
    length_size: usize,
    /// Blocks in a row.
    width: u64,
    /// Size of a block of the first two rows.
    start: u64,
    /// Rows whose blocks hold objects; those below hold blocks.
    direct_rows: u64,
    root: u64,
    /// Rows of the root, 0 where it is a block of objects.
    rows: u64,
}

impl<'a> FractalHeap<'a> {
    /// Reads the header of the heap.
    pub(crate) fn open(file: &'a File, address: u64) -> Result<Self, Error> {
        let mut cursor = file.block(address, b"FRHP")?;
        cursor.take(3)?;
        let filters = cursor.u16()?;
        cursor.take(1)?;
        let largest_object = u64::from(cursor.u32()?);
        for _ in 0..12 {
            // Lengths and addresses have the same size in every file that lists a heap here.
            file.length(&mut cursor)?;
        }
        let width = u64::from(cursor.u16()?);
        let (start, largest) = (file.length(&mut cursor)?, file.length(&mut cursor)?);
        let bits = cursor.u16()?;
        cursor.take(2)?;
        let root = file.address(&mut cursor)?.ok_or_else(|| wrong("a heap has no blocks"))?;
        let rows = u64::from(cursor.u16()?);
        if filters != 0 {
            let name = "a compressed heap of links".to_owned();
            return Err(ErrorKind::Unsupported { what: "the HDF5 file", name }.into());
        }
        if !start.is_power_of_two()
            || !largest.is_power_of_two()
            || largest < start
            || width == 0
            || bits > 64
        {
            return Err(Error::from(wrong("a heap has impossible sizes")).at(address));
        }
        let doublings = u64::from(largest.trailing_zeros().saturating_sub(start.trailing_zeros()));
        Ok(Self {
            file,
            offset_size: usize::from(bits.div_ceil(8)),
            length_size: to_usize(u64::from(largest.trailing_zeros().div_ceil(8)))
                .min(bytes_for(largest_object)),
            width,
            start,
            direct_rows: doublings.saturating_add(2),
            root,
            rows,
        })
    }

    /// The bytes of the object with this id.
    pub(crate) fn object(&self, id: &[u8]) -> Result<&'a [u8], Error> {
        let mut cursor = Cursor::new(id, "HDF5");
        let head = cursor.u8()?;
        if head & 0x30 != 0 {
            let name = "a link in a heap of huge or tiny objects".to_owned();
            return Err(ErrorKind::Unsupported { what: "the HDF5 file", name }.into());
        }
        let offset = uint(&mut cursor, self.offset_size)?;
        let length = uint(&mut cursor, self.length_size)?;
        if self.rows == 0 {
            return self.file.slice(self.root.saturating_add(offset), length);
        }
        self.inside(self.root, offset, length, 0)
    }

    /// The bytes at this offset of an indirect block.
    fn inside(&self, block: u64, offset: u64, length: u64, depth: usize) -> Result<&'a [u8], Error> {
        if depth > DEPTH_LIMIT {
            return Err(Error::from(wrong("a heap is nested too deep")).at(block));
        }
        let (mut row, mut row_start) = (0_u64, 0_u64);
        let outside = || Error::from(wrong("a heap's object lies outside of its blocks")).at(block);
        loop {
            let size = self.block_size(row).ok_or_else(outside)?;
            let row_size = size.checked_mul(self.width).ok_or_else(outside)?;
            let row_end = row_start.checked_add(row_size).ok_or_else(outside)?;
            if offset < row_end {
                let within = offset.saturating_sub(row_start);
                let column = within.checked_div(size).unwrap_or(0);
                let child = self.child(block, row, column)?;
                let rest = within.checked_rem(size).unwrap_or(0);
                return if row < self.direct_rows {
                    self.file.slice(child.saturating_add(rest), length)
                } else {
                    self.inside(child, rest, length, depth.saturating_add(1))
                };
            }
            (row, row_start) = (row.saturating_add(1), row_end);
        }
    }

    /// Size of a block of this row.
    fn block_size(&self, row: u64) -> Option<u64> {
        let doublings = u32::try_from(row.saturating_sub(1)).ok()?;
        self.start.checked_mul(1_u64.checked_shl(doublings)?)
    }

    /// Address of the block at this place of an indirect block.
    fn child(&self, block: u64, row: u64, column: u64) -> Result<u64, Error> {
        let mut cursor = self.file.block(block, b"FHIB")?;
        cursor.take(1)?;
        self.file.address(&mut cursor)?;
        cursor.take(self.offset_size)?;
        let number = row.saturating_mul(self.width).saturating_add(column);
        cursor.take(to_usize(number).saturating_mul(self.file.offset_size()))?;
        self.file.address(&mut cursor)?.ok_or_else(|| wrong("a heap has a hole").into())
    }
}

/// Bytes that a number up to this one takes.
fn bytes_for(number: u64) -> usize {
    let bits = u64::BITS.saturating_sub(number.leading_zeros());
    usize::try_from(bits.div_ceil(8)).unwrap_or(8).max(1)
}

/// The heap ids in a B-tree of links, in its order.
pub(crate) fn indexed_ids(file: &File, address: u64) -> Result<Vec<&[u8]>, Error> {
    let mut cursor = file.block(address, b"BTHD")?;
    let (_version, kind) = (cursor.u8()?, cursor.u8()?);
    if kind != 5 {
        return Err(cursor.bad_value("the kind of a group's index", u64::from(kind)));
    }
    let node_size = cursor.len32()?;
    let record_size = usize::from(cursor.u16()?);
    let depth = cursor.u16()?;
    cursor.take(2)?;
    let root = file.address(&mut cursor)?;
    let count = u64::from(cursor.u16()?);
    if record_size < 5 || depth > 16 {
        return Err(cursor.malformed("a group's index has impossible sizes"));
    }
    let mut tree = Tree { file, node_size, record_size, seen: HashSet::new(), ids: Vec::new() };
    if let Some(root) = root {
        tree.walk(root, count, depth)?;
    }
    Ok(tree.ids)
}

struct Tree<'a> {
    file: &'a File,
    node_size: usize,
    record_size: usize,
    seen: HashSet<u64>,
    ids: Vec<&'a [u8]>,
}

impl Tree<'_> {
    /// Records that fit in a node of this depth, and all below it, as the sizes of counts depend on them.
    fn capacity(&self, depth: u16) -> (u64, u64) {
        let payload = self.node_size.saturating_sub(10);
        let mut most = to_u64(payload.checked_div(self.record_size).unwrap_or(0));
        let mut total = most;
        let count_size = bytes_for(most);
        for level in 1..=depth {
            let total_size = if level > 1 { bytes_for(total) } else { 0 };
            let pointer = self.file.offset_size().saturating_add(count_size).saturating_add(total_size);
            let room = payload.saturating_sub(pointer);
            most = to_u64(room.checked_div(self.record_size.saturating_add(pointer)).unwrap_or(0));
            total = most.saturating_add(1).saturating_mul(total).saturating_add(most);
        }
        (most, total)
    }

    fn walk(&mut self, address: u64, count: u64, depth: u16) -> Result<(), Error> {
        if !self.seen.insert(address) {
            return Err(Error::from(wrong("a group's index contains itself")).at(address));
        }
        let signature = if depth == 0 { b"BTLF" } else { b"BTIN" };
        let file = self.file;
        let mut cursor = file.block(address, signature)?;
        cursor.take(2)?;
        let mut records = Vec::new();
        for _ in 0..count {
            records.push(cursor.take(self.record_size)?);
            if records.len().saturating_add(self.ids.len()) > MEMBER_LIMIT {
                return Err(ErrorKind::TooMany { what: "members of a group", limit: MEMBER_LIMIT }.into());
            }
        }
        if depth > 0 {
            let below = depth.saturating_sub(1);
            let count_size = bytes_for(self.capacity(0).0);
            let total_size = if depth > 1 { bytes_for(self.capacity(below).1) } else { 0 };
            for place in 0..=records.len() {
                let child = file.address(&mut cursor)?.ok_or_else(|| wrong("a group's index has a hole"))?;
                let count = uint(&mut cursor, count_size)?;
                cursor.take(total_size)?;
                self.walk(child, count, below)?;
                self.ids.extend(records.get(place).and_then(|record| record.get(4..)));
            }
        } else {
            self.ids.extend(records.into_iter().filter_map(|record| record.get(4..)));
        }
        Ok(())
    }
}
