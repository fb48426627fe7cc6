//! A matrix, a number k and a seed in, the k largest eigenvalues of WᵀW out, without the others.
//!
//! For looking at the tail often. A block of random vectors is multiplied by WᵀW again and again, each block made
//! orthogonal to all before it, until the k largest eigenvalues of what WᵀW is on the space they span have settled (block
//! Lanczos; Golub and Underwood 1977): 4·N·M·32 flops and one pass over the rows a block. All eigenvalues are computed
//! instead where that costs no more, which is when the space would outgrow a quarter of M; how fast they settle tells that
//! after a few blocks.

use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, MatRef, Par};

use crate::blocks::{for_each_block, safe_scale};
use crate::gram::gram;
use crate::seed::Stream;
use crate::stop::checkpoint;
use crate::symmetric::{symmetric_eigen, symmetric_eigenvalues};
use crate::{Error, LowerTriangle, Matrix, SpectrumOptions};

/// Vectors in a block: enough for the multiplication kernel, and for eigenvalues that many times repeated.
const BLOCK: usize = 32;

/// Blocks that must have room: fewer settle next to nothing, and cost a third of all eigenvalues.
const FEWEST: usize = 8;

/// Error of an eigenvalue, relative to itself, at which it counts as settled.
const SETTLED: f64 = 1e-8;

/// The largest eigenvalues of WᵀW.
#[derive(Clone, Debug, PartialEq)]
pub struct TopEigenvalues {
    /// The k largest, or all M if there are no more than k; ascending, none negative.
    pub eigenvalues: Vec<f64>,
    /// Blocks that were multiplied by WᵀW; 0 if all eigenvalues were computed and the rest thrown away.
    pub blocks: usize,
}

/// The k largest eigenvalues of WᵀW, each within 1e-8 of itself and a rounding error of M·eps·λ_max; usually much nearer.
///
/// The same seed gives the same bits. A repeated eigenvalue counts as often as it occurs.
///
/// # Errors
/// As for [`spectrum`](crate::spectrum()).
pub fn top_eigenvalues(matrix: &dyn Matrix, k: usize, seed: u64) -> Result<TopEigenvalues, Error> {
    let options = SpectrumOptions::default();
    let (cols, limit) = (matrix.cols(), matrix.cols() / 4);
    // The space must hold k vectors and some more, or the last ones never settle.
    if k + BLOCK <= limit && limit >= FEWEST * BLOCK {
        let mut space = Space::new(cols, limit, seed);
        // The scale is known after the first pass only.
        let largest = space.multiply(matrix, options.block_bytes, 1.0)?;
        let scale = safe_scale(largest);
        if scale.to_bits() != 1.0_f64.to_bits() {
            space.multiply(matrix, options.block_bytes, scale)?;
        }
        while let Some(()) = space.extend() {
            checkpoint();
            match space.look(k)? {
                Look::Settled(found) => {
                    let eigenvalues = found.into_iter().map(|x| x.max(0.0) / scale / scale).collect();
                    return Ok(TopEigenvalues { eigenvalues, blocks: space.blocks });
                }
                Look::Hopeless => break,
                Look::Open => {}
            }
            space.multiply(matrix, options.block_bytes, scale)?;
        }
    }
    whole(matrix, k, options.block_bytes)
}

/// The same from all eigenvalues.
fn whole(matrix: &dyn Matrix, k: usize, block_bytes: usize) -> Result<TopEigenvalues, Error> {
    let mut gram = gram(matrix, block_bytes)?;
    let all = symmetric_eigenvalues(&mut gram.lower)?;
    let top = &all[all.len().saturating_sub(k)..];
    let eigenvalues = top.iter().map(|x| x.max(0.0) / gram.scale / gram.scale).collect();
    Ok(TopEigenvalues { eigenvalues, blocks: 0 })
}

/// The space spanned so far: Q with orthonormal columns, and what WᵀW is on it.
struct Space {
    /// M×limit; the first (`blocks` + 1)·BLOCK columns are in use, of which the last block is still to be multiplied.
    basis: Mat<f64>,
    /// QᵀWᵀWQ, the blocks on its diagonal and above.
    projected: Mat<f64>,
    /// WᵀW times the last block, then what of it lies outside the space.
    image: Mat<f64>,
    /// R of that outside part: how far the space is from holding its own image.
    outside: Mat<f64>,
    blocks: usize,
    limit: usize,
    /// Blocks at the last look, and the worst error as a multiple of what is allowed.
    seen: Option<(usize, f64)>,
}

/// What the space tells of the eigenvalues that are wanted.
enum Look {
    /// They, ascending.
    Settled(Vec<f64>),
    /// Another block may settle them.
    Open,
    /// They will not settle before all eigenvalues cost less.
    Hopeless,
}

