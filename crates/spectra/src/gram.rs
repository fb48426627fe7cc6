//! A matrix as row blocks in, its Gram matrix WᵀW out.
//!
//! Only M² elements are ever in memory, whatever N; half the products are computed, since the result is symmetric.
//! N·M² flops (multiplications and additions).

use crate::blocks::{Block, for_each_block, safe_scale};
use crate::kernel::{Along, Operand};
use crate::rank_update::RankUpdate;
use crate::{BlockLayout, Error, LowerTriangle, Matrix};

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
    let (rows, cols) = (matrix.rows(), matrix.cols());
    let mut lower = LowerTriangle::zeros(cols).map_err(|_| Error::Shape { rows, cols })?;
    let mut update = RankUpdate::default();
    let mut add = |lower: &mut LowerTriangle, block: &Block<'_>| {
        let lead = lower.lead();
        update.add_square((lower.elements_mut(), lead, cols), (transposed(block), block.rows));
    };
    let largest = for_each_block(matrix, block_bytes, 1.0, |block| add(&mut lower, block))?;
    let scale = safe_scale(largest);
    if scale.to_bits() != 1.0_f64.to_bits() {
        lower.elements_mut().fill(0.0);
        for_each_block(matrix, block_bytes, scale, |block| add(&mut lower, block))?;
    }
    Ok(Gram { lower, scale })
}

/// The operand of which the Gram matrix is the product with itself: Wᵀ for a block of rows of W.
fn transposed<'a>(block: &Block<'a>) -> Operand<'a> {
    let (along, lead) = match block.layout {
        BlockLayout::RowMajor => (Along::Rows, block.cols),
        BlockLayout::ColumnMajor => (Along::Depth, block.rows),
    };
    Operand { elements: block.elements, lead, along }
}
