//! The datatype and dataspace messages of an HDF5 object in, an element type and a shape out.

use crate::cursor::{Cursor, to_usize};
use crate::hdf5::file::{File, wrong};
use crate::{Dtype, Error, ErrorKind};

/// More axes than HDF5 allows.
const AXIS_LIMIT: u8 = 32;

/// What an element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A number, and whether its bytes run from the most significant one down.
    Number { dtype: Dtype, big_endian: bool },
    /// Text of a fixed number of bytes.
    Text { size: usize },
    /// Text kept in the file's heap.
    HeapText,
    /// Bytes without a meaning; bfloat16 is kept so, as two.
    Opaque { size: usize },
    /// Records, references, lists: nothing that weights are made of.
    Other,
}

/// Reads a datatype message.
pub(crate) fn read_type(cursor: &mut Cursor<'_>) -> Result<Kind, Error> {
    let head = cursor.u8()?;
    let bits: [u8; 3] = cursor.array()?;
    let size = cursor.len32()?;
    let [bits, second, _] = bits;
    let big_endian = bits & 1 == 1;
    Ok(match head & 0x0f {
        0 => integer(size, bits & 8 != 0).map_or(Kind::Other, |dtype| Kind::Number { dtype, big_endian }),
        1 if bits & 0x40 == 0 => {
            float(cursor, size, second)?.map_or(Kind::Other, |dtype| Kind::Number { dtype, big_endian })
        }
        3 => Kind::Text { size },
        5 => Kind::Opaque { size },
        // h5py keeps booleans as an enumeration of a byte.
        8 => read_type_of_enumeration(cursor)?,
        9 if bits & 0x0f == 1 => Kind::HeapText,
        _ => Kind::Other,
    })
}

fn read_type_of_enumeration(cursor: &mut Cursor<'_>) -> Result<Kind, Error> {
    let head = cursor.u8()?;
    let [bits, ..]: [u8; 3] = cursor.array()?;
    let size = cursor.len32()?;
    let number = |dtype| Kind::Number { dtype, big_endian: bits & 1 == 1 };
    Ok(if head & 0x0f == 0 { integer(size, bits & 8 != 0).map_or(Kind::Other, number) } else { Kind::Other })
}

fn integer(size: usize, signed: bool) -> Option<Dtype> {
    Some(match (size, signed) {
        (1, true) => Dtype::I8,
        (2, true) => Dtype::I16,
        (4, true) => Dtype::I32,
        (8, true) => Dtype::I64,
        (1, false) => Dtype::U8,
        (2, false) => Dtype::U16,
        (4, false) => Dtype::U32,
        (8, false) => Dtype::U64,
        _ => return None,
    })
}

/// The IEEE type (or bfloat16) with these fields, if it is one.
fn float(cursor: &mut Cursor<'_>, size: usize, sign: u8) -> Result<Option<Dtype>, Error> {
    let (offset, precision) = (cursor.u16()?, cursor.u16()?);
    let exponent = (cursor.u8()?, cursor.u8()?);
    let mantissa = (cursor.u8()?, cursor.u8()?);
    let bias = cursor.u32()?;
    if offset != 0 {
        return Ok(None);
    }
    Ok(match (size, precision, sign, exponent, mantissa, bias) {
        (2, 16, 15, (10, 5), (0, 10), 15) => Some(Dtype::F16),
        (2, 16, 15, (7, 8), (0, 7), 127) => Some(Dtype::Bf16),
        (4, 32, 31, (23, 8), (0, 23), 127) => Some(Dtype::F32),
        (8, 64, 63, (52, 11), (0, 52), 1023) => Some(Dtype::F64),
        _ => None,
    })
}

/// Reads a dataspace message; `None` for the space of nothing.
pub(crate) fn read_space(file: &File, cursor: &mut Cursor<'_>) -> Result<Option<Vec<usize>>, Error> {
    let version = cursor.u8()?;
    let (rank, _flags, kind) = (cursor.u8()?, cursor.u8()?, cursor.u8()?);
    match version {
        1 => drop(cursor.take(4)?),
        2 if kind == 2 => return Ok(None),
        2 => {}
        _ => return Err(cursor.bad_value("the version of a dataspace", u64::from(version))),
    }
    if rank > AXIS_LIMIT {
        return Err(ErrorKind::TooMany { what: "axes", limit: usize::from(AXIS_LIMIT) }.into());
    }
    let mut shape = Vec::with_capacity(usize::from(rank));
    for _ in 0..rank {
        shape.push(to_usize(file.length(cursor)?));
    }
    let bytes = crate::tensor::element_count(&shape).and_then(|count| count.checked_mul(16));
    if bytes.is_none() {
        return Err(wrong("the product of a shape overflows").into());
    }
    Ok(Some(shape))
}
