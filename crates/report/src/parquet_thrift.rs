//! Bytes of Thrift's compact protocol in, fields one by one out: the form of Parquet's footer and page headers.
//!
//! The parquet crate, which writes our tables, panics on damaged files; a reader of strangers' files must not.

/// What is wrong with a Parquet file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Damaged(pub(crate) &'static str);

/// Structs inside structs; Parquet's own go six deep.
const DEEPEST: usize = 32;

/// The type of a field's value, as the protocol numbers it.
pub(crate) const TRUE: u8 = 1;
const FALSE: u8 = 2;
const BYTE: u8 = 3;
const I16: u8 = 4;
const I32: u8 = 5;
const I64: u8 = 6;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const SET: u8 = 10;
const MAP: u8 = 11;
const STRUCT: u8 = 12;

const ENDED: Damaged = Damaged("it ends too early");
const MISTYPED: Damaged = Damaged("a field of its footer or of a page's header has the wrong type");

/// A place in the bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Thrift<'a> {
    rest: &'a [u8],
}

impl<'a> Thrift<'a> {
    /// The start of these bytes.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// What was not read yet.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    fn byte(&mut self) -> Result<u8, Damaged> {
        let (first, rest) = self.rest.split_first().ok_or(ENDED)?;
        self.rest = rest;
        Ok(*first)
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Damaged> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(ENDED)?;
        self.rest = rest;
        Ok(taken)
    }

    /// An unsigned number in groups of seven bits, the lowest first.
    pub(crate) fn varint(&mut self) -> Result<u64, Damaged> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Damaged("a number of more than 64 bits"))
    }

    fn zigzag(&mut self) -> Result<i64, Damaged> {
        let value = self.varint()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    fn length(&mut self) -> Result<usize, Damaged> {
        usize::try_from(self.varint()?).map_err(|_| ENDED)
    }

    /// Hands each field of a struct to `visit` as (id, type); what it leaves unread is its own affair, so it has to
    /// read or [`skip`](Self::skip) every one.
    pub(crate) fn fields(
        &mut self,
        mut visit: impl FnMut(&mut Self, i64, u8) -> Result<(), Damaged>,
    ) -> Result<(), Damaged> {
        let mut id = 0_i64;
        loop {
            let header = self.byte()?;
            if header == 0 {
                return Ok(());
            }
            id = match header >> 4 {
                0 => self.zigzag()?,
                delta => id.saturating_add(i64::from(delta)),
            };
            visit(self, id, header & 0x0f)?;
        }
    }

    /// A whole number.
    pub(crate) fn integer(&mut self, kind: u8) -> Result<i64, Damaged> {
        match kind {
            I16 | I32 | I64 => self.zigzag(),
            _ => Err(MISTYPED),
        }
    }

    /// Bytes with their length before them.
    pub(crate) fn binary(&mut self, kind: u8) -> Result<&'a [u8], Damaged> {
        if kind != BINARY {
            return Err(MISTYPED);
        }
        let length = self.length()?;
        self.take(length)
    }

    /// Begins a struct inside this one.
    pub(crate) fn expect_struct(kind: u8) -> Result<(), Damaged> {
        if kind == STRUCT { Ok(()) } else { Err(MISTYPED) }
    }

    /// Hands each element of a list to `visit` with its type.
    pub(crate) fn list(
        &mut self,
        kind: u8,
        mut visit: impl FnMut(&mut Self, u8) -> Result<(), Damaged>,
    ) -> Result<(), Damaged> {
        if kind != LIST {
            return Err(MISTYPED);
        }
        let (count, element) = self.list_header()?;
        (0..count).try_for_each(|_| visit(self, element))
    }

    fn list_header(&mut self) -> Result<(usize, u8), Damaged> {
        let header = self.byte()?;
        let count = match header >> 4 {
            15 => self.length()?,
            few => usize::from(few),
        };
        // Every element takes a byte at least, so a larger count lies.
        if count > self.rest.len() {
            return Err(ENDED);
        }
        Ok((count, header & 0x0f))
    }

    /// Passes over a field's value.
    pub(crate) fn skip(&mut self, kind: u8) -> Result<(), Damaged> {
        self.skip_at(kind, 0)
    }

    fn skip_at(&mut self, kind: u8, depth: usize) -> Result<(), Damaged> {
        if depth > DEEPEST {
            return Err(Damaged("its footer is nested too deep"));
        }
        match kind {
            TRUE | FALSE => Ok(()),
            BYTE => self.byte().map(|_| ()),
            I16 | I32 | I64 => self.varint().map(|_| ()),
            DOUBLE => self.take(8).map(|_| ()),
            BINARY => self.binary(kind).map(|_| ()),
            LIST | SET => {
                let (count, element) = self.list_header()?;
                (0..count).try_for_each(|_| self.skip_element(element, depth))
            }
            MAP => {
                let count = self.length()?;
                if count == 0 {
                    return Ok(());
                }
                let kinds = self.byte()?;
                if count > self.rest.len() {
                    return Err(ENDED);
                }
                (0..count).try_for_each(|_| {
                    self.skip_element(kinds >> 4, depth)?;
                    self.skip_element(kinds & 0x0f, depth)
                })
            }
            STRUCT => self.fields(|inner, _, kind| inner.skip_at(kind, depth + 1)),
            _ => Err(MISTYPED),
        }
    }

    /// Flags have no byte as fields and one as elements.
    fn skip_element(&mut self, kind: u8, depth: usize) -> Result<(), Damaged> {
        if matches!(kind, TRUE | FALSE) { self.byte().map(|_| ()) } else { self.skip_at(kind, depth + 1) }
    }
}
