//! Integer codes with scales and zero points in, the numbers that they stand for out: (code − zero) · scale.
//!
//! ONNX, TensorFlow Lite and Core ML quantise so: with one scale for the tensor, one for each index of an axis, or one
//! for each block of indices. The arithmetic is that of the reference implementations, exact in f64 and rounded once to
//! the type that they compute in.

use std::ops::Range;
use std::sync::Arc;

use half::{bf16, f16};

use crate::cursor::to_u64;
use crate::tensor::{Unpack, element_count};
use crate::{Dtype, Error, ErrorKind, TensorData};

/// Codes as they are stored.
#[derive(Clone)]
pub(crate) enum Codes {
    /// Integers of whole bytes, in the shape of the tensor.
    Whole(TensorData),
    /// Two in a byte, the first in the lower half: the bytes, and whether the codes are signed.
    Nibbles { bytes: TensorData, signed: bool },
    /// What unpacks to them.
    Numbers(Arc<dyn Unpack>),
}

/// Which codes share a scale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// All of them.
    Tensor,
    /// Those with the same index along the axis.
    Axis(usize),
    /// Those with neighbouring indices along the axis, so many at a time.
    Blocks { axis: usize, block: usize },
    /// Those in one block, which has so many indices along every axis.
    Grid(Vec<usize>),
}

/// Scales and zero points; an empty list of zero points means zeros.
#[derive(Clone, Debug)]
pub(crate) struct Scales {
    pub(crate) scales: Vec<f64>,
    pub(crate) zeros: Vec<f64>,
    pub(crate) sharing: Sharing,
}

struct Scaled {
    codes: Codes,
    scales: Vec<f64>,
    zeros: Vec<f64>,
    axes: Axes,
    dtype: Dtype,
}

/// How many indices there are along an axis and how many neighbours among them, never none, share a scale.
struct Axis {
    extent: usize,
    block: usize,
}

impl Axis {
    fn new(extent: usize, block: usize) -> Self {
        Self { extent, block: block.max(1) }
    }

    /// How many scales there are along it: none where it is empty.
    fn scales(&self) -> usize {
        self.extent.div_ceil(self.block)
    }
}

/// The axes of a tensor, outermost first, as far as they matter to which element belongs to which block.
pub(crate) struct Axes(Vec<Axis>);

impl Axes {
    /// A tensor of this shape in blocks that have so many indices along each axis.
    pub(crate) fn grid(shape: &[usize], blocks: &[usize]) -> Self {
        Self::new(shape.iter().zip(blocks).map(|(&extent, &block)| Axis::new(extent, block)))
    }

    /// Joins an axis that blocks do not cut to the one before it, so that runs are long.
    fn new(axes: impl IntoIterator<Item = Axis>) -> Self {
        let mut all: Vec<Axis> = Vec::new();
        for axis in axes {
            match all.last_mut() {
                Some(before) if axis.block >= axis.extent => {
                    before.extent = before.extent.saturating_mul(axis.extent);
                    before.block = before.block.saturating_mul(axis.extent).max(1);
                }
                _ => all.push(axis),
            }
        }
        Self(all)
    }

    /// `None` where the axis is not there.
    fn shared(sharing: &Sharing, shape: &[usize]) -> Option<Self> {
        let along = |axis: usize, block: usize| {
            let outer = element_count(shape.get(..axis)?)?;
            let inner = element_count(shape.get(axis.checked_add(1)?..)?)?;
            Some((outer, Axis::new(*shape.get(axis)?, block), inner))
        };
        match sharing {
            Sharing::Tensor => Some(Self::new([])),
            Sharing::Axis(axis) => {
                let (outer, axis, inner) = along(*axis, 1)?;
                // Each index has its scale, whether the other axes are empty or not.
                let whole = |extent: usize| Axis::new(extent.max(1), extent);
                Some(Self::new([whole(outer), axis, whole(inner)]))
            }
            Sharing::Blocks { axis, block } => {
                let (outer, axis, inner) = along(*axis, *block)?;
                Some(Self::new([Axis::new(outer, 1), axis, Axis::new(inner, 1)]))
            }
            Sharing::Grid(blocks) => (blocks.len() == shape.len()).then(|| Self::grid(shape, blocks)),
        }
    }

