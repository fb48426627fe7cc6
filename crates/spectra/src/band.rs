//! A dense symmetric matrix in, an orthogonally similar band matrix out: the first of two stages to the tridiagonal.
//!
//! Column panels as wide as the band are reduced by a blocked Householder QR, and the rest is updated from both sides at
//! once: 4/3·n³ flops, all but n²·b of them in matrix products, where going straight to the tridiagonal does half in
//! products of a matrix with a vector, at the pace of memory. Bischof, Lang and Sun, "A framework for symmetric band
//! reduction" (2000).

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::matmul::matmul;
use faer::linalg::matmul::triangular::{self, BlockStructure};
use faer::linalg::qr::no_pivoting::factor;
use faer::linalg::triangular_solve::solve_lower_triangular_in_place;
use faer::{Accum, Mat, MatMut, MatRef, Par, Spec};

/// Side of the square pieces in which a symmetric matrix is multiplied; two of them fit the second cache.
const TILE: usize = 256;

/// A symmetric band matrix: the diagonal and `width` diagonals below it.
pub(crate) struct Band {
    /// Side.
    pub(crate) n: usize,
    /// Number of diagonals below the main one.
    pub(crate) width: usize,
    /// Element (i, j), i ≥ j, is at `j·stride + i − j`; room for 2·width − 1 diagonals below the main one, and `width`
    /// empty columns at the end, so that bulges fit.
    pub(crate) elements: Vec<f64>,
}

impl Band {
    /// Elements from one column to the next.
    pub(crate) const fn stride(&self) -> usize {
        2 * self.width
    }

    fn new(n: usize, width: usize) -> Self {
        Self { n, width, elements: vec![0.0; (n + width) * 2 * width] }
    }
}

/// Reduces the symmetric n×n matrix whose lower triangle is in `a` (column-major) to a band of `width`; `a` is spent.
pub(crate) fn to_band(a: &mut [f64], n: usize, width: usize) -> Band {
    let mut band = Band::new(n, width);
    let mut a = MatMut::from_column_major_slice_mut(a, n, n);
    let mut work = Workspace::new(n, width);
    let mut start = 0;
    while start < n {
        let cols = width.min(n - start);
        keep_diagonal(&mut band, a.as_ref(), start, cols);
        let below = n - start - cols;
        if below == 0 {
            break;
        }
        let panel = a.as_mut().submatrix_mut(start + cols, start, below, cols);
        let reflectors = work.factor(panel.as_ref());
        keep_triangle(&mut band, work.panel.as_ref().submatrix(0, 0, below.min(cols), cols), start);
        work.update(a.as_mut().submatrix_mut(start + cols, start + cols, below, below), reflectors);
        start += cols;
    }
    band
}

/// Copies the lower triangle of a diagonal block.
fn keep_diagonal(band: &mut Band, a: MatRef<'_, f64>, start: usize, cols: usize) {
    let stride = band.stride();
    for j in start..start + cols {
        for i in j..start + cols {
            band.elements[j * stride + i - j] = a[(i, j)];
        }
    }
}

/// Copies the upper triangle that a panel was reduced to, which lies `panel.ncols()` below the diagonal.
fn keep_triangle(band: &mut Band, panel: MatRef<'_, f64>, start: usize) {
    let (stride, cols) = (band.stride(), panel.ncols());
    for j in 0..cols {
        for i in 0..panel.nrows().min(j + 1) {
            band.elements[(start + j) * stride + cols + i - j] = panel[(i, j)];
        }
    }
}

/// Buffers for panels of up to n rows, used again for every panel.
struct Workspace {
    /// The panel, then its factors.
    panel: Mat<f64>,
    /// Side by side V, Z and V again, so that (V Z) and (Z V) are both in it.
    vzv: Mat<f64>,
    /// T of the block reflector 1 − V·T⁻¹·Vᵀ.
    coefficients: Mat<f64>,
    /// A diagonal tile, whole.
    tile: Mat<f64>,
    inner: Mat<f64>,
    scratch: MemBuffer,
}

impl Workspace {
    fn new(n: usize, width: usize) -> Self {
        let req = factor::qr_in_place_scratch::<f64>(n, width, width, Par::Seq, Spec::default());
        Self {
            panel: Mat::zeros(n, width),
            vzv: Mat::zeros(n, 3 * width),
            coefficients: Mat::zeros(width, width),
            tile: Mat::zeros(TILE, TILE),
            inner: Mat::zeros(width, width),
            scratch: MemBuffer::new(req),
        }
    }

