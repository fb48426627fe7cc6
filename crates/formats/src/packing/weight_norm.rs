//! Length and direction of a weight in, the weight out: W = g · v / ‖v‖, as `torch.nn.utils.weight_norm` keeps it.
//!
//! Both spellings are known, `weight_g` beside `weight_v` and `parametrizations.weight.original0` beside
//! `original1`. The length has the weight's number of axes and one extent for all but the axis whose slices it
//! measures; a scalar measures the whole.

use std::ops::Range;
use std::sync::Arc;

use crate::catalogue::{Listed, Load};
use crate::packing::scaled::{rounded, single};
use crate::packing::{Combined, Parts};
use crate::tensor::Unpack;
use crate::{Error, ErrorKind, TensorData, TensorInfo};

/// The weight whose direction this tensor is, if it is that.
pub(crate) fn find(parts: &Parts<'_>, tensor: &Listed) -> Option<Combined> {
    let name = tensor.info.name.as_str();
    let (length, weight) = match name.strip_suffix(".original1") {
        Some(parametrization) => {
            let (module, leaf) = parametrization.rsplit_once("parametrizations.")?;
            (format!("{parametrization}.original0"), format!("{module}{leaf}"))
        }
        None => {
            let stem = name
                .strip_suffix("_v")
                .filter(|stem| stem.rsplit('.').next().is_some_and(|leaf| leaf.starts_with("weight")))?;
            (format!("{stem}_g"), stem.to_owned())
        }
    };
    let length = parts.get(&length)?;
    let slices = Slices::of(&tensor.info.shape, &length.info.shape)?;
    if !tensor.info.dtype.is_float() || !length.info.dtype.is_float() {
        return None;
    }
    let (dtype, shape) = (tensor.info.dtype, tensor.info.shape.clone());
    let recipe = Recipe { direction: tensor.clone(), length: length.clone(), slices };
    let mut combined =
        Combined::new(weight, dtype, shape, String::new(), recipe, vec![length.info.name.clone()]);
    // Another way to keep a weight, not a coarser one.
    combined.weight.info.quantisation = None;
    Some(combined)
}

/// Which length an element belongs to: `position / inner % count`.
#[derive(Clone, Copy)]
struct Slices {
    inner: usize,
    count: usize,
}

impl Slices {
    fn of(weight: &[usize], length: &[usize]) -> Option<Self> {
        let whole = Self { inner: usize::MAX, count: 1 };
        if weight.contains(&0) {
            return None;
        }
        if length.iter().all(|extent| *extent == 1) && (length.is_empty() || length.len() == weight.len()) {
            return Some(whole);
        }
        let axis = length.iter().position(|extent| *extent != 1)?;
        let others_are_one = length.iter().enumerate().all(|(at, extent)| at == axis || *extent == 1);
        let fits = length.len() == weight.len() && length.get(axis) == weight.get(axis) && others_are_one;
        let inner = weight.get(axis.checked_add(1)?..)?.iter().product();
        fits.then(|| Some(Self { inner, count: *weight.get(axis)? })).flatten()
    }

    fn of_position(self, position: usize) -> usize {
        position.checked_div(self.inner).and_then(|slice| slice.checked_rem(self.count)).unwrap_or(0)
    }
}

struct Recipe {
    direction: Listed,
    length: Listed,
    slices: Slices,
}

impl Load for Recipe {
    fn load(&self, info: &TensorInfo) -> Result<TensorData, Error> {
        const BLOCK: usize = 1 << 16;
        let (direction, lengths) = (self.direction.data()?, self.length.singles()?);
        if !direction.is_one_piece() || lengths.len() != self.slices.count {
            let packing = "a direction that is a view".to_owned();
            return Err(ErrorKind::UnknownPacking { packing }.into());
        }
        let mut squares = vec![0.0; self.slices.count];
        let mut block = vec![0.0; BLOCK.min(direction.len())];
        let mut first = 0_usize;
        while first < direction.len() {
            let count = BLOCK.min(direction.len().saturating_sub(first));
            let block = block.get_mut(..count).unwrap_or_default();
            direction.decode(first, 1, block)?;
            for (value, position) in block.iter().zip(first..) {
                if let Some(sum) = squares.get_mut(self.slices.of_position(position)) {
                    *sum += value * value;
                }
            }
            direction.release(first..first.saturating_add(count));
            first = first.saturating_add(count);
        }
        let factors =
            lengths.iter().zip(squares).map(|(length, sum)| f64::from(*length) / sum.sqrt()).collect();
        let unpacked = Normalised { direction, factors, slices: self.slices };
        Ok(TensorData::packed(info.dtype, info.shape.clone(), Arc::new(unpacked)))
    }
}

/// The direction and, for each slice, g / ‖v‖.
struct Normalised {
    direction: TensorData,
    factors: Vec<f64>,
    slices: Slices,
}

impl Unpack for Normalised {
    fn unpack(&self, first: usize, out: &mut [f64]) -> Result<(), Error> {
        self.direction.decode(first, 1, out)?;
        for (value, position) in out.iter_mut().zip(first..) {
            let factor = self.factors.get(self.slices.of_position(position)).copied().unwrap_or(f64::NAN);
            // The network computes the weight in its own type; norms that are wider only take its noise away.
            *value = match self.direction.dtype() {
                crate::Dtype::F64 => *value * factor,
                dtype => rounded(dtype, single(*value * factor)),
            };
        }
        Ok(())
    }

    fn release(&self, positions: Range<usize>) {
        self.direction.release(positions);
    }
}
