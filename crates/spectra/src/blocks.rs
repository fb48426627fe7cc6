//! A matrix in, its blocks of rows one after the other out, scaled and checked for NaN.
//!
//! Every way to a spectrum walks the rows the same way, so that a NaN is refused with the same position in all of
//! them and a matrix near the ends of the range of f64 is scaled in one place.

use std::ops::Range;

use faer::MatRef;
use pulp::Arch;

use crate::stop::checkpoint;
use crate::{BlockLayout, Error, Matrix};

/// Fewest rows worth a call of the multiplication kernel.
const MIN_ROWS: usize = 256;

/// One block of rows, f64.
pub(crate) struct Block<'a> {
    pub(crate) rows: usize,
    pub(crate) cols: usize,
    pub(crate) layout: BlockLayout,
    pub(crate) elements: &'a [f64],
}

impl<'a> Block<'a> {
    /// The block as a matrix of faer.
    pub(crate) fn as_matrix(&self) -> MatRef<'a, f64> {
        match self.layout {
            BlockLayout::RowMajor => MatRef::from_row_major_slice(self.elements, self.rows, self.cols),
            BlockLayout::ColumnMajor => MatRef::from_column_major_slice(self.elements, self.rows, self.cols),
        }
    }
}

/// How many rows fit a buffer of `bytes`, within what is sensible for an N×M matrix.
pub(crate) fn rows_per_block(rows: usize, cols: usize, bytes: usize) -> usize {
    (bytes / (8 * cols.max(1))).max(MIN_ROWS).min(rows.max(1))
}

/// N and M of a matrix that has a Gram matrix.
///
/// # Errors
/// [`Error::Shape`].
pub(crate) fn shape(matrix: &dyn Matrix) -> Result<(usize, usize), Error> {
    let (rows, cols) = (matrix.rows(), matrix.cols());
    let sound = cols > 0 && rows >= cols && cols.checked_mul(cols).is_some();
    if sound { Ok((rows, cols)) } else { Err(Error::Shape { rows, cols }) }
}

/// Calls `each` on every block of rows, the elements multiplied by `scale`, and returns the largest |element| before
/// scaling.
///
/// # Errors
/// [`Error::Shape`], [`Error::Read`], or [`Error::NotFinite`] with the position of the first NaN or infinity.
pub(crate) fn for_each_block(
    matrix: &dyn Matrix,
    block_bytes: usize,
    scale: f64,
    mut each: impl FnMut(&Block<'_>),
) -> Result<f64, Error> {
    let (rows, cols) = shape(matrix)?;
    let step = rows_per_block(rows, cols, block_bytes);
    let len = step.checked_mul(cols).ok_or(Error::Shape { rows, cols })?;
    let mut buffer = vec![0.0; len];
    let mut largest = 0.0_f64;
    for start in (0..rows).step_by(step) {
        let (block, block_max) = read_block(matrix, start..(start + step).min(rows), scale, &mut buffer)?;
        largest = largest.max(block_max);
        each(&block);
    }
    Ok(largest)
}

/// Some rows of a matrix, multiplied by `scale`, in `buffer`, and their largest |element| before that.
///
/// # Errors
/// [`Error::Read`], or [`Error::NotFinite`] with the position of the first NaN or infinity.
pub(crate) fn read_block<'a>(
    matrix: &dyn Matrix,
    rows: Range<usize>,
    scale: f64,
    buffer: &'a mut [f64],
) -> Result<(Block<'a>, f64), Error> {
    checkpoint();
    let (start, count, cols, layout) = (rows.start, rows.len(), matrix.cols(), matrix.layout());
    let elements = &mut buffer[..count * cols];
    matrix.read(rows, elements).map_err(Error::Read)?;
    let largest =
        largest_finite(elements).ok_or_else(|| first_not_finite(elements, layout, start, count, cols))?;
    if scale.to_bits() != 1.0_f64.to_bits() {
        elements.iter_mut().for_each(|x| *x *= scale);
    }
    Ok((Block { rows: count, cols, layout, elements }, largest))
}

/// The largest |x|, or nothing if any is NaN or infinite.
pub(crate) fn largest_finite(elements: &[f64]) -> Option<f64> {
    // The bits of |x| order like |x|, and NaN and infinity come last; integer maxima vectorise, f64::max does not.
    let largest = || elements.iter().fold(0, |max, x| u64::max(max, x.to_bits() & !(1 << 63)));
    let bits = Arch::new().dispatch(largest);
    let largest = f64::from_bits(bits);
    largest.is_finite().then_some(largest)
}

fn first_not_finite(elements: &[f64], layout: BlockLayout, start: usize, count: usize, cols: usize) -> Error {
    let position = |at: usize| match layout {
        BlockLayout::RowMajor => (start + at / cols, at % cols),
        BlockLayout::ColumnMajor => (start + at % count, at / count),
    };
    let first = elements
        .iter()
        .enumerate()
        .filter(|(_, x)| !x.is_finite())
        .map(|(at, &value)| (position(at), value))
        .min_by_key(|&(position, _)| position);
    let ((row, column), value) = first.unwrap_or(((start, 0), f64::NAN));
    Error::NotFinite { value, row, column }
}

/// A power of two by which elements up to `largest` can be squared and summed without overflow or underflow; one for
/// every matrix that a float of 32 bits could hold.
pub(crate) fn safe_scale(largest: f64) -> f64 {
    const SAFE: f64 = 1e130;
    if largest == 0.0 || (1.0 / SAFE..=SAFE).contains(&largest) {
        return 1.0;
    }
    let exponent = largest.log2().round().clamp(-1021.0, 1021.0);
    (-exponent).exp2()
}
