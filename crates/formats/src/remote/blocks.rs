//! Which blocks of a sparse file are filled: in memory, and in a file beside it that outlives the program.
//!
//! The file has one byte for each block, 0 or 1. A byte only ever goes from 0 to 1, and only after the block itself was
//! written, so that programs that share the cache need no lock: the worst is that two fetch the same block.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, Ordering};

use crate::cursor::to_u64;

/// The filled blocks of one file.
#[derive(Debug)]
pub(crate) struct Blocks {
    filled: Vec<AtomicU8>,
    /// Opened when it is needed: a model can have more files than a program may hold open.
    file: PathBuf,
}

impl Blocks {
    /// The map in the file at `path`, made where it is not there.
    pub(crate) fn open(path: &Path, count: usize) -> io::Result<Self> {
        let mut file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
        file.set_len(to_u64(count))?;
        let mut known = Vec::new();
        Read::by_ref(&mut file).take(to_u64(count)).read_to_end(&mut known)?;
        known.resize(count, 0);
        Ok(Self { filled: known.into_iter().map(AtomicU8::new).collect(), file: path.to_path_buf() })
    }

    /// Number of blocks.
    pub(crate) fn count(&self) -> usize {
        self.filled.len()
    }

    /// Whether all of these are filled.
    pub(crate) fn all(&self, blocks: Range<usize>) -> bool {
        self.next_missing(blocks).is_none()
    }

    /// The first run of blocks that are not filled.
    pub(crate) fn next_missing(&self, blocks: Range<usize>) -> Option<Range<usize>> {
        let is_filled =
            |at: &usize| self.filled.get(*at).is_none_or(|block| block.load(Ordering::Acquire) == 1);
        let start = blocks.clone().find(|at| !is_filled(at))?;
        let end = (start..blocks.end).find(is_filled).unwrap_or(blocks.end);
        Some(start..end)
    }

    /// Notes blocks that were written.
    pub(crate) fn mark(&self, blocks: Range<usize>) -> io::Result<()> {
        if blocks.is_empty() {
            return Ok(());
        }
        let ones = vec![1; blocks.len()];
        let mut file = File::options().read(true).write(true).open(&self.file)?;
        file.seek(SeekFrom::Start(to_u64(blocks.start)))?;
        file.write_all(&ones)?;
        for block in self.filled.get(blocks).unwrap_or_default() {
            block.store(1, Ordering::Release);
        }
        Ok(())
    }

    /// Learns what other programs have filled.
    pub(crate) fn refresh(&self, blocks: Range<usize>) -> io::Result<()> {
        let mut known = vec![0; blocks.len()];
        let mut file = File::options().read(true).write(true).open(&self.file)?;
        file.seek(SeekFrom::Start(to_u64(blocks.start)))?;
        file.read_exact(&mut known)?;
        for (block, known) in self.filled.get(blocks).unwrap_or_default().iter().zip(known) {
            block.fetch_max(known.min(1), Ordering::AcqRel);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_program_fills_another_learns() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("map");
        let (ours, theirs) = (Blocks::open(&path, 9).unwrap(), Blocks::open(&path, 9).unwrap());
        ours.mark(2..5).unwrap();
        assert_eq!(ours.next_missing(0..9), Some(0..2));
        assert_eq!(ours.next_missing(2..9), Some(5..9));
        assert_eq!(theirs.next_missing(2..4), Some(2..4));
        theirs.refresh(0..9).unwrap();
        assert!(theirs.all(2..5) && !theirs.all(1..5));
        theirs.mark(0..2).unwrap();
        assert_eq!(Blocks::open(&path, 9).unwrap().next_missing(0..9), Some(5..9));
    }
}