    /// The QR factors of a panel, in `self.panel`; V goes to `self.vzv`. Returns the number of reflectors.
    fn factor(&mut self, panel: MatRef<'_, f64>) -> usize {
        let (rows, cols) = (panel.nrows(), panel.ncols());
        let count = rows.min(cols);
        let mut own = self.panel.as_mut().submatrix_mut(0, 0, rows, cols);
        own.copy_from(panel);
        factor::qr_in_place(
            own.as_mut(),
            self.coefficients.as_mut().submatrix_mut(0, 0, count, count),
            Par::Seq,
            MemStack::new(&mut self.scratch),
            Spec::default(),
        );
        let mut v = self.vzv.as_mut().submatrix_mut(0, 0, rows, count);
        for j in 0..count {
            let mut to = v.as_mut().col_mut(j);
            to.as_mut().subrows_mut(0, j).fill(0.0);
            to[j] = 1.0;
            to.subrows_mut(j + 1, rows - j - 1).copy_from(own.as_ref().col(j).subrows(j + 1, rows - j - 1));
        }
        count
    }

    /// A ← QᵀAQ for the last panel's Q = 1 − V·T⁻¹·Vᵀ: A − V·Zᵀ − Z·Vᵀ with Z = Y − ½·V·T⁻ᵀ·VᵀY and Y = A·V·T⁻¹.
    fn update(&mut self, mut a: MatMut<'_, f64>, count: usize) {
        let rows = a.nrows();
        let (vz, mut again) =
            self.vzv.as_mut().submatrix_mut(0, 0, rows, 3 * count).split_at_col_mut(2 * count);
        let (v, mut z) = vz.split_at_col_mut(count);
        let v = v.as_ref();
        again.copy_from(v);
        z.fill(0.0);
        multiply_symmetric(z.as_mut(), a.as_ref(), v, self.tile.as_mut());
        let t = self.coefficients.as_ref().submatrix(0, 0, count, count);
        // Z·T⁻¹ = (T⁻ᵀ·Zᵀ)ᵀ.
        solve_lower_triangular_in_place(t.transpose(), z.as_mut().transpose_mut(), Par::Seq);
        let mut inner = self.inner.as_mut().submatrix_mut(0, 0, count, count);
        matmul(inner.as_mut(), Accum::Replace, v.transpose(), z.as_ref(), 1.0, Par::Seq);
        solve_lower_triangular_in_place(t.transpose(), inner.as_mut(), Par::Seq);
        matmul(z.as_mut(), Accum::Add, v, inner.as_ref(), -0.5, Par::Seq);
        let vzv = self.vzv.as_ref();
        triangular::matmul(
            a.as_mut(),
            BlockStructure::TriangularLower,
            Accum::Add,
            vzv.submatrix(0, 0, rows, 2 * count),
            BlockStructure::Rectangular,
            vzv.submatrix(0, count, rows, 2 * count).transpose(),
            BlockStructure::Rectangular,
            -1.0,
            Par::Seq,
        );
    }
}

/// out += A·V for a symmetric A of which only the lower triangle is read: 2·n²·k flops.
fn multiply_symmetric(
    mut out: MatMut<'_, f64>,
    a: MatRef<'_, f64>,
    v: MatRef<'_, f64>,
    mut tile: MatMut<'_, f64>,
) {
    let (n, k) = (a.nrows(), v.ncols());
    for start in (0..n).step_by(TILE) {
        let cols = TILE.min(n - start);
        let end = start + cols;
        let mut whole = tile.as_mut().submatrix_mut(0, 0, cols, cols);
        for j in 0..cols {
            for i in j..cols {
                let x = a[(start + i, start + j)];
                whole[(i, j)] = x;
                whole[(j, i)] = x;
            }
        }
        let (above, below) = out.as_mut().split_at_row_mut(end);
        let mut here = above.submatrix_mut(start, 0, cols, k);
        let v_here = v.submatrix(start, 0, cols, k);
        matmul(here.as_mut(), Accum::Add, whole.as_ref(), v_here, 1.0, Par::Seq);
        if end < n {
            let left = a.submatrix(end, start, n - end, cols);
            matmul(below, Accum::Add, left, v_here, 1.0, Par::Seq);
            matmul(here, Accum::Add, left.transpose(), v.submatrix(end, 0, n - end, k), 1.0, Par::Seq);
        }
    }
}