    /// How many blocks there are.
    pub(crate) fn count(&self) -> Option<usize> {
        self.0.iter().try_fold(1_usize, |all, axis| all.checked_mul(axis.scales()))
    }

    /// The number of the block that the element at this position is in, and how many elements from there on surely are in
    /// the same.
    pub(crate) fn at(&self, position: usize) -> (usize, usize) {
        let (mut rest, mut at, mut stride, mut run) = (position, 0_usize, 1_usize, usize::MAX);
        for (number, axis) in self.0.iter().rev().enumerate() {
            let index = rest.checked_rem(axis.extent).unwrap_or(0);
            rest = rest.checked_div(axis.extent).unwrap_or(0);
            let block = index.checked_div(axis.block).unwrap_or(0);
            if number == 0 {
                let end = block.saturating_add(1).saturating_mul(axis.block).min(axis.extent);
                run = end.saturating_sub(index).max(1);
            }
            at = at.saturating_add(block.saturating_mul(stride));
            stride = stride.saturating_mul(axis.scales());
        }
        (at, run)
    }
}

/// Codes of this shape as numbers of type `dtype`.
///
/// # Errors
/// There are fewer scales or zero points than the shape needs.
pub(crate) fn scaled(
    codes: Codes,
    scales: Scales,
    shape: &[usize],
    dtype: Dtype,
) -> Result<Arc<dyn Unpack>, Error> {
    let bad =
        |what, value: usize| ErrorKind::BadValue { format: "quantised tensor", what, value: to_u64(value) };
    let Scales { scales, zeros, sharing } = scales;
    let axes = Axes::shared(&sharing, shape).ok_or_else(|| bad("the axis of its scales", shape.len()))?;
    if axes.count() != Some(scales.len()) {
        return Err(bad("the number of its scales", scales.len()).into());
    }
    if !zeros.is_empty() && zeros.len() != scales.len() {
        return Err(bad("the number of its zero points", zeros.len()).into());
    }
    Ok(Arc::new(Scaled { codes, scales, zeros, axes, dtype }))
}

impl Unpack for Scaled {
    fn unpack(&self, first: usize, out: &mut [f64]) -> Result<(), Error> {
        match &self.codes {
            Codes::Whole(codes) => codes.decode(first, 1, out)?,
            Codes::Nibbles { bytes, signed } => nibbles(bytes, *signed, first, out)?,
            Codes::Numbers(numbers) => numbers.unpack(first, out)?,
        }
        let (mut position, mut rest) = (first, out);
        while !rest.is_empty() {
            let (at, run) = self.axes.at(position);
            let scale = self.scales.get(at).copied().unwrap_or(f64::NAN);
            let zero = self.zeros.get(at).copied().unwrap_or(0.0);
            let (now, later) = rest.split_at_mut(run.min(rest.len()));
            for number in &mut *now {
                *number = rounded((*number - zero) * scale, self.dtype);
            }
            position = position.saturating_add(now.len());
            rest = later;
        }
        Ok(())
    }

    fn release(&self, positions: Range<usize>) {
        match &self.codes {
            Codes::Whole(codes) => codes.release(positions),
            Codes::Nibbles { bytes, .. } => bytes.release(positions.start / 2..positions.end.div_ceil(2)),
            Codes::Numbers(numbers) => numbers.release(positions),
        }
    }
}

/// Codes of half a byte, the first in the lower half.
pub(crate) fn nibbles(bytes: &TensorData, signed: bool, first: usize, out: &mut [f64]) -> Result<(), Error> {
    for (position, number) in (first..).zip(out) {
        let mut byte = [0.0];
        bytes.decode(position / 2, 1, &mut byte)?;
        let [byte] = byte;
        let high = (byte / 16.0).floor();
        let code = if position.is_multiple_of(2) { byte - 16.0 * high } else { high };
        *number = if signed && code > 7.0 { code - 16.0 } else { code };
    }
    Ok(())
}

