//! The lower triangle of a symmetric matrix, in columns that no cache gets in the way of.
//!
//! Columns whose beginnings lie a multiple of some kilobytes apart share a few sets of every cache: a tile of the
//! products then evicts itself. Sides that are a multiple of 256, which is what
//! layers have, get columns that are longer by three lines of memory, as high as the highest tile. Every column begins a
//! line of memory. Storage is that of the whole square.

use crate::Error;
use crate::aligned::{Aligned, LINE};

/// The lower triangle of a symmetric n×n matrix; elements above the diagonal mean nothing.
#[derive(Clone, Debug)]
pub struct LowerTriangle {
    elements: Aligned,
    side: usize,
    lead: usize,
}

impl LowerTriangle {
    /// Elements of a side that makes columns collide.
    const COLLIDING: usize = 256;

    /// Three lines of memory, the rows of the highest tile.
    const LONGER: usize = 24;

    /// A matrix of zeros.
    ///
    /// # Errors
    /// [`Error::Shape`] if n² elements are more than can be addressed.
    pub fn zeros(side: usize) -> Result<Self, Error> {
        let whole = side.checked_next_multiple_of(LINE).ok_or(Error::Shape { rows: side, cols: side })?;
        let lead = if whole.is_multiple_of(Self::COLLIDING) { whole + Self::LONGER } else { whole };
        let addressed = |len: &usize| *len <= isize::MAX as usize / size_of::<f64>();
        let len = lead.checked_mul(side).filter(addressed).ok_or(Error::Shape { rows: side, cols: side })?;
        Ok(Self { elements: Aligned::zeros(len), side, lead })
    }

    /// The triangle of a matrix of n² elements, column-major; only the elements `i + j·n` with i ≥ j are read.
    ///
    /// # Errors
    /// [`Error::Length`] if there are not n² elements.
    pub fn new(elements: &[f64], side: usize) -> Result<Self, Error> {
        let expected = side.checked_mul(side).ok_or(Error::Shape { rows: side, cols: side })?;
        if elements.len() != expected {
            return Err(Error::Length { len: elements.len(), expected });
        }
        let mut own = Self::zeros(side)?;
        for (j, column) in elements.chunks_exact(side.max(1)).enumerate() {
            own.elements[j * own.lead + j..][..side - j].copy_from_slice(&column[j..]);
        }
        Ok(own)
    }

    /// n.
    #[must_use]
    pub const fn side(&self) -> usize {
        self.side
    }

    /// The elements of column j from the diagonal down.
    ///
    /// # Panics
    /// If there is no such column.
    #[must_use]
    pub fn column(&self, j: usize) -> &[f64] {
        &self.elements[j * self.lead + j..][..self.side - j]
    }

    /// Elements from one column to the next.
    pub(crate) const fn lead(&self) -> usize {
        self.lead
    }

    /// All elements: (i, j) is at `i + j·lead`.
    pub(crate) fn elements(&self) -> &[f64] {
        &self.elements
    }

    /// [`elements`](Self::elements), to be changed.
    pub(crate) fn elements_mut(&mut self) -> &mut [f64] {
        &mut self.elements
    }
}