impl Space {
    fn new(cols: usize, limit: usize, seed: u64) -> Self {
        let mut stream = Stream::new(seed, &[cols as u64]);
        let start = Mat::from_fn(cols, BLOCK, |_, _| stream.below(1 << 53) as f64 * 2.0_f64.powi(-53) - 0.5);
        let mut basis = Mat::zeros(cols, limit);
        basis.as_mut().subcols_mut(0, BLOCK).copy_from(start.qr().compute_thin_Q());
        let projected = Mat::zeros(limit, limit);
        Self {
            basis,
            projected,
            image: Mat::zeros(cols, BLOCK),
            outside: Mat::zeros(BLOCK, BLOCK),
            blocks: 0,
            limit,
            seen: None,
        }
    }

    /// Multiplies the last block by WᵀW of the scaled W; the largest |element| of W.
    fn multiply(&mut self, matrix: &dyn Matrix, block_bytes: usize, scale: f64) -> Result<f64, Error> {
        let last = self.basis.as_ref().subcols(self.blocks * BLOCK, BLOCK);
        let image = &mut self.image;
        image.fill(0.0);
        for_each_block(matrix, block_bytes, scale, |block| {
            let w = block.as_matrix();
            let mut along = Mat::zeros(block.rows, BLOCK);
            matmul(along.as_mut(), Accum::Replace, w, last, 1.0, Par::Seq);
            matmul(image.as_mut(), Accum::Add, w.transpose(), along.as_ref(), 1.0, Par::Seq);
        })
    }

    /// Takes in the image of the last block and appends what of it is new as the next block; nothing if there is no
    /// room, or if part of it is not new.
    fn extend(&mut self) -> Option<()> {
        let (start, used) = (self.blocks * BLOCK, (self.blocks + 1) * BLOCK);
        if used + BLOCK > self.limit {
            return None;
        }
        let (basis, mut next) = self.basis.as_mut().split_at_col_mut(used);
        let basis = basis.as_ref();
        let along = remove(basis, &mut self.image);
        self.projected.as_mut().submatrix_mut(0, start, used, BLOCK).copy_from(&along);
        // Twice is enough for a column that is large, a third time after scaling for one that is small.
        remove(basis, &mut self.image);
        let first = self.image.qr();
        let mut direction = first.compute_thin_Q();
        remove(basis, &mut direction);
        let second = direction.qr();
        let triangle = second.thin_R();
        if (0..BLOCK).any(|i| triangle[(i, i)].abs() < 0.5) {
            return None;
        }
        self.outside = triangle * first.thin_R();
        next.as_mut().subcols_mut(0, BLOCK).copy_from(second.compute_thin_Q());
        self.blocks += 1;
        Some(())
    }

    /// The k largest eigenvalues on the space, if all of them have settled. One is off by at most the square of its residual over
    /// the gap to those that are not wanted, or by the residual itself (Kato 1949).
    fn look(&mut self, k: usize) -> Result<Look, Error> {
        let size = self.blocks * BLOCK;
        // A look costs about 9·size³, so looks get rarer as the space grows.
        let due = self.blocks.is_multiple_of((self.blocks / 4).max(1));
        if size < k + BLOCK || !due {
            return Ok(Look::Open);
        }
        let mut lower = Vec::with_capacity(size * size);
        for j in 0..size {
            lower.extend((0..size).map(|i| self.projected[(i.min(j), i.max(j))]));
        }
        let eigen = symmetric_eigen(&LowerTriangle::new(&lower, size)?)?;
        let largest = eigen.values[size - 1];
        let floor = size as f64 * f64::EPSILON * largest;
        let vectors = MatRef::from_column_major_slice(&eigen.vectors, size, size);
        let ends = vectors.submatrix(size - BLOCK, size - k, BLOCK, k);
        let residuals = &self.outside * ends;
        let top = &eigen.values[size - k..];
        let below = eigen.values[size - k - 1];
        let share = |(i, value): (usize, &f64)| {
            let residual = residuals.as_ref().col(i).norm_l2();
            let error = residual * (residual / (value - below).max(residual).max(f64::MIN_POSITIVE));
            error / (SETTLED * value.abs() + floor).max(f64::MIN_POSITIVE)
        };
        let worst = top.iter().enumerate().map(share).fold(0.0, f64::max);
        if worst <= 1.0 {
            return Ok(Look::Settled(top.to_vec()));
        }
        let before = self.seen.replace((self.blocks, worst));
        Ok(if before.is_some_and(|before| self.is_hopeless(before, worst)) {
            Look::Hopeless
        } else {
            Look::Open
        })
    }

    /// Whether the errors fall so slowly that they would not settle in the room that is left, not even twice as fast.
    fn is_hopeless(&self, (blocks, worst): (usize, f64), now: f64) -> bool {
        let rate = (worst / now).ln() / (self.blocks - blocks) as f64;
        let room = (self.limit / BLOCK - self.blocks) as f64;
        2.0 * rate * room < now.ln()
    }
}

/// Takes from every column of X what lies in the space of Q; returns QᵀX.
fn remove(basis: MatRef<'_, f64>, x: &mut Mat<f64>) -> Mat<f64> {
    let along = basis.transpose() * &*x;
    matmul(x.as_mut(), Accum::Add, basis, along.as_ref(), -1.0, Par::Seq);
    along
}
