//! FlatBuffers bytes in, tables, lists and numbers out: the layout alone, without any schema.
//!
//! Every offset is checked against the file. Tables can overlap as the file likes; the schema that is walked is of
//! fixed depth, so that nothing runs in circles.

use crate::cursor::{Cursor, to_u64};
use crate::{Error, ErrorKind};

pub(crate) const FORMAT: &str = "TensorFlow Lite";

/// A table: where its fields are, its virtual table says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table<'a> {
    bytes: &'a [u8],
    at: usize,
    fields: usize,
    field_bytes: usize,
}

/// A list of elements of one size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct List<'a> {
    bytes: &'a [u8],
    /// Where the first element is.
    pub(crate) start: usize,
    pub(crate) len: usize,
}

impl<'a> Table<'a> {
    /// The table that the file begins with.
    pub(crate) fn root(bytes: &'a [u8]) -> Result<Self, Error> {
        Self::at(bytes, follow(bytes, 0)?)
    }

    fn at(bytes: &'a [u8], at: usize) -> Result<Self, Error> {
        let distance = i64::from(cursor(bytes, at)?.i32()?);
        let at_signed = i64::try_from(at).unwrap_or(i64::MAX);
        let fields = at_signed.checked_sub(distance).and_then(|fields| usize::try_from(fields).ok());
        let fields = fields.ok_or_else(|| wrong("a table's fields lie before the file", at))?;
        let field_bytes = usize::from(cursor(bytes, fields)?.u16()?);
        Ok(Self { bytes, at, fields, field_bytes })
    }

    /// Where a field is; none where it has its default.
    fn field(&self, number: usize) -> Result<Option<usize>, Error> {
        let slot = number.saturating_mul(2).saturating_add(4);
        if slot.saturating_add(2) > self.field_bytes {
            return Ok(None);
        }
        let offset = cursor(self.bytes, self.fields.saturating_add(slot))?.u16()?;
        Ok((offset != 0).then(|| self.at.saturating_add(usize::from(offset))))
    }

    /// A field of one byte, 0 by default.
    pub(crate) fn u8(&self, number: usize) -> Result<u8, Error> {
        self.field(number)?.map_or(Ok(0), |at| cursor(self.bytes, at)?.u8())
    }

    /// A field of four bytes, 0 by default.
    pub(crate) fn u32(&self, number: usize) -> Result<u32, Error> {
        self.field(number)?.map_or(Ok(0), |at| cursor(self.bytes, at)?.u32())
    }

    /// A field of eight bytes, 0 by default.
    pub(crate) fn u64(&self, number: usize) -> Result<u64, Error> {
        self.field(number)?.map_or(Ok(0), |at| cursor(self.bytes, at)?.u64())
    }

    /// A table in a field.
    pub(crate) fn table(&self, number: usize) -> Result<Option<Self>, Error> {
        let field = self.field(number)?;
        field.map(|at| Self::at(self.bytes, follow(self.bytes, at)?)).transpose()
    }

    /// A list in a field, whose elements have this many bytes; empty by default.
    pub(crate) fn list(&self, number: usize, size: usize) -> Result<List<'a>, Error> {
        let Some(field) = self.field(number)? else {
            return Ok(List { bytes: self.bytes, start: 0, len: 0 });
        };
        let at = follow(self.bytes, field)?;
        let mut cursor = cursor(self.bytes, at)?;
        let len = cursor.len32()?;
        if len.checked_mul(size).is_none_or(|bytes| bytes > cursor.left()) {
            return Err(wrong("a list is longer than the file", at));
        }
        Ok(List { bytes: self.bytes, start: at.saturating_add(4), len })
    }

    /// A text in a field; empty by default.
    pub(crate) fn text(&self, number: usize) -> Result<String, Error> {
        let list = self.list(number, 1)?;
        let bytes = self.bytes.get(list.start..list.start.saturating_add(list.len));
        Ok(String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned())
    }

    /// The tables of a list.
    pub(crate) fn tables(&self, number: usize) -> Result<Vec<Self>, Error> {
        let list = self.list(number, 4)?;
        let place = |index: usize| list.start.saturating_add(index.saturating_mul(4));
        (0..list.len).map(|index| Self::at(self.bytes, follow(self.bytes, place(index))?)).collect()
    }
}

impl List<'_> {
    /// The elements as signed numbers of four bytes.
    pub(crate) fn i32s(&self) -> Result<Vec<i32>, Error> {
        let mut cursor = cursor(self.bytes, self.start)?;
        (0..self.len).map(|_| cursor.i32()).collect()
    }

    /// The elements as floats.
    pub(crate) fn f32s(&self) -> Result<Vec<f32>, Error> {
        let mut cursor = cursor(self.bytes, self.start)?;
        (0..self.len).map(|_| Ok(f32::from_le_bytes(cursor.array()?))).collect()
    }

    /// The elements as signed numbers of eight bytes.
    pub(crate) fn i64s(&self) -> Result<Vec<i64>, Error> {
        let mut cursor = cursor(self.bytes, self.start)?;
        (0..self.len).map(|_| Ok(i64::from_le_bytes(cursor.array()?))).collect()
    }
}

fn cursor(bytes: &[u8], at: usize) -> Result<Cursor<'_>, Error> {
    let rest = bytes.get(at..).ok_or_else(|| wrong("an offset points past the end", at))?;
    Ok(Cursor::new(rest, FORMAT))
}

/// Where the offset at this place points to.
fn follow(bytes: &[u8], at: usize) -> Result<usize, Error> {
    let offset = cursor(bytes, at)?.len32()?;
    Ok(at.saturating_add(offset))
}

fn wrong(what: &'static str, at: usize) -> Error {
    Error::from(ErrorKind::Malformed { format: FORMAT, what }).at(to_u64(at))
}
