//! Numbers that stand for others in, those others out: palettes, masks and what lies between them, a run at a time.

use std::sync::Arc;

use crate::scaled::Axes;
use crate::tensor::Unpack;
use crate::{Error, ErrorKind};

pub(super) type Numbers = Arc<dyn Unpack>;

/// An axis along which each index of one tensor becomes several of another.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spread {
    /// How many it becomes.
    pub(super) size: usize,
    /// Indices of the axis in the larger tensor.
    pub(super) extent: usize,
    /// Positions from one index of the axis to the next.
    pub(super) inner: usize,
}

/// Where an element of the larger tensor comes from.
struct Origin {
    position: usize,
    /// Which of the several it is.
    number: usize,
    /// How many elements from there on come from the positions that follow, and are of the same number.
    run: usize,
}

impl Spread {
    fn origin(self, position: usize) -> Origin {
        let parts =
            |all: usize, by: usize| (all.checked_div(by).unwrap_or(0), all.checked_rem(by).unwrap_or(0));
        let (row, within) = parts(position, self.inner);
        let (outer, index) = parts(row, self.extent);
        let (before, number) = parts(index, self.size);
        let rows = self.extent.checked_div(self.size).unwrap_or(0);
        let row = outer.saturating_mul(rows).saturating_add(before);
        let run = if self.size == 1 { usize::MAX } else { self.inner.saturating_sub(within).max(1) };
        Origin { position: row.saturating_mul(self.inner).saturating_add(within), number, run }
    }
}

/// Indices into tables of vectors.
pub(super) struct Palette {
    pub(super) indices: Numbers,
    /// Which indices share a table.
    pub(super) tables: Axes,
    /// All tables, one after the other.
    pub(super) values: Vec<f64>,
    /// How many vectors a table has.
    pub(super) entries: usize,
    pub(super) spread: Spread,
}

impl Palette {
    fn value(&self, table: usize, code: f64, number: usize) -> Option<f64> {
        let code = whole(code).filter(|code| *code < self.entries)?;
        let vector = table.checked_mul(self.entries)?.checked_add(code)?;
        self.values.get(vector.checked_mul(self.spread.size)?.checked_add(number)?).copied()
    }
}

impl Unpack for Palette {
    fn unpack(&self, first: usize, out: &mut [f64]) -> Result<(), Error> {
        let (mut position, mut rest) = (first, out);
        while !rest.is_empty() {
            let origin = self.spread.origin(position);
            let (table, run) = self.tables.at(origin.position);
            let (now, later) = rest.split_at_mut(run.min(origin.run).min(rest.len()));
            self.indices.unpack(origin.position, now)?;
            for number in &mut *now {
                *number = self.value(table, *number, origin.number).ok_or(ErrorKind::Malformed {
                    format: super::FORMAT,
                    what: "an index is of no entry of its palette",
                })?;
            }
            position = position.saturating_add(now.len());
            rest = later;
        }
        Ok(())
    }
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "checked: the number is an integer of a byte"
)]
fn whole(number: f64) -> Option<usize> {
    (0.0..256.0).contains(&number).then_some(number as usize)
}

/// A mask each of whose elements became several.
pub(super) struct Widened {
    pub(super) mask: Numbers,
    pub(super) spread: Spread,
}

impl Unpack for Widened {
    fn unpack(&self, first: usize, out: &mut [f64]) -> Result<(), Error> {
        let (mut position, mut rest) = (first, out);
        while !rest.is_empty() {
            let origin = self.spread.origin(position);
            let (now, later) = rest.split_at_mut(origin.run.min(rest.len()));
            self.mask.unpack(origin.position, now)?;
            position = position.saturating_add(now.len());
            rest = later;
        }
        Ok(())
    }
}

/// Numbers where a mask has ones, and zeros elsewhere.
pub(super) struct Masked {
    pub(super) mask: Numbers,
    pub(super) numbers: Numbers,
}

impl Unpack for Masked {
    fn unpack(&self, first: usize, out: &mut [f64]) -> Result<(), Error> {
        self.numbers.unpack(first, out)?;
        let mut mask = vec![0.0; out.len()];
        self.mask.unpack(first, &mut mask)?;
        for (number, keeps) in out.iter_mut().zip(mask) {
            if !is_set(keeps) {
                *number = 0.0;
            }
        }
        Ok(())
    }
}

/// Positions of a mask between two counts of the ones before.
const BLOCK: usize = 4096;

/// Numbers that are only stored where a mask has ones.
pub(super) struct Scattered {
    mask: Numbers,
    /// The ones before each block of the mask.
    before: Vec<usize>,
    stored: Numbers,
}

impl Scattered {
    /// The mask has `count` elements, of which as many are ones as there are numbers; `None` where that is not so.
    pub(super) fn new(
        mask: Numbers,
        count: usize,
        stored: Numbers,
        numbers: usize,
    ) -> Result<Option<Self>, Error> {
        let (mut before, mut ones, mut block) = (Vec::new(), 0_usize, vec![0.0; BLOCK.min(count)]);
        for start in (0..count).step_by(BLOCK) {
            before.push(ones);
            let len = BLOCK.min(count.saturating_sub(start));
            let block = block.get_mut(..len).unwrap_or_default();
            mask.unpack(start, block)?;
            ones = ones.saturating_add(set(block));
        }
        Ok((ones == numbers).then_some(Self { mask, before, stored }))
    }
}

impl Unpack for Scattered {
    fn unpack(&self, first: usize, out: &mut [f64]) -> Result<(), Error> {
        let block = first / BLOCK;
        let start = block.saturating_mul(BLOCK);
        let mut mask = vec![0.0; first.saturating_sub(start).saturating_add(out.len())];
        self.mask.unpack(start, &mut mask)?;
        let (earlier, mask) = mask.split_at(first.saturating_sub(start));
        let rank = self.before.get(block).copied().unwrap_or(0).saturating_add(set(earlier));
        let mut stored = vec![0.0; set(mask)];
        if !stored.is_empty() {
            self.stored.unpack(rank, &mut stored)?;
        }
        let mut stored = stored.into_iter();
        for (number, bit) in out.iter_mut().zip(mask) {
            *number = if is_set(*bit) { stored.next().unwrap_or(f64::NAN) } else { 0.0 };
        }
        Ok(())
    }
}

fn is_set(bit: f64) -> bool {
    bit > 0.0
}

fn set(mask: &[f64]) -> usize {
    mask.iter().filter(|bit| is_set(**bit)).count()
}