/// The nearest number of a type, as f64.
#[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "rounding is what is asked for")]
fn rounded(number: f64, dtype: Dtype) -> f64 {
    match dtype {
        Dtype::F32 => f64::from(number as f32),
        Dtype::F16 => f16::from_f64(number).to_f64(),
        Dtype::Bf16 => bf16::from_f64(number).to_f64(),
        _ => number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(codes: Codes, scales: Scales, shape: &[usize]) -> Vec<f64> {
        let mut out = vec![0.0; shape.iter().product()];
        scaled(codes, scales, shape, Dtype::F32).unwrap().unpack(0, &mut out).unwrap();
        out
    }

    fn bytes(bytes: &[u8], dtype: Dtype, shape: &[usize]) -> TensorData {
        TensorData::contiguous(Arc::new(bytes.to_vec()), 0, dtype, shape.to_vec()).unwrap()
    }

    #[test]
    fn scales_are_shared_by_tensor_axis_and_block() {
        let codes = || Codes::Whole(bytes(&[1, 2, 3, 4, 5, 6], Dtype::U8, &[2, 3]));
        let with = |scales: &[f64], zeros: &[f64], sharing| {
            numbers(codes(), Scales { scales: scales.to_vec(), zeros: zeros.to_vec(), sharing }, &[2, 3])
        };
        assert_eq!(with(&[2.0], &[1.0], Sharing::Tensor), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        assert_eq!(with(&[1.0, 2.0], &[], Sharing::Axis(0)), [1.0, 2.0, 3.0, 8.0, 10.0, 12.0]);
        assert_eq!(
            with(&[1.0, 2.0, 3.0], &[0.0, 0.0, 1.0], Sharing::Axis(1)),
            [1.0, 4.0, 6.0, 4.0, 10.0, 15.0]
        );
        let blocks = Sharing::Blocks { axis: 1, block: 2 };
        assert_eq!(with(&[1.0, 2.0, 3.0, 4.0], &[], blocks), [1.0, 2.0, 6.0, 12.0, 15.0, 24.0]);
        let grid = |blocks: &[usize]| Sharing::Grid(blocks.to_vec());
        assert_eq!(with(&[2.0], &[1.0], grid(&[2, 3])), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]);
        assert_eq!(with(&[1.0, 2.0], &[], grid(&[1, 3])), [1.0, 2.0, 3.0, 8.0, 10.0, 12.0]);
        assert_eq!(with(&[1.0, 2.0, 3.0], &[], grid(&[2, 1])), [1.0, 4.0, 9.0, 4.0, 10.0, 18.0]);
    }

    #[test]
    fn nibbles_are_read_low_half_first() {
        let codes = |signed| Codes::Nibbles { bytes: bytes(&[0x21, 0x0f], Dtype::U8, &[2]), signed };
        let one = || Scales { scales: vec![1.0], zeros: Vec::new(), sharing: Sharing::Tensor };
        assert_eq!(numbers(codes(false), one(), &[3]), [1.0, 2.0, 15.0]);
        assert_eq!(numbers(codes(true), one(), &[3]), [1.0, 2.0, -1.0]);
    }

    #[test]
    fn an_empty_axis_has_no_scales_and_hides_none_of_another() {
        let fits = |shape: &[usize], scales: usize, sharing| {
            let scales = Scales { scales: vec![1.0; scales], zeros: Vec::new(), sharing };
            scaled(Codes::Whole(bytes(&[], Dtype::I8, shape)), scales, shape, Dtype::F32).is_ok()
        };
        assert!(fits(&[0, 16], 0, Sharing::Axis(0)) && !fits(&[0, 16], 1, Sharing::Axis(0)));
        assert!(fits(&[0, 16], 16, Sharing::Axis(1)) && !fits(&[0, 16], 0, Sharing::Axis(1)));
        assert!(fits(&[0, 16], 0, Sharing::Blocks { axis: 1, block: 4 }));
        assert!(fits(&[16, 0], 0, Sharing::Blocks { axis: 0, block: 4 }));
        assert!(fits(&[16, 0], 0, Sharing::Grid(vec![4, 0])) && fits(&[0, 16], 1, Sharing::Tensor));
    }

    #[test]
    fn too_few_scales_are_refused() {
        let codes = Codes::Whole(bytes(&[1, 2], Dtype::I8, &[2]));
        let scales = Scales { scales: vec![1.0], zeros: Vec::new(), sharing: Sharing::Axis(0) };
        assert!(scaled(codes, scales, &[2], Dtype::F32).is_err());
    }
}
