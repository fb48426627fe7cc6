//! Chunks of an array in, the array in row-major order out: what HDF5 and zarr have in common.

use crate::cursor::to_u64;
use crate::tensor::{element_count, row_major};
use crate::{Error, ErrorKind};

/// Weights hardly pack at all; what unpacks to more than this many times its size, and is large, is a bomb.
const BOMB_RATIO: usize = 200;
const SMALL: usize = 16 << 20;

/// An array that lies in chunks of one shape.
pub(crate) struct Grid<'a> {
    pub(crate) shape: &'a [usize],
    pub(crate) chunk: &'a [usize],
    /// Bytes of an element.
    pub(crate) size: usize,
}

impl Grid<'_> {
    /// The whole array of fill values, whose chunks take `stored` bytes.
    ///
    /// # Errors
    /// It, or one chunk, claims to be far more than these bytes can unpack to.
    pub(crate) fn filled(&self, fill: &[u8], stored: usize) -> Result<Vec<u8>, Error> {
        let bytes = |shape| element_count(shape).and_then(|count| count.checked_mul(self.size));
        let total = bytes(self.shape).unwrap_or(usize::MAX);
        for unpacked in [total, bytes(self.chunk).unwrap_or(usize::MAX)] {
            if unpacked > SMALL && unpacked > stored.saturating_mul(BOMB_RATIO) {
                let entry = "the chunks of an array".to_owned();
                let (packed, unpacked) = (to_u64(stored), to_u64(unpacked));
                return Err(ErrorKind::ZipBomb { entry, packed, unpacked }.into());
            }
        }
        let mut out = fill.repeat(total.checked_div(fill.len()).unwrap_or(0));
        out.resize(total, 0);
        Ok(out)
    }

    /// Copies a chunk whose first element is at these indices to its place in the array, less what reaches over the edge;
    /// `None` where it lies outside.
    pub(crate) fn put(&self, chunk: &[u8], at: &[usize], out: &mut [u8]) -> Option<()> {
        if at.iter().zip(self.shape).any(|(at, extent)| at >= extent) {
            return None;
        }
        let fits = |axis: usize| -> Option<usize> {
            let left = self.shape.get(axis)?.checked_sub(*at.get(axis)?)?;
            Some(left.min(*self.chunk.get(axis)?))
        };
        let Some(last) = self.shape.len().checked_sub(1) else {
            let whole = chunk.get(..out.len())?;
            out.copy_from_slice(whole);
            return Some(());
        };
        let run = fits(last)?.checked_mul(self.size)?;
        let (ours, theirs) = (row_major(self.chunk), row_major(self.shape));
        let counts: Option<Vec<usize>> = (0..last).map(fits).collect();
        let counts = counts?;
        let mut row = vec![0_usize; last];
        loop {
            let (mut from, mut to) = (0_usize, *at.get(last)?);
            for ((index, at), (ours, theirs)) in row.iter().zip(at).zip(ours.iter().zip(&theirs)) {
                from = from.checked_add(index.checked_mul(*ours)?)?;
                to = to.checked_add(index.checked_add(*at)?.checked_mul(*theirs)?)?;
            }
            let (from, to) = (from.checked_mul(self.size)?, to.checked_mul(self.size)?);
            let source = chunk.get(from..from.checked_add(run)?)?;
            out.get_mut(to..to.checked_add(run)?)?.copy_from_slice(source);
            if !step(&mut row, &counts)? {
                return Some(());
            }
        }
    }
}

/// Moves to the next indices below these counts; `false` after the last.
pub(crate) fn step(indices: &mut [usize], counts: &[usize]) -> Option<bool> {
    for (index, count) in indices.iter_mut().zip(counts).rev() {
        *index = index.checked_add(1)?;
        if *index < *count {
            return Some(true);
        }
        *index = 0;
    }
    Some(false)
}
