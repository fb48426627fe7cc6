//! A dense symmetric matrix in, an orthogonally similar band matrix out: the first of two stages to the tridiagonal.
//!
//! Column panels as wide as the band are reduced by a blocked Householder QR, and the rest is updated from both sides at
//! once: 4/3·n³ flops, all but n²·b of them in matrix products, where going straight to the tridiagonal does half in
//! products of a matrix with a vector, at the pace of memory. Bischof, Lang and Sun, "A framework for symmetric band
//! reduction" (2000).

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::matmul::matmul;
use faer::linalg::qr::no_pivoting::factor;
use faer::linalg::triangular_solve::solve_lower_triangular_in_place;
use faer::{Accum, Mat, MatMut, MatRef, Par, Spec};

use crate::LowerTriangle;
use crate::kernel::{Along, Operand};
use crate::rank_update::RankUpdate;
use crate::stop::checkpoint;
use crate::symmetric_product::SymmetricProduct;

/// A symmetric band matrix: the diagonal and `width` diagonals below it.
pub struct Band {
    /// Side.
    pub n: usize,
    /// Number of diagonals below the main one.
    pub width: usize,
    /// Element (i, j), i ≥ j, is at `j·stride + i − j`; room for 2·width − 1 diagonals below the main one, and `width`
    /// empty columns at the end, so that bulges fit.
    pub elements: Vec<f64>,
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

/// Reduces a symmetric matrix to a band of `width`; `a` is spent.
pub fn to_band(a: &mut LowerTriangle, width: usize) -> Band {
    let (n, lead) = (a.side(), a.lead());
    let mut band = Band::new(n, width);
    let mut work = Workspace::new(n, lead, width);
    let mut start = 0;
    while start < n {
        checkpoint();
        let cols = width.min(n - start);
        keep_diagonal(&mut band, a, start, cols);
        let below = n - start - cols;
        if below == 0 {
            break;
        }
        let whole = MatRef::from_column_major_slice(a.elements(), lead, n);
        let reflectors = work.factor(whole.submatrix(start + cols, start, below, cols));
        keep_triangle(&mut band, work.panel.as_ref().submatrix(0, 0, below.min(cols), cols), start);
        work.update(&mut a.elements_mut()[(start + cols) * (lead + 1)..], lead, below, reflectors);
        start += cols;
    }
    band
}

/// Copies the lower triangle of a diagonal block.
fn keep_diagonal(band: &mut Band, a: &LowerTriangle, start: usize, cols: usize) {
    let stride = band.stride();
    for j in start..start + cols {
        let len = start + cols - j;
        band.elements[j * stride..][..len].copy_from_slice(&a.column(j)[..len]);
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
    /// Elements from one column of `vzv` to the next.
    lead: usize,
    /// The panel, then its factors.
    panel: Mat<f64>,
    /// Side by side V, Z and V again, so that (V Z) and (Z V) are both in it; column-major.
    vzv: Vec<f64>,
    /// T of the block reflector 1 − V·T⁻¹·Vᵀ.
    coefficients: Mat<f64>,
    /// T⁻ᵀ, VᵀY, and what comes between.
    small: [Mat<f64>; 3],
    scratch: MemBuffer,
    product: SymmetricProduct,
    update: RankUpdate,
}

impl Workspace {
    fn new(n: usize, lead: usize, width: usize) -> Self {
        let req = factor::qr_in_place_scratch::<f64>(n, width, width, Par::Seq, Spec::default());
        Self {
            lead,
            panel: Mat::zeros(n, width),
            vzv: vec![0.0; 3 * lead * width],
            coefficients: Mat::zeros(width, width),
            small: [(); 3].map(|()| Mat::zeros(width, width)),
            scratch: MemBuffer::new(req),
            product: SymmetricProduct::default(),
            update: RankUpdate::default(),
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
        for j in 0..count {
            let v = &mut self.vzv[j * self.lead..][..rows];
            v[..j].fill(0.0);
            v[j] = 1.0;
            for (v, x) in v[j + 1..].iter_mut().zip(own.as_ref().col(j).subrows(j + 1, rows - j - 1).iter()) {
                *v = *x;
            }
            self.vzv.copy_within(j * self.lead..j * self.lead + rows, (2 * count + j) * self.lead);
        }
        count
    }

    /// A ← QᵀAQ for the last panel's Q = 1 − V·T⁻¹·Vᵀ: A − V·Zᵀ − Z·Vᵀ with Z = Y − ½·V·T⁻ᵀ·VᵀY and Y = A·V·T⁻¹.
    fn update(&mut self, a: &mut [f64], lead: usize, rows: usize, count: usize) {
        let v_lead = self.lead;
        let (v, zv) = self.vzv.split_at_mut(count * v_lead);
        let (y, y_lead) = self.product.multiply((a, lead, rows), (v, v_lead, count));
        let y = MatRef::from_row_major_slice(y, rows, y_lead).subcols(0, count);
        let v = MatRef::from_column_major_slice(v, v_lead, count).subrows(0, rows);
        let t = self.coefficients.as_ref().submatrix(0, 0, count, count);
        // T⁻ᵀ itself, as in LAPACK: T is as small as the band is narrow, and well conditioned.
        let [mut solved, mut inner, mut half] =
            self.small.each_mut().map(|of| of.as_mut().submatrix_mut(0, 0, count, count));
        solved.as_mut().fill(0.0);
        solved.as_mut().diagonal_mut().fill(1.0);
        solve_lower_triangular_in_place(t.transpose(), solved.as_mut(), Par::Seq);
        let inverse = solved.as_ref();
        matmul(inner.as_mut(), Accum::Replace, v.transpose(), y, 1.0, Par::Seq);
        matmul(half.as_mut(), Accum::Replace, inverse, inner.as_ref(), 1.0, Par::Seq);
        matmul(inner.as_mut(), Accum::Replace, half.as_ref(), inverse.transpose(), -0.5, Par::Seq);
        let mut whole = MatMut::from_column_major_slice_mut(&mut zv[..count * v_lead], v_lead, count);
        let mut z = whole.as_mut().subrows_mut(0, rows);
        matmul(z.as_mut(), Accum::Replace, y, inverse.transpose(), 1.0, Par::Seq);
        matmul(z, Accum::Add, v, inner.as_ref(), 1.0, Par::Seq);
        let left = Operand { elements: &self.vzv, lead: v_lead, along: Along::Rows };
        let right = Operand { elements: &self.vzv[count * v_lead..], ..left };
        self.update.add((a, lead, rows), -1.0, (left, right, 2 * count));
    }
}
