//! The layout message of an HDF5 dataset in, where its elements are out: in one piece, in the header, or in chunks.

use crate::cursor::{Cursor, to_usize};
use crate::hdf5::file::{File, uint, wrong};
use crate::{Error, ErrorKind};

/// Where a dataset keeps its elements.
#[derive(Clone, Debug)]
pub(crate) enum Layout {
    /// In the header itself.
    Compact(Vec<u8>),
    /// In one piece; nowhere where they were never written.
    Contiguous(Option<u64>),
    /// In chunks of one shape; nowhere where none was ever written.
    Chunked { chunk: Vec<usize>, index: Option<(Index, u64)> },
    /// In a way that is not read.
    Unread(&'static str),
}

/// How chunks are found.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Index {
    /// A B-tree of the first version.
    Tree,
    /// There is one chunk; of these bytes and filters left out, where it is filtered.
    Single(Option<(u64, u32)>),
    /// One after the other.
    Implicit,
    /// An array of addresses.
    FixedArray,
}

/// Reads a layout message.
pub(crate) fn read_layout(file: &File, cursor: &mut Cursor<'_>) -> Result<Layout, Error> {
    let version = cursor.u8()?;
    match version {
        1 | 2 => first_layout(file, cursor),
        3 => match cursor.u8()? {
            2 => {
                let rank = usize::from(cursor.u8()?);
                let tree = file.address(cursor)?;
                let chunk = extents(cursor, rank, 4)?;
                Ok(Layout::Chunked { chunk, index: tree.map(|tree| (Index::Tree, tree)) })
            }
            class => simple_layout(file, cursor, class),
        },
        4 => match cursor.u8()? {
            2 => new_chunks(file, cursor),
            3 => Ok(Layout::Unread("a virtual dataset")),
            class => simple_layout(file, cursor, class),
        },
        _ => Err(cursor.bad_value("the version of a layout", u64::from(version))),
    }
}

fn simple_layout(file: &File, cursor: &mut Cursor<'_>, class: u8) -> Result<Layout, Error> {
    match class {
        0 => {
            let size = usize::from(cursor.u16()?);
            Ok(Layout::Compact(cursor.take(size)?.to_vec()))
        }
        1 => Ok(Layout::Contiguous(file.address(cursor)?)),
        _ => Err(cursor.bad_value("the class of a layout", u64::from(class))),
    }
}

/// Layouts before HDF5 1.6.3.
fn first_layout(file: &File, cursor: &mut Cursor<'_>) -> Result<Layout, Error> {
    let (rank, class) = (usize::from(cursor.u8()?), cursor.u8()?);
    cursor.take(5)?;
    let address = if class == 0 { None } else { file.address(cursor)? };
    match class {
        0 => {
            cursor.take(rank.saturating_mul(4))?;
            let size = cursor.len32()?;
            Ok(Layout::Compact(cursor.take(size)?.to_vec()))
        }
        1 => Ok(Layout::Contiguous(address)),
        2 => {
            let chunk = extents(cursor, rank, 4)?;
            Ok(Layout::Chunked { chunk, index: address.map(|tree| (Index::Tree, tree)) })
        }
        _ => Err(cursor.bad_value("the class of a layout", u64::from(class))),
    }
}

/// Chunks as HDF5 1.10 and later keep them where asked to write its newest format.
fn new_chunks(file: &File, cursor: &mut Cursor<'_>) -> Result<Layout, Error> {
    let flags = cursor.u8()?;
    let (rank, size) = (usize::from(cursor.u8()?), usize::from(cursor.u8()?));
    let chunk = extents(cursor, rank, size)?;
    let index = match cursor.u8()? {
        1 if flags & 2 != 0 => Index::Single(Some((file.length(cursor)?, cursor.u32()?))),
        1 => Index::Single(None),
        2 => Index::Implicit,
        3 => {
            cursor.take(1)?;
            Index::FixedArray
        }
        4 => return Ok(Layout::Unread("chunks that may grow, in HDF5's newest format")),
        5 => return Ok(Layout::Unread("chunks that may grow along several axes, in HDF5's newest format")),
        other => return Err(cursor.bad_value("the kind of a chunk index", u64::from(other))),
    };
    Ok(Layout::Chunked { chunk, index: file.address(cursor)?.map(|address| (index, address)) })
}

/// The chunk's extents; the last number is the size of an element and left out.
fn extents(cursor: &mut Cursor<'_>, rank: usize, size: usize) -> Result<Vec<usize>, Error> {
    let mut extents = Vec::new();
    for _ in 0..rank.saturating_sub(1) {
        let extent = to_usize(uint(cursor, size)?);
        if extent == 0 {
            return Err(wrong("a chunk has no extent").into());
        }
        extents.push(extent);
    }
    uint(cursor, size)?;
    Ok(extents)
}

/// One step of undoing what a chunk went through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Filter {
    /// Zlib.
    Deflate,
    /// Bytes of the same rank behind each other, for elements of so many bytes.
    Shuffle(usize),
    /// A checksum of four bytes behind the data.
    Checksum,
}

/// Reads a filter pipeline message, in the order in which the writer applied the filters.
pub(crate) fn read_filters(cursor: &mut Cursor<'_>) -> Result<Vec<Filter>, Error> {
    let (version, count) = (cursor.u8()?, cursor.u8()?);
    cursor.take(if version == 1 { 6 } else { 0 })?;
    let mut filters = Vec::new();
    for _ in 0..count {
        let number = cursor.u16()?;
        let name = if version == 1 || number >= 256 { usize::from(cursor.u16()?) } else { 0 };
        cursor.take(2)?;
        let values = usize::from(cursor.u16()?);
        cursor.take(if version == 1 { name.next_multiple_of(8) } else { name })?;
        let mut rest = Cursor::new(cursor.take(values.saturating_mul(4))?, "HDF5");
        cursor.take(if version == 1 && !values.is_multiple_of(2) { 4 } else { 0 })?;
        filters.push(match number {
            1 => Filter::Deflate,
            2 => Filter::Shuffle(rest.len32()?),
            3 => Filter::Checksum,
            other => {
                let name = filter_name(other);
                return Err(ErrorKind::Unsupported { what: "an HDF5 filter", name }.into());
            }
        });
    }
    Ok(filters)
}

fn filter_name(number: u16) -> String {
    match number {
        4 => "szip".to_owned(),
        32000 => "lzf".to_owned(),
        32001 => "blosc".to_owned(),
        32004 => "lz4".to_owned(),
        32015 => "zstd".to_owned(),
        other => format!("number {other}"),
    }
}
