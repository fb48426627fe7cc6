//! Integer codes with scales and zero points in, the numbers that they stand for out: (code − zero) · scale.
//!
//! ONNX and TensorFlow Lite quantise so: with one scale for the tensor, one for each index of an axis, or one for each
//! block of indices. The arithmetic is that of the reference implementations, exact in f64 and rounded once to the
//! type that they compute in.

use std::ops::Range;
use std::sync::Arc;

use half::{bf16, f16};

use crate::catalogue::Stored;
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
}

/// Which codes share a scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sharing {
    /// All of them.
    Tensor,
    /// Those with the same index along the axis.
    Axis(usize),
    /// Those with neighbouring indices along the axis, so many at a time.
    Blocks { axis: usize, block: usize },
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
    scales: Scales,
    /// Positions from one index of the axis to the next.
    inner: usize,
    /// Indices of the axis.
    extent: usize,
    dtype: Dtype,
}

/// Codes of this shape as numbers of type `dtype`.
///
/// # Errors
/// There are fewer scales or zero points than the shape needs.
pub(crate) fn scaled(codes: Codes, scales: Scales, shape: &[usize], dtype: Dtype) -> Result<Stored, Error> {
    let (axis, block) = match scales.sharing {
        Sharing::Tensor => (0, usize::MAX),
        Sharing::Axis(axis) => (axis, 1),
        Sharing::Blocks { axis, block } => (axis, block.max(1)),
    };
    let bad =
        |what, value: usize| ErrorKind::BadValue { format: "quantised tensor", what, value: to_u64(value) };
    let extent = match scales.sharing {
        Sharing::Tensor => 1,
        _ => *shape.get(axis).ok_or_else(|| bad("the axis of its scales", axis))?,
    };
    let inner = element_count(shape.get(axis.saturating_add(1)..).unwrap_or_default()).unwrap_or(usize::MAX);
    let needed = match scales.sharing {
        Sharing::Tensor => Some(1),
        Sharing::Axis(_) => Some(extent),
        Sharing::Blocks { .. } => {
            let outer = element_count(shape.get(..axis).unwrap_or_default());
            outer.and_then(|outer| extent.div_ceil(block).checked_mul(inner)?.checked_mul(outer))
        }
    };
    if needed != Some(scales.scales.len()) {
        return Err(bad("the number of its scales", scales.scales.len()).into());
    }
    if !scales.zeros.is_empty() && scales.zeros.len() != scales.scales.len() {
        return Err(bad("the number of its zero points", scales.zeros.len()).into());
    }
    Ok(Stored::Packed(Arc::new(Scaled { codes, scales, inner, extent, dtype })))
}

impl Scaled {
    /// Which scale belongs to the element at this position.
    fn scale_of(&self, position: usize) -> usize {
        let along = position.checked_div(self.inner).unwrap_or(0);
        let index = along.checked_rem(self.extent).unwrap_or(0);
        match self.scales.sharing {
            Sharing::Tensor => 0,
            Sharing::Axis(_) => index,
            Sharing::Blocks { block, .. } => {
                let outer = along.checked_div(self.extent).unwrap_or(0);
                let within = position.checked_rem(self.inner).unwrap_or(0);
                let blocks = self.extent.div_ceil(block);
                let row = outer.saturating_mul(blocks).saturating_add(index.checked_div(block).unwrap_or(0));
                row.saturating_mul(self.inner).saturating_add(within)
            }
        }
    }

    /// How many elements from this position on surely have the same scale.
    fn run(&self, position: usize) -> usize {
        match self.scales.sharing {
            Sharing::Tensor => usize::MAX,
            Sharing::Axis(_) => {
                self.inner.saturating_sub(position.checked_rem(self.inner).unwrap_or(0)).max(1)
            }
            Sharing::Blocks { .. } => 1,
        }
    }
}

impl Unpack for Scaled {
    fn unpack(&self, first: usize, out: &mut [f64]) -> Result<(), Error> {
        match &self.codes {
            Codes::Whole(codes) => codes.decode(first, 1, out)?,
            Codes::Nibbles { bytes, signed } => nibbles(bytes, *signed, first, out)?,
        }
        let (mut position, mut rest) = (first, out);
        while !rest.is_empty() {
            let at = self.scale_of(position);
            let scale = self.scales.scales.get(at).copied().unwrap_or(f64::NAN);
            let zero = self.scales.zeros.get(at).copied().unwrap_or(0.0);
            let (now, later) = rest.split_at_mut(self.run(position).min(rest.len()));
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
    use crate::TensorInfo;

    fn numbers(codes: Codes, scales: Scales, shape: &[usize]) -> Vec<f64> {
        let stored = scaled(codes, scales, shape, Dtype::F32).unwrap();
        let info =
            TensorInfo { name: String::new(), dtype: Dtype::F32, shape: shape.to_vec(), quantisation: None };
        let mut out = vec![0.0; info.len()];
        stored.load(&info).unwrap().decode(0, 1, &mut out).unwrap();
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
    }

    #[test]
    fn nibbles_are_read_low_half_first() {
        let codes = |signed| Codes::Nibbles { bytes: bytes(&[0x21, 0x0f], Dtype::U8, &[2]), signed };
        let one = || Scales { scales: vec![1.0], zeros: Vec::new(), sharing: Sharing::Tensor };
        assert_eq!(numbers(codes(false), one(), &[3]), [1.0, 2.0, 15.0]);
        assert_eq!(numbers(codes(true), one(), &[3]), [1.0, 2.0, -1.0]);
    }

    #[test]
    fn too_few_scales_are_refused() {
        let codes = Codes::Whole(bytes(&[1, 2], Dtype::I8, &[2]));
        let scales = Scales { scales: vec![1.0], zeros: Vec::new(), sharing: Sharing::Axis(0) };
        assert!(scaled(codes, scales, &[2], Dtype::F32).is_err());
    }
}
