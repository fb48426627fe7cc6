//! One `.npy` array or an `.npz` archive of them in, tensors out.
//!
//! An array is a magic number, a version, a header and the elements. The header is a Python literal of three keys:
//! the type, whether axes run in Fortran order, and the shape. Types that are no plain numbers (text, records,
//! pickled objects) are listed and never read.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use crate::archive::{Archive, Entry};
use crate::bytes::MappedFile;
use crate::catalogue::{FileTensors, Listed, Load, Stored, Unread};
use crate::cursor::{Cursor, to_u64};
use crate::tensor::{ByteOwner, element_count, row_major};
use crate::{Dtype, Error, ErrorKind, TensorData, TensorInfo};

const MAGIC: &[u8; 6] = b"\x93NUMPY";
/// numpy's own limit for headers that it reads without being told to trust them.
const HEADER_LIMIT: usize = 10_000;
/// numpy's arrays have no more axes.
const AXIS_LIMIT: usize = 64;
/// Magic, version, length and the longest header.
const START: usize = 12 + HEADER_LIMIT;

/// Whether these are the first bytes of an array.
pub(crate) fn matches(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Whether an archive holds arrays.
pub(crate) fn matches_archive(archive: &Archive) -> bool {
    archive.entries.iter().any(|entry| entry.name.ends_with(".npy"))
}

/// Reads one array, which is called `name`.
pub(crate) fn read(file: &Arc<MappedFile>, name: &str) -> Result<FileTensors, Error> {
    let header = Header::read(Cursor::over(file.as_ref(), 0..file.bytes().len(), "npy"))?;
    let tensors = vec![header.listed(name, file.bytes().len(), |start, strides| Stored::Plain {
        owner: file.clone(),
        start,
        strides,
    })?];
    Ok(FileTensors { tensors, metadata: Vec::new() })
}

/// Reads every array of an archive, in its order, called as its entry less `.npy`.
pub(crate) fn read_archive(archive: Archive) -> Result<FileTensors, Error> {
    let archive = Arc::new(archive);
    let arrays = archive.entries.iter().filter_map(|entry| Some((entry, entry.name.strip_suffix(".npy")?)));
    let listed = arrays.map(|(entry, name)| in_archive(&archive, entry, name).map_err(|e| e.of_tensor(name)));
    Ok(FileTensors { tensors: listed.collect::<Result<_, _>>()?, metadata: Vec::new() })
}

fn in_archive(archive: &Arc<Archive>, entry: &Entry, name: &str) -> Result<Listed, Error> {
    if entry.stored {
        let end = entry.start.saturating_add(entry.packed);
        let bytes = archive.file.part(entry.start..end).ok_or_else(|| ErrorKind::TruncatedData {
            end: to_u64(end),
            available: to_u64(archive.file.bytes().len()),
        })?;
        let header = Header::read(Cursor::over(bytes.as_ref(), 0..bytes.bytes().len(), "npy"))?;
        return header.listed(name, bytes.bytes().len(), |start, strides| Stored::Plain {
            owner: bytes.clone(),
            start,
            strides,
        });
    }
    let header = Header::read(Cursor::new(&archive.beginning(entry, START)?, "npy"))?;
    let length = usize::try_from(entry.unpacked).unwrap_or(usize::MAX);
    let (archive, entry) = (Arc::clone(archive), entry.clone());
    header.listed(name, length, |start, strides| {
        Stored::Deferred(Arc::new(Compressed { archive, entry, start, strides }))
    })
}

/// An array in a compressed entry, which is unpacked each time that it is asked for.
struct Compressed {
    archive: Arc<Archive>,
    entry: Entry,
    start: usize,
    strides: Option<Vec<usize>>,
}

impl Load for Compressed {
    fn load(&self, info: &TensorInfo) -> Result<TensorData, Error> {
        let bytes = Arc::new(self.archive.unpack(&self.entry)?);
        let strides = self.strides.clone().unwrap_or_else(|| row_major(&info.shape));
        TensorData::strided(bytes, self.start, info.dtype, info.shape.clone(), &strides)
    }
}

/// What an array's header says.
struct Header {
    /// The type as numpy spells it, or the text of a record type.
    descr: String,
    fortran: bool,
    shape: Vec<usize>,
    /// First byte of the elements.
    start: usize,
}

impl Header {
    fn read(mut cursor: Cursor<'_>) -> Result<Self, Error> {
        if cursor.take(MAGIC.len())? != MAGIC {
            return Err(cursor.malformed("the magic number is missing"));
        }
        let [major, _] = cursor.array()?;
        let length = match major {
            1 => usize::from(cursor.u16()?),
            2 | 3 => cursor.len32()?,
            _ => return Err(cursor.bad_value("its version", u64::from(major))),
        };
        if length > HEADER_LIMIT {
            let (header, limit) = (to_u64(length), to_u64(HEADER_LIMIT));
            return Err(ErrorKind::HeaderTooLarge { header, limit }.into());
        }
        let text = std::str::from_utf8(cursor.take(length)?);
        let text = text.map_err(|_| cursor.malformed("the header is no text"))?;
        let start = cursor.position();
        let fields = || {
            let fortran = match value_of(text, "fortran_order")? {
                value if value.starts_with("True") => true,
                value if value.starts_with("False") => false,
                _ => return None,
            };
            Some((descr(value_of(text, "descr")?)?, fortran, shape(value_of(text, "shape")?)?))
        };
        let fields = fields().ok_or_else(|| cursor.malformed("the header is no array's"))?;
        let (descr, fortran, shape) = fields;
        Ok(Self { descr, fortran, shape, start })
    }

    /// Checks the claims against the `length` bytes of the array.
    fn listed(
        self,
        name: &str,
        length: usize,
        stored: impl FnOnce(usize, Option<Vec<usize>>) -> Stored,
    ) -> Result<Listed, Error> {
        let Self { descr, fortran, shape, start } = self;
        let name = name.to_owned();
        let dtype = match dtype(&descr) {
            Some(dtype) => dtype,
            None if descr.starts_with('>') => {
                return Err(ErrorKind::Unsupported { what: "the byte order", name: "big".to_owned() }.into());
            }
            None => {
                let packing = format!("numpy {descr}");
                let info = TensorInfo { name, dtype: Dtype::U8, shape, quantisation: None };
                return Ok(Listed { info, stored: Stored::Deferred(Arc::new(Unread { packing })) });
            }
        };
        let overflow = || ErrorKind::ShapeOverflow { shape: shape.iter().copied().map(to_u64).collect() };
        let count = element_count(&shape).ok_or_else(overflow)?;
        let end = count.checked_mul(dtype.size()).and_then(|size| size.checked_add(start));
        let end = end.ok_or_else(overflow)?;
        if end > length {
            return Err(ErrorKind::TruncatedData { end: to_u64(end), available: to_u64(length) }.into());
        }
        let strides = fortran.then(|| column_major(&shape));
        Ok(Listed {
            info: TensorInfo { name, dtype, shape, quantisation: None },
            stored: stored(start, strides),
        })
    }
}

/// What follows a key in the header's text.
fn value_of<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let (_, after) = text.split_once(&format!("'{key}'"))?;
    Some(after.trim_start().strip_prefix(':')?.trim_start())
}

