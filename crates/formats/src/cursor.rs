//! Bytes from outside in, checked numbers and slices out: the one way in which binary headers are walked.
//!
//! Every step is checked against what is left, so that a length field can claim anything and get nothing. Over a file
//! that is elsewhere each step fetches what it hands out and no more.

use std::fmt;
use std::ops::Range;

use crate::tensor::ByteOwner;
use crate::{Error, ErrorKind};

/// A position in untrusted bytes.
#[derive(Clone, Copy)]
pub(crate) struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    format: &'static str,
    /// Whose bytes these are and where in it they begin, where they may have to be fetched.
    owner: Option<(&'a dyn ByteOwner, usize)>,
}

impl fmt::Debug for Cursor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cursor({} at {} of {})", self.format, self.at, self.bytes.len())
    }
}

impl<'a> Cursor<'a> {
    /// Starts at the first byte; `format` is the name that errors give.
    pub(crate) fn new(bytes: &'a [u8], format: &'static str) -> Self {
        Self { bytes, at: 0, format, owner: None }
    }

    /// Starts at byte `range.start` of an owner whose bytes may have to be fetched.
    pub(crate) fn over(owner: &'a dyn ByteOwner, range: Range<usize>, format: &'static str) -> Self {
        let start = range.start;
        let bytes = owner.bytes().get(range).unwrap_or_default();
        Self { bytes, at: 0, format, owner: (!owner.is_whole()).then_some((owner, start)) }
    }

    /// Bytes walked over so far.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    /// Bytes that are left.
    pub(crate) fn left(&self) -> usize {
        self.bytes.len().saturating_sub(self.at)
    }

    /// Whether these bytes come next.
    pub(crate) fn is_before(&self, bytes: &[u8]) -> Result<bool, Error> {
        let mut ahead = *self;
        Ok(ahead.take(bytes.len().min(self.left()))? == bytes)
    }

    /// The bytes up to the next `end`, which is stepped over.
    pub(crate) fn until(&mut self, end: u8) -> Result<Option<&'a [u8]>, Error> {
        let mut from = *self;
        let mut len = 0_usize;
        while self.left() > 0 {
            if self.u8()? == end {
                return from.take(len).map(Some);
            }
            len = len.saturating_add(1);
        }
        Ok(None)
    }

    /// Steps over the next `len` bytes without fetching them.
    pub(crate) fn skip(&mut self, len: usize) -> Result<(), Error> {
        self.step(len).map(|_| ())
    }

    /// The next `len` bytes.
    pub(crate) fn take(&mut self, len: usize) -> Result<&'a [u8], Error> {
        if let Some((owner, start)) = self.owner
            && len <= self.left()
        {
            let from = start.saturating_add(self.at);
            owner.fetch(from..from.saturating_add(len))?;
        }
        self.step(len)
    }

    fn step(&mut self, len: usize) -> Result<&'a [u8], Error> {
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
