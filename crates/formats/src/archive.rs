//! A zip file's bytes in, its entries out: the archive under torch, NumPy and Keras files.
//!
//! Entries that are stored as they are stay in the map, without a copy; compressed ones are unpacked when asked
//! for, within limits, since a few kilobytes can claim to be terabytes.

use std::borrow::Cow;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;

use crate::bytes::MappedFile;
use crate::cursor::{to_u64, to_usize};
use crate::tensor::ByteOwner;
use crate::{Error, ErrorKind};

/// More entries than any checkpoint has tensors.
const ENTRY_LIMIT: usize = 500_000;
/// Deflate packs no more than 1032 : 1; weights hardly pack at all. Entries this small may do as they like.
const SMALL: u64 = 16 << 20;
/// The packing above which a large entry is a bomb.
const BOMB_RATIO: u64 = 200;

/// The directory of a zip file.
#[derive(Debug)]
pub(crate) struct Archive {
    pub(crate) file: Arc<MappedFile>,
    pub(crate) entries: Vec<Entry>,
}

/// One file in the archive.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    /// Where its bytes begin in the archive.
    pub(crate) start: usize,
    /// Bytes in the archive.
    pub(crate) packed: usize,
    /// Bytes that it claims to unpack to.
    pub(crate) unpacked: u64,
    /// Whether its bytes lie there as they are.
    pub(crate) stored: bool,
    number: usize,
}

impl Archive {
    /// Whether these are the first bytes of a zip file.
    pub(crate) fn matches(bytes: &[u8]) -> bool {
        bytes.starts_with(b"PK\x03\x04")
    }

    /// Reads the directory at the end of the file.
    pub(crate) fn open(file: &Arc<MappedFile>) -> Result<Self, Error> {
        let mut zip = zip::ZipArchive::new(Reader::of(file)).map_err(of_zip)?;
        if zip.len() > ENTRY_LIMIT {
            return Err(ErrorKind::TooMany { what: "entries in the archive", limit: ENTRY_LIMIT }.into());
        }
        let mut entries = Vec::new();
        for number in 0..zip.len() {
            let entry = zip.by_index_raw(number).map_err(of_zip)?;
            let name = entry.name().map_err(of_zip)?.into_owned();
            let (packed, unpacked) = (entry.compressed_size(), entry.size());
            let start = entry.data_start().unwrap_or(u64::MAX);
            let end = start.checked_add(packed).filter(|end| *end <= to_u64(file.bytes().len()));
            if end.is_none() {
                let (end, available) = (start.saturating_add(packed), to_u64(file.bytes().len()));
                return Err(ErrorKind::TruncatedData { end, available }.into());
            }
            if unpacked > SMALL && unpacked.checked_div(packed).is_none_or(|ratio| ratio > BOMB_RATIO) {
                return Err(ErrorKind::ZipBomb { entry: name, packed, unpacked }.into());
            }
            let stored = entry.compression() == zip::CompressionMethod::Stored && packed == unpacked;
            let (start, packed) = (to_usize(start), to_usize(packed));
            entries.push(Entry { name, start, packed, unpacked, stored, number });
        }
        Ok(Self { file: Arc::clone(file), entries })
    }

    /// The entry of this name.
    pub(crate) fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }

    /// An entry's bytes, unless it has more than `limit`.
    pub(crate) fn bytes(&self, entry: &Entry, limit: u64) -> Result<Cow<'_, [u8]>, Error> {
        if entry.unpacked > limit {
            return Err(ErrorKind::HeaderTooLarge { header: entry.unpacked, limit }.into());
        }
        if entry.stored {
            let range = entry.start..entry.start.saturating_add(entry.packed);
            self.file.fetch(range.clone())?;
            return Ok(Cow::Borrowed(self.file.bytes().get(range).unwrap_or_default()));
        }
        self.unpack(entry).map(Cow::Owned)
    }

    /// The first bytes of a compressed entry, as many as there are up to `limit`.
    pub(crate) fn beginning(&self, entry: &Entry, limit: usize) -> Result<Vec<u8>, Error> {
        let mut zip = zip::ZipArchive::new(Reader::of(&self.file)).map_err(of_zip)?;
        let packed = zip.by_index(entry.number).map_err(of_zip)?;
        let mut bytes = Vec::new();
        packed.take(to_u64(limit)).read_to_end(&mut bytes).map_err(of_packed)?;
        Ok(bytes)
    }

    /// Unpacks a compressed entry; its claimed size bounds what is taken, the directory has bounded the claim.
    pub(crate) fn unpack(&self, entry: &Entry) -> Result<Vec<u8>, Error> {
        let mut zip = zip::ZipArchive::new(Reader::of(&self.file)).map_err(of_zip)?;
        let packed = zip.by_index(entry.number).map_err(of_zip)?;
        let mut bytes = Vec::new();
        packed.take(entry.unpacked).read_to_end(&mut bytes).map_err(of_packed)?;
        if to_u64(bytes.len()) < entry.unpacked {
            let (end, available) = (entry.unpacked, to_u64(bytes.len()));
            return Err(ErrorKind::TruncatedData { end, available }.into());
        }
        Ok(bytes)
    }
}

/// A file's bytes as the zip crate wants them, fetched as they are read.
struct Reader<'a> {
    file: &'a MappedFile,
    at: u64,
}

impl<'a> Reader<'a> {
    fn of(file: &'a MappedFile) -> Self {
        Self { file, at: 0 }
    }
}

impl Read for Reader<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let start = to_usize(self.at);
        let end = start.saturating_add(out.len()).min(self.file.bytes().len());
        self.file.fetch(start..end).map_err(io::Error::other)?;
        let bytes = self.file.bytes().get(start..end).unwrap_or_default();
        if let Some(out) = out.get_mut(..bytes.len()) {
            out.copy_from_slice(bytes);
        }
        self.at = self.at.saturating_add(to_u64(bytes.len()));
        Ok(bytes.len())
    }
}

impl Seek for Reader<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let len = to_u64(self.file.bytes().len());
        let place = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(from) => len.checked_add_signed(from),
            SeekFrom::Current(from) => self.at.checked_add_signed(from),
        };
        self.at = place.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

/// The error of the zip crate, or ours where it only passed it on.
fn of_zip(error: zip::result::ZipError) -> Error {
    match error {
        zip::result::ZipError::Io(error) if error.get_ref().is_some_and(|inner| inner.is::<Error>()) => {
            of_packed(error)
        }
        error => ErrorKind::Zip(error).into(),
    }
}

/// The error of a read inside an archive, or ours where it was only passed on.
fn of_packed(error: io::Error) -> Error {
    match error.downcast::<Error>() {
        Ok(ours) => ours,
        Err(error) => crate::bytes::of_io(error),
    }
}
