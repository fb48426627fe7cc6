//! A zip file's bytes in, its entries out: the archive under torch, NumPy and Keras files.
//!
//! Entries that are stored as they are stay in the map, without a copy; compressed ones are unpacked when asked
//! for, within limits, since a few kilobytes can claim to be terabytes.

use std::borrow::Cow;
use std::io::Read;
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
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(file.bytes())).map_err(ErrorKind::Zip)?;
        if zip.len() > ENTRY_LIMIT {
            return Err(ErrorKind::TooMany { what: "entries in the archive", limit: ENTRY_LIMIT }.into());
        }
        let mut entries = Vec::new();
        for number in 0..zip.len() {
            let entry = zip.by_index_raw(number).map_err(ErrorKind::Zip)?;
            let name = entry.name().map_err(ErrorKind::Zip)?.into_owned();
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
            let end = entry.start.saturating_add(entry.packed);
            return Ok(Cow::Borrowed(self.file.bytes().get(entry.start..end).unwrap_or_default()));
        }
        self.unpack(entry).map(Cow::Owned)
    }

    /// The first bytes of a compressed entry, as many as there are up to `limit`.
    pub(crate) fn beginning(&self, entry: &Entry, limit: usize) -> Result<Vec<u8>, Error> {
        let mut zip =
            zip::ZipArchive::new(std::io::Cursor::new(self.file.bytes())).map_err(ErrorKind::Zip)?;
        let packed = zip.by_index(entry.number).map_err(ErrorKind::Zip)?;
        let mut bytes = Vec::new();
        packed.take(to_u64(limit)).read_to_end(&mut bytes).map_err(crate::bytes::of_io)?;
        Ok(bytes)
    }

    /// Unpacks a compressed entry; its claimed size bounds what is taken, the directory has bounded the claim.
    pub(crate) fn unpack(&self, entry: &Entry) -> Result<Vec<u8>, Error> {
        let mut zip =
            zip::ZipArchive::new(std::io::Cursor::new(self.file.bytes())).map_err(ErrorKind::Zip)?;
        let packed = zip.by_index(entry.number).map_err(ErrorKind::Zip)?;
        let mut bytes = Vec::new();
        packed.take(entry.unpacked).read_to_end(&mut bytes).map_err(crate::bytes::of_io)?;
        if to_u64(bytes.len()) < entry.unpacked {
            let (end, available) = (entry.unpacked, to_u64(bytes.len()));
            return Err(ErrorKind::TruncatedData { end, available }.into());
        }
        Ok(bytes)
    }
}
