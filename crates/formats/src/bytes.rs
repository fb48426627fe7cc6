//! A file in, its bytes out: mapped into memory, so that nothing is read until it is looked at.
//!
//! The only unsafe code of the crate. A map costs no copy, and pages that were looked at can be given back
//! ([`ByteOwner::release`]), which keeps the resident memory of a 100 GB checkpoint at a few megabytes. The file can
//! be a copy of one elsewhere that has holes; they are filled when a reader asks for them ([`ByteOwner::fetch`]).
#![expect(unsafe_code, reason = "mapping a file and giving its pages back have no safe form")]

use std::fmt;
use std::fs::File;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use memmap2::Mmap;

use crate::tensor::ByteOwner;
use crate::{Error, ErrorKind};

/// A file, or a part of one, mapped read-only.
#[derive(Debug)]
pub(crate) struct MappedFile {
    map: Arc<Mmap>,
    /// Inside the map.
    range: Range<usize>,
    /// What fills the holes of a file that is not all here.
    filler: Option<Arc<dyn Fill>>,
}

/// Fills holes of a file that was mapped before all of it was there.
pub(crate) trait Fill: fmt::Debug + Send + Sync {
    /// Returns once the bytes `range` of the file are there, or with the reason why they can't be had.
    fn fill(&self, range: Range<usize>) -> Result<(), Error>;
}

/// How the files of a checkpoint are opened.
pub(crate) trait Opener {
    /// Maps the file at `path`.
    fn open(&self, path: &Path) -> Result<Arc<MappedFile>, Error>;

    /// Says that these files are about to be opened, so that their beginnings can be had all at once.
    fn expect(&self, paths: &[std::path::PathBuf]) {
        let _ = paths;
    }
}

/// Files on this machine.
pub(crate) struct Disk;

impl Opener for Disk {
    fn open(&self, path: &Path) -> Result<Arc<MappedFile>, Error> {
        MappedFile::open(path)
    }
}

impl MappedFile {
    /// Maps the file at `path`.
    ///
    /// # Errors
    /// Nothing is there, it is no plain file, it is empty, or the system refuses.
    pub(crate) fn open(path: &Path) -> Result<Arc<Self>, Error> {
        Self::open_plain(path).map_err(|error| error.in_file(path))
    }

    fn open_plain(path: &Path) -> Result<Arc<Self>, Error> {
        // Asked before opening: opening a pipe would wait for a writer.
        let metadata = std::fs::metadata(path).map_err(of_io)?;
        if !metadata.is_file() {
            return Err(ErrorKind::NotAFile.into());
        }
        Self::of(&File::open(path).map_err(of_io)?)
    }

    /// Maps an open file.
    pub(crate) fn of(file: &File) -> Result<Arc<Self>, Error> {
        if file.metadata().map_err(of_io)?.len() == 0 {
            return Err(ErrorKind::EmptyFile.into());
        }
        // SAFETY: the map is read-only and private, and its bytes are plain data for which every value is valid.
        // Another process that changes the file while it is mapped can change what is read, and one that cuts
        // it short can end this process (SIGBUS), as with every program that maps files; memory safety of
        // what is built on top does not rest on two reads agreeing, since headers are parsed once into owned
        // values and elements are only ever read as numbers. A file with holes changes by our own hand too, but
        // only bytes that no reader has looked at: each asks `fetch` first.
        let map = unsafe { Mmap::map(file) }.map_err(of_io)?;
        Ok(Arc::new(Self { range: 0..map.len(), map: Arc::new(map), filler: None }))
    }

    /// The same file, whose holes `filler` fills.
    #[cfg(feature = "remote")]
    pub(crate) fn with_holes(&self, filler: Arc<dyn Fill>) -> Arc<Self> {
        Arc::new(Self { map: Arc::clone(&self.map), range: self.range.clone(), filler: Some(filler) })
    }

    /// The bytes `range` as a file of its own, if they are all there.
    pub(crate) fn part(&self, range: Range<usize>) -> Option<Arc<Self>> {
        self.bytes().get(range.clone())?;
        let start = self.range.start.checked_add(range.start)?;
        let end = self.range.start.checked_add(range.end)?;
        Some(Arc::new(Self { map: Arc::clone(&self.map), range: start..end, filler: self.filler.clone() }))
    }

    /// Where a range of the bytes begins in the map, and its length.
    fn in_map(&self, range: &Range<usize>) -> (usize, usize) {
        let start = range.start.saturating_add(self.range.start);
        let end = range.end.saturating_add(self.range.start).min(self.range.end);
        (start, end.saturating_sub(start))
    }

    /// All the bytes, fetched where they are elsewhere; for formats that have to be read from end to end.
    pub(crate) fn all(&self) -> Result<&[u8], Error> {
        self.fetch(0..self.range.len())?;
        Ok(self.bytes())
    }
}

/// The kind of a failed read: a missing file is told apart from a refused one.
pub(crate) fn of_io(error: std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::NotFound => ErrorKind::NoSuchPath.into(),
        _ => ErrorKind::Io(error).into(),
    }
}

impl ByteOwner for MappedFile {
    fn bytes(&self) -> &[u8] {
        self.map.get(self.range.clone()).unwrap_or_default()
    }

    fn is_whole(&self) -> bool {
        self.filler.is_none()
    }

    fn fetch(&self, range: Range<usize>) -> Result<(), Error> {
        let Some(filler) = &self.filler else { return Ok(()) };
        let start = range.start.saturating_add(self.range.start).min(self.range.end);
        let end = range.end.saturating_add(self.range.start).min(self.range.end);
        if start < end { filler.fill(start..end) } else { Ok(()) }
    }

    fn expect(&self, range: Range<usize>) {
        let (start, len) = self.in_map(&range);
        // Reading the holes of a file would bring nothing.
        if len == 0 || !self.is_whole() {
            return;
        }
        #[cfg(unix)]
        {
            // Advice only, as below.
            drop(self.map.advise_range(memmap2::Advice::WillNeed, start, len));
        }
    }

    fn release(&self, range: Range<usize>) {
        let (start, len) = self.in_map(&range);
        if len == 0 {
            return;
        }
        #[cfg(unix)]
        {
            // SAFETY: the mapping is of a file and was never written to, so a page that is dropped is read from
            // the file again at the next look and shows the same bytes: no reference into the map sees a change.
            let advised =
                unsafe { self.map.unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, start, len) };
            // Advice only: where the system does not take it, memory stays resident and results are the same.
            drop(advised);
        }
    }
}
