//! Bytes of equal blocks in, f64 out: weights whose elements share a scale with their neighbours.
//!
//! A [`Layout`] says how many bytes make how many elements and how; [`Blocks`] is a tensor of such blocks in a file.
//! What a layout computes it computes in f32, as the format's reference does, so that the numbers are the same bits.

use std::ops::Range;
use std::sync::Arc;

use half::f16;

use crate::cursor::to_u64;
use crate::tensor::{ByteOwner, Unpack};
use crate::{Error, ErrorKind};

/// The most elements that a block of any layout has.
const LARGEST: usize = 256;

/// How a block is packed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// Elements of a block, at most 256.
    pub(crate) elements: usize,
    /// Bytes of a block.
    pub(crate) bytes: usize,
    /// Unpacks whole blocks, as many as fit both sides.
    pub(crate) unpack: fn(&[u8], &mut [f64]),
}

/// A tensor of blocks, row-major: rows are whole numbers of blocks.
pub(crate) struct Blocks {
    owner: Arc<dyn ByteOwner>,
    start: usize,
    layout: Layout,
}

impl Blocks {
    /// `elements` of this layout from byte `start` on.
    ///
    /// # Errors
    /// The elements are no whole number of blocks, or the bytes end before the last one.
    pub(crate) fn new(
        owner: Arc<dyn ByteOwner>,
        start: usize,
        layout: Layout,
        elements: usize,
    ) -> Result<Self, Error> {
        if !elements.is_multiple_of(layout.elements) {
            let value = to_u64(elements);
            return Err(ErrorKind::BadValue {
                format: "blocks",
                what: "the count of elements, no multiple of the block's,",
                value,
            }
            .into());
        }
        let blocks = elements.checked_div(layout.elements).unwrap_or(0);
        let end = blocks.checked_mul(layout.bytes).and_then(|size| size.checked_add(start));
        let (end, available) = (end.unwrap_or(usize::MAX), owner.bytes().len());
        if end > available {
            return Err(ErrorKind::TruncatedData { end: to_u64(end), available: to_u64(available) }.into());
        }
        Ok(Self { owner, start, layout })
    }

    /// Where the block that holds the element at `position` begins.
    fn byte(&self, position: usize) -> usize {
        let block = position.checked_div(self.layout.elements).unwrap_or(0);
        block.saturating_mul(self.layout.bytes).saturating_add(self.start)
    }
}

impl Unpack for Blocks {
    fn unpack(&self, first: usize, out: &mut [f64]) -> Result<(), Error> {
        let Layout { elements, bytes, unpack } = self.layout;
        if !self.owner.is_whole() {
            self.fetch(first..first.saturating_add(out.len()))?;
        }
        let mut position = first;
        let mut out = out;
        while !out.is_empty() {
            let from = self.owner.bytes().get(self.byte(position)..).unwrap_or_default();
            let skipped = position.checked_rem(elements).unwrap_or(0);
            let whole = out.len().checked_div(elements).unwrap_or(0);
            let count = if skipped == 0 && whole > 0 {
                let count = whole.saturating_mul(elements);
                let from = from.get(..whole.saturating_mul(bytes)).unwrap_or_default();
                unpack(from, out.get_mut(..count).unwrap_or_default());
                count
            } else {
                let mut block = [0.0; LARGEST];
                unpack(from.get(..bytes).unwrap_or_default(), block.get_mut(..elements).unwrap_or_default());
                let part = block.get(skipped..elements).unwrap_or_default();
                for (value, number) in out.iter_mut().zip(part) {
                    *value = *number;
                }
                part.len().min(out.len())
            };
            out = out.get_mut(count..).unwrap_or_default();
            position = position.saturating_add(count);
        }
        Ok(())
    }

    fn fetch(&self, positions: Range<usize>) -> Result<(), Error> {
        let end = self.byte(positions.end.saturating_add(self.layout.elements).saturating_sub(1));
        self.owner.fetch(self.byte(positions.start)..end)
    }

    fn release(&self, positions: Range<usize>) {
        self.owner.release(self.byte(positions.start)..self.byte(positions.end));
    }
}

/// Block by block: `B` bytes to `E` elements.
pub(crate) fn each<const B: usize, const E: usize>(
    blocks: &[u8],
    out: &mut [f64],
    one: impl Fn(&[u8; B], &mut [f64; E]),
) {
    let (blocks, _) = blocks.as_chunks::<B>();
    let (out, _) = out.as_chunks_mut::<E>();
    for (block, out) in blocks.iter().zip(out) {
        one(block, out);
    }
}

/// The `N` bytes from byte `at` of a block on; the layouts only ask for what is in it.
pub(crate) fn part<const N: usize>(block: &[u8], at: usize) -> [u8; N] {
    block.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or([0; N])
}

/// The half-precision number at byte `at` of a block.
pub(crate) fn half(block: &[u8], at: usize) -> f32 {
    f16::from_le_bytes(part(block, at)).to_f32()
}

/// Low halves of the bytes become the first elements, high halves the others; `number` is given the element's place
/// in the block and its four bits.
pub(crate) fn nibbles<const N: usize>(bytes: &[u8; N], out: &mut [f64], number: impl Fn(usize, u8) -> f32) {
    let (low, high) = out.split_at_mut(N.min(out.len()));
    for (place, (byte, value)) in bytes.iter().zip(low).enumerate() {
        *value = f64::from(number(place, byte & 15));
    }
    for (place, (byte, value)) in bytes.iter().zip(high).enumerate() {
        *value = f64::from(number(place.saturating_add(N), byte >> 4));
    }
}

/// The entry of a table of sixteen.
pub(crate) fn entry(table: &[f32; 16], index: u8) -> f32 {
    table.get(usize::from(index & 15)).copied().unwrap_or(0.0)
}
