//! Boxes of a tensor that lie in different places in, the whole tensor out.
//!
//! Training on many machines saves each tensor in as many pieces as there are machines. A run of the whole is put
//! together from the runs of the boxes that it crosses.

use std::ops::Range;

use crate::cursor::to_u64;
use crate::tensor::{Unpack, element_count, row_major};
use crate::{Error, ErrorKind, TensorData};

/// A part of a tensor: for each axis its first index and its extent.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) offsets: Vec<usize>,
    pub(crate) sizes: Vec<usize>,
}

/// A tensor in parts.
pub(crate) struct Joined {
    shape: Vec<usize>,
    parts: Vec<(Place, TensorData)>,
}

/// Checks that the places fill the shape: each lies inside, and together they have as many elements.
///
/// # Errors
/// Elements are missing, or places overlap or leave the shape.
pub(crate) fn check(shape: &[usize], places: &[Place]) -> Result<(), Error> {
    let overflow = || ErrorKind::ShapeOverflow { shape: shape.iter().copied().map(to_u64).collect() };
    let whole = element_count(shape).ok_or_else(overflow)?;
    let mut found = 0_usize;
    for place in places {
        let axes = place.offsets.iter().zip(&place.sizes).zip(shape);
        let inside = place.offsets.len() == shape.len()
            && place.sizes.len() == shape.len()
            && axes
                .into_iter()
                .all(|((offset, size), extent)| offset.checked_add(*size).is_some_and(|end| end <= *extent));
        if !inside {
            return Err(
                ErrorKind::Malformed { format: "sharded tensor", what: "a part leaves the shape" }.into()
            );
        }
        found = found.saturating_add(element_count(&place.sizes).ok_or_else(overflow)?);
    }
    if found == whole {
        return Ok(());
    }
    let (what, value) = ("the count of elements in all parts", to_u64(found));
    Err(ErrorKind::BadValue { format: "sharded tensor", what, value }.into())
}

impl Joined {
    /// The parts, whose places have been checked; each one's data has the shape of its place.
    pub(crate) fn new(shape: Vec<usize>, parts: Vec<(Place, TensorData)>) -> Result<Self, Error> {
        for (place, data) in &parts {
            if data.len() != element_count(&place.sizes).unwrap_or(usize::MAX) {
                let what = "a part has another size than its description";
                return Err(ErrorKind::Malformed { format: "sharded tensor", what }.into());
            }
        }
        Ok(Self { shape, parts })
    }

    /// The part that holds the element at these indices, the element's position in it, and how many
    /// elements of the innermost axis follow there.
    fn find(&self, indices: &[usize]) -> Option<(&TensorData, usize, usize)> {
        self.parts.iter().find_map(|(place, data)| {
            let axes = indices.iter().zip(&place.offsets).zip(&place.sizes);
            let inner: Option<Vec<usize>> = axes
                .map(|((index, offset), size)| index.checked_sub(*offset).filter(|inner| inner < size))
                .collect();
            let inner = inner?;
            let strides = row_major(&place.sizes);
            let position =
                inner.iter().zip(strides).map(|(index, stride)| index.saturating_mul(stride)).sum();
            let run = match (inner.last(), place.sizes.last()) {
                (Some(index), Some(size)) => size.saturating_sub(*index),
                _ => 1,
            };
            Some((data, position, run))
        })
    }
}

impl Unpack for Joined {
    fn unpack(&self, first: usize, out: &mut [f64]) -> Result<(), Error> {
        let (mut position, mut out) = (first, out);
        while !out.is_empty() {
            let mut rest = position;
            let indices: Vec<usize> = row_major(&self.shape)
                .into_iter()
                .map(|stride| {
                    let index = rest.checked_div(stride).unwrap_or(0);
                    rest = rest.checked_rem(stride).unwrap_or(0);
                    index
                })
                .collect();
            let Some((data, inner, run)) = self.find(&indices) else {
                let missing = "an element is in no part, since parts overlap";
                return Err(ErrorKind::Malformed { format: "sharded tensor", what: missing }.into());
            };
            let count = run.min(out.len());
            let (now, later) = std::mem::take(&mut out).split_at_mut(count);
            data.decode(inner, 1, now)?;
            position = position.saturating_add(now.len());
            out = later;
        }
        Ok(())
    }

    fn release(&self, positions: Range<usize>) {
        if positions.start == 0 && Some(positions.end) == element_count(&self.shape) {
            for (_, data) in &self.parts {
                data.release(0..data.len());
            }
        }
    }
}