/// A quoted type, or a record's list as it stands.
fn descr(value: &str) -> Option<String> {
    match value.strip_prefix('\'') {
        Some(quoted) => quoted.split_once('\'').map(|(descr, _)| descr.to_owned()),
        None if value.starts_with('[') => Some("record".to_owned()),
        None => None,
    }
}

/// A tuple of extents; Python 2 wrote an `L` behind long ones.
fn shape(value: &str) -> Option<Vec<usize>> {
    let (inner, _) = value.strip_prefix('(')?.split_once(')')?;
    let extents = inner.split(',').map(str::trim).filter(|extent| !extent.is_empty());
    let shape: Vec<usize> =
        extents.map(|extent| extent.trim_end_matches('L').parse().ok()).collect::<Option<_>>()?;
    (shape.len() <= AXIS_LIMIT).then_some(shape)
}

fn column_major(shape: &[usize]) -> Vec<usize> {
    let turned: Vec<usize> = shape.iter().rev().copied().collect();
    row_major(&turned).into_iter().rev().collect()
}

pub(crate) fn dtype(descr: &str) -> Option<Dtype> {
    Some(match descr {
        "<f8" => Dtype::F64,
        "<f4" => Dtype::F32,
        "<f2" => Dtype::F16,
        "<i8" => Dtype::I64,
        "<i4" => Dtype::I32,
        "<i2" => Dtype::I16,
        "|i1" | "<i1" => Dtype::I8,
        "<u8" => Dtype::U64,
        "<u4" => Dtype::U32,
        "<u2" => Dtype::U16,
        "|u1" | "<u1" => Dtype::U8,
        "|b1" | "<b1" => Dtype::Bool,
        "<c8" => Dtype::C64,
        "<c16" => Dtype::C128,
        // What ml_dtypes calls its types where it does not leave them as bytes without a meaning.
        "bfloat16" => Dtype::Bf16,
        "float8_e4m3fn" => Dtype::F8E4M3,
        "float8_e5m2" => Dtype::F8E5M2,
        _ => return None,
    })
}
