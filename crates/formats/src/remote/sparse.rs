//! Ranges of a remote file in, the same ranges of a file in the cache filled: each byte comes over the network once.
//!
//! The file in the cache has the full length from the start and holes where nothing came yet. Threads that want the
//! same block wait for the one that fetches it; small reads one behind the other make the next request larger.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::bytes::Fill;
use crate::cursor::{to_u64, to_usize};
use crate::remote::blocks::Blocks;
use crate::remote::patience::{Origin, transfer};
use crate::{Error, RemoteProblem};

/// Bytes after which progress is noted, so that little is lost if the program is ended.
const NOTED: usize = 16 << 20;
/// The most blocks that are fetched ahead of small reads.
const AHEAD: usize = 64;

/// A remote file and its copy with holes.
#[derive(Debug)]
pub(crate) struct SparseFile {
    origin: Box<dyn Origin>,
    len: usize,
    /// Bytes of a block.
    block: usize,
    /// Opened when something comes: a model can have more files than a program may hold open.
    data: PathBuf,
    blocks: Blocks,
    state: Mutex<State>,
    landed: Condvar,
    /// Where it is kept, if that goes when nothing needs it.
    _folder: Option<Arc<tempfile::TempDir>>,
}

#[derive(Debug, Default)]
struct State {
    /// Runs of blocks that some thread is fetching.
    flights: Vec<Range<usize>>,
    /// Past the last block that was asked for.
    next: usize,
    /// Blocks to fetch ahead.
    ahead: usize,
}

/// Where a sparse file is kept.
pub(crate) struct Kept {
    /// Bytes of a block.
    pub(crate) block: usize,
    /// The bytes.
    pub(crate) data: PathBuf,
    /// Which of them are there.
    pub(crate) blocks: PathBuf,
}

impl Kept {
    /// Makes the file of `len` bytes, all of it a hole, unless it is there.
    pub(crate) fn prepare(&self, len: u64) -> Result<(), Error> {
        let made = || {
            for path in [&self.data, &self.blocks] {
                std::fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
            }
            let file = File::options().write(true).create(true).truncate(false).open(&self.data)?;
            if file.metadata()?.len() != len {
                // Whatever filled it before was another file.
                std::fs::write(&self.blocks, [])?;
                file.set_len(len)?;
            }
            Ok(())
        };
        made().map_err(|error| RemoteProblem::Cache(error).into())
    }
}

impl SparseFile {
    /// The file whose place was prepared for `len` bytes.
    pub(crate) fn open(
        kept: &Kept,
        len: u64,
        origin: Box<dyn Origin>,
        folder: Option<Arc<tempfile::TempDir>>,
    ) -> Result<Self, Error> {
        let blocks = Blocks::open(&kept.blocks, to_usize(len).div_ceil(kept.block.max(1)));
        let blocks = blocks.map_err(RemoteProblem::Cache)?;
        Ok(Self {
            origin,
            len: to_usize(len),
            block: kept.block.max(1),
            data: kept.data.clone(),
            blocks,
            state: Mutex::default(),
            landed: Condvar::new(),
            _folder: folder,
        })
    }

    /// Keeps bytes that came by another way, from the file's first byte on.
    pub(crate) fn keep_first(&self, bytes: &[u8]) -> Result<(), Error> {
        let kept = || {
            self.write(0, bytes)?;
            self.note(0, bytes.len())
        };
        kept().map_err(|error| RemoteProblem::Cache(error).into())
    }

    fn write(&self, at: usize, bytes: &[u8]) -> std::io::Result<()> {
        let mut data = File::options().write(true).open(&self.data)?;
        data.seek(SeekFrom::Start(to_u64(at)))?;
        data.write_all(bytes)
    }

    /// Notes the whole blocks among the bytes `from..to`, once they are on the disk.
    fn note(&self, from: usize, to: usize) -> std::io::Result<()> {
        let end = if to >= self.len { self.blocks.count() } else { to.checked_div(self.block).unwrap_or(0) };
        let blocks = from.div_ceil(self.block)..end;
        if blocks.is_empty() {
            return Ok(());
        }
        File::options().write(true).open(&self.data)?.sync_data()?;
        self.blocks.mark(blocks)
    }

    fn blocks_of(&self, bytes: &Range<usize>) -> Range<usize> {
        let end = bytes.end.div_ceil(self.block).min(self.blocks.count());
        bytes.start.checked_div(self.block).unwrap_or(0)..end
    }

    fn bytes_of(&self, blocks: &Range<usize>) -> Range<usize> {
        blocks.start.saturating_mul(self.block)..blocks.end.saturating_mul(self.block).min(self.len)
    }

    /// Fetches a run of blocks; what came before a failure is kept.
    fn fetch(&self, blocks: &Range<usize>) -> Result<(), Error> {
        let range = self.bytes_of(blocks);
        let (mut at, mut noted) = (range.start, range.start);
        let result = transfer(self.origin.as_ref(), to_u64(range.start)..to_u64(range.end), &mut |bytes| {
            self.write(at, bytes)?;
            at = at.saturating_add(bytes.len());
            if at.saturating_sub(noted) >= NOTED {
                self.note(noted, at)?;
                noted = at.saturating_sub(at.checked_rem(self.block).unwrap_or(0));
            }
            Ok(())
        });
        self.note(noted, at).map_err(RemoteProblem::Cache)?;
        result
    }

    /// The next run that this thread is to fetch; `None` where all is there.
    fn take_off(&self, wanted: &Range<usize>) -> Result<Option<Range<usize>>, Error> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            self.blocks.refresh(wanted.clone()).map_err(RemoteProblem::Cache)?;
            let Some(missing) = self.blocks.next_missing(wanted.clone()) else { return Ok(None) };
            if state.flights.iter().any(|flight| flight.contains(&missing.start)) {
                state = self.landed.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let starts =
                state.flights.iter().map(|flight| flight.start).filter(|start| *start > missing.start);
            let end = starts.min().unwrap_or(missing.end).min(missing.end);
            state.flights.push(missing.start..end);
            return Ok(Some(missing.start..end));
        }
    }

    /// The blocks to fetch for these bytes: more than they are where small reads follow one another.
    fn wanted(&self, bytes: &Range<usize>) -> Range<usize> {
        let blocks = self.blocks_of(bytes);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.ahead = match blocks.len() > AHEAD || blocks.start != state.next {
            true => 0,
            false => state.ahead.saturating_mul(2).clamp(1, AHEAD),
        };
        let end = blocks.end.saturating_add(state.ahead).min(self.blocks.count());
        state.next = end;
        blocks.start..end
    }
}

impl Fill for SparseFile {
    fn fill(&self, range: Range<usize>) -> Result<(), Error> {
        if self.blocks.all(self.blocks_of(&range)) {
            return Ok(());
        }
        let wanted = self.wanted(&range);
        while let Some(run) = self.take_off(&wanted)? {
            let result = self.fetch(&run);
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.flights.retain(|flight| *flight != run);
            drop(state);
            self.landed.notify_all();
            result?;
        }
        Ok(())
    }
}
