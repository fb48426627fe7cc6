//! Codes and a grid of scales in, weights out: (code − zero) × scale, the way of nearly all quantised weights.
//!
//! Products are taken in f32 and rounded to the type that the format's library computes in, so that the numbers are
//! the ones that the network runs on.

use std::ops::Range;

use half::{bf16, f16};

use crate::packing::codes::Codes;
use crate::tensor::Unpack;
use crate::{Dtype, Error, ErrorKind};

/// A matrix of codes under a grid of scales, row-major; a stack of matrices is one after the other.
pub(crate) struct Scaled {
    pub(crate) codes: Codes,
    /// Columns of the matrix, not zero.
    pub(crate) columns: usize,
    pub(crate) grid: Grid,
    /// A last factor of all elements.
    pub(crate) times: f32,
    /// The type that weights are rounded to.
    pub(crate) dtype: Dtype,
}

/// Which scale an element is under.
pub(crate) struct Grid {
    /// Row-major: for each block of rows one for each group of columns.
    pub(crate) scales: Vec<f32>,
    /// What is taken off each code before it is scaled, one for each scale.
    pub(crate) zeros: Zeros,
    pub(crate) rows: RowBlocks,
    /// Groups of columns, not zero.
    pub(crate) groups: usize,
    pub(crate) columns: ColumnGroups,
}

/// What is taken off a code.
pub(crate) enum Zeros {
    /// The same everywhere.
    One(f32),
    /// One for each scale.
    Each(Vec<f32>),
}

/// Rows that share scales.
#[derive(Clone, Copy)]
pub(crate) struct RowBlocks {
    /// Rows of one matrix of the stack, not zero.
    pub(crate) rows: usize,
    /// Rows of a block, not zero.
    pub(crate) block: usize,
}

/// Columns that share scales.
pub(crate) enum ColumnGroups {
    /// Runs of this length, not zero.
    Blocks(usize),
    /// The group of each column (GPTQ with activation order).
    Each(Vec<usize>),
}

impl Grid {
    /// Checks that there is a scale for every element of `rows` × `columns`.
    pub(crate) fn check(self, rows: usize, columns: usize) -> Result<Self, Error> {
        let blocks = self.rows.block_of(rows.saturating_sub(1)).saturating_add(1);
        let needed = if rows == 0 { Some(0) } else { blocks.checked_mul(self.groups) };
        let last = match &self.columns {
            ColumnGroups::Blocks(block) => columns.saturating_sub(1).checked_div(*block).unwrap_or(0),
            ColumnGroups::Each(groups) if groups.len() == columns => {
                groups.iter().copied().max().unwrap_or(0)
            }
            ColumnGroups::Each(_) => usize::MAX,
        };
        let zeros = match &self.zeros {
            Zeros::One(_) => self.scales.len(),
            Zeros::Each(zeros) => zeros.len(),
        };
        let fits = needed.is_some_and(|needed| needed <= self.scales.len() && needed <= zeros);
        if fits && last < self.groups {
            return Ok(self);
        }
        let packing = format!("{} scales do not cover {rows} × {columns} weights", self.scales.len());
        Err(ErrorKind::UnknownPacking { packing }.into())
    }

    /// Number of the scale of this element, and how many columns from it on share it.
    fn piece(&self, row: usize, column: usize) -> (usize, usize) {
        let (group, length) = match &self.columns {
            ColumnGroups::Blocks(block) => {
                let past = column.checked_rem(*block).unwrap_or(0);
                (column.checked_div(*block).unwrap_or(0), block.saturating_sub(past))
            }
            ColumnGroups::Each(groups) => (groups.get(column).copied().unwrap_or(0), 1),
        };
        (self.rows.block_of(row).saturating_mul(self.groups).saturating_add(group), length.max(1))
    }

    fn zero(&self, number: usize) -> f32 {
        match &self.zeros {
            Zeros::One(zero) => *zero,
            Zeros::Each(zeros) => zeros.get(number).copied().unwrap_or(0.0),
        }
    }
}

impl RowBlocks {
    /// The block of a row, counted through the stack.
    fn block_of(self, row: usize) -> usize {
        let blocks = self.rows.div_ceil(self.block.max(1));
        let matrix = row.checked_div(self.rows).unwrap_or(0);
        let inside = row.checked_rem(self.rows).unwrap_or(0).checked_div(self.block).unwrap_or(0);
        matrix.saturating_mul(blocks).saturating_add(inside)
    }
}

impl Unpack for Scaled {
    fn unpack(&self, first: usize, out: &mut [f64]) -> Result<(), Error> {
        let (mut position, mut out) = (first, out);
        while !out.is_empty() {
            let row = position.checked_div(self.columns).unwrap_or(0);
            let column = position.checked_rem(self.columns).unwrap_or(0);
            let count = self.columns.saturating_sub(column).clamp(1, out.len());
            let (now, later) = std::mem::take(&mut out).split_at_mut(count);
            self.codes.read(row, column, self.columns, now)?;
            self.scale(row, column, now);
            out = later;
            position = position.saturating_add(count);
        }
        Ok(())
    }

    fn release(&self, positions: Range<usize>) {
        let row = |position: usize| position.checked_div(self.columns).unwrap_or(0);
        let rows = row(positions.start)..row(positions.end.saturating_sub(1)).saturating_add(1);
        self.codes.release(rows, self.columns);
    }
}

impl Scaled {
    fn scale(&self, row: usize, column: usize, codes: &mut [f64]) {
        let (mut column, mut rest) = (column, codes);
        while !rest.is_empty() {
            let (number, length) = self.grid.piece(row, column);
            let scale = self.grid.scales.get(number).copied().unwrap_or(f32::NAN);
            let zero = self.grid.zero(number);
            let count = length.min(rest.len());
            let (now, later) = std::mem::take(&mut rest).split_at_mut(count);
            for value in now {
                *value = rounded(self.dtype, (single(*value) - zero) * scale * self.times);
            }
            rest = later;
            column = column.saturating_add(count);
        }
    }
}

/// The nearest number of this type.
pub(crate) fn rounded(dtype: Dtype, number: f32) -> f64 {
    match dtype {
        Dtype::F16 => f16::from_f32(number).to_f64(),
        Dtype::Bf16 => bf16::from_f32(number).to_f64(),
        _ => f64::from(number),
    }
}

/// The nearest f32; exact for all that is stored in 32 bits or fewer as a float.
#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "rounding to f32 is what is asked for"
)]
pub(crate) fn single(number: f64) -> f32 {
    number as f32
}
