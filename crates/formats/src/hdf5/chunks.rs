//! A chunked HDF5 dataset in, its elements in row-major order out.
//!
//! Chunks are found by their index, put through the filters backwards and copied row by row to where they belong;
//! what was never written holds the fill value.

use std::collections::HashSet;
use std::io::Read;

use crate::cursor::{to_u64, to_usize};
use crate::grid::Grid;
use crate::hdf5::file::{File, uint, wrong};
use crate::hdf5::layout::{Filter, Index};
use crate::tensor::element_count;
use crate::{Error, ErrorKind};

/// More chunks than any dataset of weights has.
const CHUNK_LIMIT: usize = 4_000_000;

/// A chunked dataset.
pub(crate) struct Chunks<'a> {
    pub(crate) file: &'a File,
    pub(crate) shape: &'a [usize],
    pub(crate) chunk: &'a [usize],
    /// Bytes of an element.
    pub(crate) size: usize,
    pub(crate) filters: &'a [Filter],
    pub(crate) fill: &'a [u8],
}

/// A chunk that was written.
struct Chunk {
    /// Index of its first element along each axis.
    at: Vec<usize>,
    address: u64,
    stored: u64,
    /// Filters that were not applied, one bit each.
    left_out: u32,
}

impl Chunks<'_> {
    /// All elements.
    pub(crate) fn read(&self, index: Option<(Index, u64)>) -> Result<Vec<u8>, Error> {
        if self.chunk.len() != self.shape.len() {
            return Err(wrong("chunks have another number of axes than the dataset").into());
        }
        let chunk_bytes = element_count(self.chunk).and_then(|count| count.checked_mul(self.size));
        let chunk_bytes = chunk_bytes.ok_or_else(|| wrong("the size of a chunk overflows"))?;
        let chunks = self.list(index, chunk_bytes)?;
        let mut stored = 0_usize;
        for chunk in &chunks {
            // What the index claims counts only where the file has it.
            let range = self.file.range(chunk.address, chunk.stored)?;
            stored = stored.saturating_add(range.len()).min(self.file.len);
        }
        let grid = Grid { shape: self.shape, chunk: self.chunk, size: self.size };
        let mut out = grid.filled(self.fill, stored)?;
        for chunk in &chunks {
            let bytes = self.file.slice(chunk.address, chunk.stored)?;
            let unpacked = self.unpack(bytes, chunk.left_out, chunk_bytes)?;
            grid.put(&unpacked, &chunk.at, &mut out)
                .ok_or_else(|| wrong("a chunk lies outside of its dataset"))?;
        }
        Ok(out)
    }

    fn list(&self, index: Option<(Index, u64)>, chunk_bytes: usize) -> Result<Vec<Chunk>, Error> {
        let Some((index, address)) = index else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        match index {
            Index::Tree => self.walk(address, None, &mut HashSet::new(), &mut found)?,
            Index::Single(filtered) => {
                let (stored, left_out) = filtered.unwrap_or((to_u64(chunk_bytes), 0));
                found.push(Chunk { at: vec![0; self.shape.len()], address, stored, left_out });
            }
            Index::Implicit => {
                for number in 0..self.count()? {
                    let address = address.saturating_add(to_u64(number.saturating_mul(chunk_bytes)));
                    found.push(Chunk {
                        at: self.place(number),
                        address,
                        stored: to_u64(chunk_bytes),
                        left_out: 0,
                    });
                }
            }
            Index::FixedArray => self.fixed_array(address, chunk_bytes, &mut found)?,
        }
        Ok(found)
    }

    /// How many chunks cover the dataset.
    fn count(&self) -> Result<usize, Error> {
        let along = self.shape.iter().zip(self.chunk).map(|(extent, chunk)| extent.div_ceil(*chunk));
        let count = along.into_iter().try_fold(1_usize, usize::checked_mul);
        count
            .filter(|count| *count <= CHUNK_LIMIT)
            .ok_or_else(|| ErrorKind::TooMany { what: "chunks", limit: CHUNK_LIMIT }.into())
    }

    /// First element of the chunk of this number.
    fn place(&self, number: usize) -> Vec<usize> {
        let mut rest = number;
        let mut at = vec![0; self.shape.len()];
        for ((at, extent), chunk) in at.iter_mut().zip(self.shape).zip(self.chunk).rev() {
            let along = extent.div_ceil(*chunk);
            *at = rest.checked_rem(along).unwrap_or(0).saturating_mul(*chunk);
            rest = rest.checked_div(along).unwrap_or(0);
        }
        at
    }

    /// Walks a B-tree of chunks from a node whose parent is of level `above`.
    fn walk(
        &self,
        address: u64,
        above: Option<u8>,
        seen: &mut HashSet<u64>,
        found: &mut Vec<Chunk>,
    ) -> Result<(), Error> {
        if !seen.insert(address) {
            return Err(Error::from(wrong("a B-tree contains itself")).at(address));
        }
        let mut cursor = self.file.block(address, b"TREE")?;
        let (kind, level, used) = (cursor.u8()?, cursor.u8()?, cursor.u16()?);
        if kind != 1 || above.is_some_and(|above| level >= above) {
            return Err(Error::from(wrong("a chunk index has a node of another kind")).at(address));
        }
        self.file.address(&mut cursor)?;
        self.file.address(&mut cursor)?;
        for _ in 0..used {
            let (stored, left_out) = (cursor.u32()?, cursor.u32()?);
            let mut at = Vec::with_capacity(self.shape.len());
            for _ in self.shape {
                at.push(cursor.len64()?);
            }
            cursor.take(8)?;
            let child = self.file.address(&mut cursor)?.ok_or_else(|| wrong("a B-tree has a hole"))?;
            if level > 0 {
                self.walk(child, Some(level), seen, found)?;
            } else if found.len() < CHUNK_LIMIT {
                found.push(Chunk { at, address: child, stored: u64::from(stored), left_out });
            } else {
                return Err(ErrorKind::TooMany { what: "chunks", limit: CHUNK_LIMIT }.into());
            }
        }
        Ok(())
    }

    fn fixed_array(&self, address: u64, chunk_bytes: usize, found: &mut Vec<Chunk>) -> Result<(), Error> {
        let mut head = self.file.block(address, b"FAHD")?;
        let (_version, filtered) = (head.u8()?, head.u8()? == 1);
        let (entry, page_bits) = (usize::from(head.u8()?), head.u8()?);
        let count = to_usize(self.file.length(&mut head)?);
        let Some(data) = self.file.address(&mut head)? else { return Ok(()) };
        let mut cursor = self.file.block(data, b"FADB")?;
        cursor.take(2)?;
        self.file.address(&mut cursor)?;
        if 1_usize.checked_shl(u32::from(page_bits)).is_some_and(|page| count > page) {
            let name = "a chunk index in pages".to_owned();
            return Err(ErrorKind::Unsupported { what: "the HDF5 dataset", name }.into());
        }
        let size_of_size = entry.saturating_sub(self.file.offset_size()).saturating_sub(4);
        for number in 0..self.count()?.min(count) {
            let address = self.file.address(&mut cursor)?;
            let (stored, left_out) = if filtered {
                (uint(&mut cursor, size_of_size)?, cursor.u32()?)
            } else {
                (to_u64(chunk_bytes), 0)
            };
            found.extend(address.map(|address| Chunk { at: self.place(number), address, stored, left_out }));
        }
        Ok(())
    }

    /// Undoes the filters; `size` is what a chunk must have in the end.
    fn unpack(&self, bytes: &[u8], left_out: u32, size: usize) -> Result<Vec<u8>, Error> {
        let mut bytes = bytes.to_vec();
        for (place, filter) in self.filters.iter().enumerate().rev() {
            if u32::try_from(place).is_ok_and(|place| left_out.checked_shr(place).unwrap_or(0) & 1 == 1) {
                continue;
            }
            bytes = match filter {
                Filter::Deflate => inflate(&bytes, size)?,
                Filter::Shuffle(width) => unshuffle(&bytes, *width),
                Filter::Checksum => {
                    bytes.truncate(bytes.len().saturating_sub(4));
                    bytes
                }
            };
        }
        if bytes.len() != size {
            return Err(ErrorKind::TruncatedData { end: to_u64(size), available: to_u64(bytes.len()) }.into());
        }
        Ok(bytes)
    }
}

fn inflate(bytes: &[u8], size: usize) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    // Four bytes more: a checksum may lie inside.
    let limit = to_u64(size).saturating_add(4);
    flate2::read::ZlibDecoder::new(bytes).take(limit).read_to_end(&mut out).map_err(crate::bytes::of_io)?;
    Ok(out)
}

fn unshuffle(bytes: &[u8], width: usize) -> Vec<u8> {
    let count = bytes.len().checked_div(width).unwrap_or(0);
    if width < 2 || count == 0 {
        return bytes.to_vec();
    }
    let whole = count.saturating_mul(width);
    let mut out = bytes.to_vec();
    for (rank, plane) in bytes.get(..whole).unwrap_or_default().chunks_exact(count).enumerate() {
        let places = out.get_mut(rank..).unwrap_or_default().iter_mut().step_by(width);
        for (place, byte) in places.zip(plane) {
            *place = *byte;
        }
    }
    out
}
