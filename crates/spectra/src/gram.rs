//! A matrix as row blocks in, its Gram matrix WᵀW out.
//!
//! Only M² elements are ever in memory, whatever N; half the products are computed, since the result is symmetric.
//! N·M² flops (multiplications and additions).

use crate::blocks::{Block, read_block, rows_per_block, safe_scale, shape};
use crate::kernel::{Along, Operand};
use crate::rank_update::RankUpdate;
use crate::{BlockLayout, Error, LowerTriangle, Matrix};

/// Rows that are decoded, checked and packed together: so few that the second cache keeps them from the one to the other.
const PART: usize = 32;

/// WᵀW of a scaled W.
#[derive(Clone, Debug)]
pub struct Gram {
    /// M×M.
    pub lower: LowerTriangle,
    /// The power of two by which W was multiplied first: 1 unless squares would overflow or vanish.
    pub scale: f64,
}

/// WᵀW in f64, accumulated over blocks of rows of about `block_bytes` bytes.
///
/// # Errors
/// [`Error::Shape`], [`Error::Read`] and [`Error::NotFinite`] for what is wrong with the matrix.
pub fn gram(matrix: &dyn Matrix, block_bytes: usize) -> Result<Gram, Error> {
    let (rows, cols) = shape(matrix)?;
    let mut lower = LowerTriangle::zeros(cols).map_err(|_| Error::Shape { rows, cols })?;
    let scale = safe_scale(add(matrix, block_bytes, 1.0, &mut lower)?);
    if scale.to_bits() != 1.0_f64.to_bits() {
        lower.elements_mut().fill(0.0);
        add(matrix, block_bytes, scale, &mut lower)?;
    }
    Ok(Gram { lower, scale })
}

/// Adds to `lower` the Gram matrix of W times `scale`; the largest |element| of W.
fn add(matrix: &dyn Matrix, block_bytes: usize, scale: f64, lower: &mut LowerTriangle) -> Result<f64, Error> {
    let (rows, cols) = shape(matrix)?;
    let step = rows_per_block(rows, cols, block_bytes);
    let part = match matrix.layout() {
        BlockLayout::RowMajor => PART.min(step),
        // Of every column a few rows would be a few elements here and there.
        BlockLayout::ColumnMajor => step,
    };
    let mut buffer = vec![0.0; part.checked_mul(cols).ok_or(Error::Shape { rows, cols })?];
    let (mut update, mut largest, lead) = (RankUpdate::default(), 0.0_f64, lower.lead());
    for start in (0..rows).step_by(step) {
        let end = (start + step).min(rows);
        let mut square = update.square(cols, end - start);
        for first in (start..end).step_by(part) {
            let (block, block_max) = read_block(matrix, first..(first + part).min(end), scale, &mut buffer)?;
            largest = largest.max(block_max);
            square.pack(transposed(&block), block.rows);
        }
        square.add_to((lower.elements_mut(), lead));
    }
    Ok(largest)
}

/// The operand of which the Gram matrix is the product with itself: Wᵀ for a block of rows of W.
fn transposed<'a>(block: &Block<'a>) -> Operand<'a> {
    let (along, lead) = match block.layout {
        BlockLayout::RowMajor => (Along::Rows, block.cols),
        BlockLayout::ColumnMajor => (Along::Depth, block.rows),
    };
    Operand { elements: block.elements, lead, along }
}
