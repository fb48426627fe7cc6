//! Logical positions in, places in memory out: how a tensor's shape and strides are walked.
//!
//! Axes that lie behind one another in memory are merged when the tensor is opened, so that most tensors are one
//! axis and every walk over them is one run of constant distance.

use std::ops::Range;

/// Merged axes of a tensor, outermost first. Distances count elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Axes {
    axes: Vec<Axis>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Axis {
    extent: usize,
    stride: usize,
}

/// Elements at a constant distance from each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// Place of the first one.
    pub(crate) start: usize,
    /// Distance to the next.
    pub(crate) stride: usize,
}

impl Run {
    /// Place of the element at `index` of the run.
    pub(crate) fn offset(&self, index: usize) -> usize {
        self.stride.saturating_mul(index).saturating_add(self.start)
    }
}

impl Axes {
    /// Merges the axes; `None` where the last element's place overflows or the ranks differ.
    pub(crate) fn new(shape: &[usize], strides: &[usize]) -> Option<Self> {
        if shape.len() != strides.len() {
            return None;
        }
        if shape.contains(&0) {
            return Some(Self { axes: Vec::new() });
        }
        let mut axes: Vec<Axis> = Vec::with_capacity(shape.len());
        let mut last = 0_usize;
        for (&extent, &stride) in shape.iter().zip(strides).filter(|(extent, _)| **extent > 1) {
            last = extent.checked_sub(1)?.checked_mul(stride)?.checked_add(last)?;
            match axes.last_mut() {
                Some(outer) if stride.checked_mul(extent) == Some(outer.stride) => {
                    *outer = Axis { extent: outer.extent.checked_mul(extent)?, stride };
                }
                _ => axes.push(Axis { extent, stride }),
            }
        }
        Some(Self { axes })
    }

    /// Place of the last element, checked at construction.
    pub(crate) fn last_offset(&self) -> usize {
        self.axes.iter().map(|axis| axis.extent.saturating_sub(1).saturating_mul(axis.stride)).sum()
    }

    /// Whether logical position and place are the same number.
    pub(crate) fn is_row_major(&self) -> bool {
        matches!(self.axes.as_slice(), [] | [Axis { stride: 1, .. }])
    }

    /// Fills `out` with what `fill` makes of the positions `first`, `first + step`, …, run by run.
    ///
    /// The caller has checked that `step ≥ 1` and that the positions exist.
    pub(crate) fn runs<T, E>(
        &self,
        first: usize,
        step: usize,
        mut out: &mut [T],
        mut fill: impl FnMut(Run, &mut [T]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut walk = Walk { axes: &self.axes, base: 0, first, step };
        walk.drop_standing_axes();
        let Some((inner, outer)) = walk.axes.split_last() else {
            return fill(Run { start: walk.base, stride: 0 }, out);
        };
        if outer.is_empty() {
            let start = walk.base.saturating_add(walk.first.saturating_mul(inner.stride));
            return fill(Run { start, stride: walk.step.saturating_mul(inner.stride) }, out);
        }
        let mut position = walk.first;
        while !out.is_empty() {
            let (row, column) = split(position, inner.extent);
            let fits = inner.extent.saturating_sub(column).div_ceil(walk.step.max(1));
            let count = fits.clamp(1, out.len());
            let start = walk
                .base
                .saturating_add(place(outer, row))
                .saturating_add(column.saturating_mul(inner.stride));
            let run = Run { start, stride: walk.step.saturating_mul(inner.stride) };
            let (now, later) = std::mem::take(&mut out).split_at_mut(count);
            fill(run, now)?;
            out = later;
            position = position.saturating_add(count.saturating_mul(walk.step));
        }
        Ok(())
    }

    /// The places that these positions span, where they grow with the position; `None` where that can't be told.
    pub(crate) fn hull(&self, positions: &Range<usize>) -> Option<Range<usize>> {
        let grows = self.axes.windows(2).all(|pair| match pair {
            [outer, inner] => outer.stride >= inner.extent.saturating_mul(inner.stride),
            _ => true,
        });
        let last = positions.end.checked_sub(1)?;
        let all = positions.start == 0 && self.len() == positions.end;
        match (grows, all) {
            (true, _) => Some(place(&self.axes, positions.start)..place(&self.axes, last).saturating_add(1)),
            (false, true) => Some(0..self.last_offset().saturating_add(1)),
            (false, false) => None,
        }
    }

    fn len(&self) -> usize {
        self.axes.iter().fold(1, |product, axis| product.saturating_mul(axis.extent))
    }
}

/// Where a walk of constant step stands.
struct Walk<'a> {
    axes: &'a [Axis],
    base: usize,
    first: usize,
    step: usize,
}

impl Walk<'_> {
    /// Drops inner axes along which the walk never moves: a column of a matrix is a walk along its rows alone.
    fn drop_standing_axes(&mut self) {
        while let Some((inner, outer)) = self.axes.split_last() {
            if outer.is_empty() || !self.step.is_multiple_of(inner.extent) {
                return;
            }
            let (row, column) = split(self.first, inner.extent);
            self.base = self.base.saturating_add(column.saturating_mul(inner.stride));
            self.first = row;
            self.step = self.step.checked_div(inner.extent).unwrap_or(1);
            self.axes = outer;
        }
    }
}

/// Quotient and remainder; extents of axes are never zero.
fn split(position: usize, extent: usize) -> (usize, usize) {
    (position.checked_div(extent).unwrap_or(0), position.checked_rem(extent).unwrap_or(0))
}

fn place(axes: &[Axis], position: usize) -> usize {
    let mut rest = position;
    let mut place = 0_usize;
    for axis in axes.iter().rev() {
        let (row, column) = split(rest, axis.extent);
        place = place.saturating_add(column.saturating_mul(axis.stride));
        rest = row;
    }
    place
}
