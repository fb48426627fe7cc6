//! Bytes from outside in, checked numbers and slices out: the one way in which binary headers are walked.
//!
//! Every step is checked against what is left, so that a length field can claim anything and get nothing.

use crate::{Error, ErrorKind};

/// A position in untrusted bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    format: &'static str,
}

impl<'a> Cursor<'a> {
    /// Starts at the first byte; `format` is the name that errors give.
    pub(crate) fn new(bytes: &'a [u8], format: &'static str) -> Self {
        Self { bytes, at: 0, format }
    }

    /// Bytes walked over so far.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// Bytes that are left.
    pub(crate) fn left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    /// The rest, unread.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// The next `len` bytes.
    pub(crate) fn take(&mut self, len: usize) -> Result<&'a [u8], Error> {
        let end = self.at.checked_add(len);
        let taken = end.and_then(|end| self.bytes.get(self.at..end));
        let Some(taken) = taken else {
            let needed = to_u64(self.at).saturating_add(to_u64(len));
            let cut = ErrorKind::TruncatedHeader { needed, available: to_u64(self.bytes.len()) };
            return Err(Error::from(cut).at(to_u64(self.at)));
        };
        self.at = self.at.saturating_add(len);
        Ok(taken)
    }

    /// The next bytes as an array.
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    /// One byte.
    pub(crate) fn u8(&mut self) -> Result<u8, Error> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    /// Two bytes, little-endian.
    pub(crate) fn u16(&mut self) -> Result<u16, Error> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    /// Four bytes, little-endian.
    pub(crate) fn u32(&mut self) -> Result<u32, Error> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// Four bytes, little-endian, signed.
    pub(crate) fn i32(&mut self) -> Result<i32, Error> {
        Ok(i32::from_le_bytes(self.array()?))
    }

    /// Eight bytes, little-endian.
    pub(crate) fn u64(&mut self) -> Result<u64, Error> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// Eight bytes, little-endian, that count something in memory.
    pub(crate) fn len64(&mut self) -> Result<usize, Error> {
        let value = self.u64()?;
        usize::try_from(value).map_err(|_| self.bad_value("a length", value))
    }

    /// Four bytes, little-endian, that count something in memory.
    pub(crate) fn len32(&mut self) -> Result<usize, Error> {
        let value = self.u32()?;
        usize::try_from(value).map_err(|_| self.bad_value("a length", u64::from(value)))
    }

    /// The error of a broken rule at this position.
    pub(crate) fn malformed(&self, what: &'static str) -> Error {
        Error::from(ErrorKind::Malformed { format: self.format, what }).at(to_u64(self.at))
    }

    /// The error of an impossible number at this position.
    pub(crate) fn bad_value(&self, what: &'static str, value: u64) -> Error {
        Error::from(ErrorKind::BadValue { format: self.format, what, value }).at(to_u64(self.at))
    }
}

/// A length as 64 bits, for messages; no machine that this runs on has wider ones.
pub(crate) fn to_u64(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// A claimed length as an index of memory; too large a claim becomes one that no buffer reaches.
pub(crate) fn to_usize(length: u64) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}
