//! A symmetric matrix and a thin one in, their product out.
//!
//! 2·n²·k flops for n×n and n×k. Only the lower triangle is read, once from memory: every square piece of it is used
//! as it stands and, while the second cache still holds it, turned over for its place above the diagonal.

use pulp::{Arch, Simd, WithSimd};

use crate::kernel::{
    Aligned, Along, Operand, WithTiles, add_part, add_tile, pack, packed_len, tile, tile_of_columns,
    tile_of_rows, with_tiles,
};

/// Side of a piece: a whole number of tiles of every width, and small enough for a second cache of 256 KiB.
const PIECE: usize = 144;

/// Buffers, used again for every product.
#[derive(Debug, Default)]
pub(crate) struct SymmetricProduct {
    thin: Aligned,
    turned: Aligned,
    square: Vec<f64>,
    product: Aligned,
    lead: usize,
}

impl SymmetricProduct {
    /// A·V for the n×n matrix whose lower triangle is in `a`, columns `lead` apart, and the n×k matrix V.
    ///
    /// The product is row-major, with the rows as far apart as the second value says.
    pub(crate) fn multiply(
        &mut self,
        (a, lead, n): (&[f64], usize, usize),
        (v, v_lead, k): (&[f64], usize, usize),
    ) -> (&mut [f64], usize) {
        let thin = Operand { elements: v, lead: v_lead, along: Along::Depth };
        Arch::new().dispatch(Multiply { buffers: self, a, lead, n, thin, k });
        (self.product.take(n * self.lead), self.lead)
    }
}

struct Multiply<'a> {
    buffers: &'a mut SymmetricProduct,
    a: &'a [f64],
    lead: usize,
    n: usize,
    thin: Operand<'a>,
    k: usize,
}

impl WithSimd for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        with_tiles(simd, self);
    }
}

impl WithTiles for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd, const V: usize, const COLS: usize>(self, simd: S) {
        let Self { buffers, a, lead, n, thin, k } = self;
        let height = V * S::F64_LANES;
        buffers.lead = k.next_multiple_of(height);
        let packed = buffers.thin.take(packed_len(k, n, height));
        pack(packed, height, k, n, thin);
        let out = buffers.product.take(n * buffers.lead);
        out.fill(0.0);
        let mut out = Product { out, lead: buffers.lead, left: Left { packed, height, depth: n } };
        let turned = buffers.turned.take(packed_len(PIECE, PIECE, COLS));
        for j in (0..n).step_by(PIECE) {
            let cols = PIECE.min(n - j);
            let square = fill_square(&mut buffers.square, &a[j * lead + j..], lead, cols);
            let whole = Operand { elements: square, lead: cols, along: Along::Rows };
            pack(&mut turned[..packed_len(cols, cols, COLS)], COLS, cols, cols, whole);
            out.add_packed::<S, V, COLS>(simd, (j, cols), turned, (j, cols));
            for i in (j + cols..n).step_by(PIECE) {
                let rows = PIECE.min(n - i);
                let piece = &a[j * lead + i..];
                if k <= height && rows == PIECE {
                    out.add_rows::<S, V, COLS>(simd, (j, cols), (piece, lead), (i, rows));
                } else {
                    let rows_first = Operand { elements: piece, lead, along: Along::Rows };
                    pack(&mut turned[..packed_len(rows, cols, COLS)], COLS, rows, cols, rows_first);
                    out.add_packed::<S, V, COLS>(simd, (j, cols), turned, (i, rows));
                }
                out.add_columns::<S, V, COLS>(simd, (i, rows), (piece, lead), (j, cols));
            }
        }
    }
}

/// A diagonal piece, both triangles.
fn fill_square<'a>(square: &'a mut Vec<f64>, a: &[f64], lead: usize, side: usize) -> &'a [f64] {
    square.resize(side * side, 0.0);
    for j in 0..side {
        for i in j..side {
            let x = a[j * lead + i];
            square[j * side + i] = x;
            square[i * side + j] = x;
        }
    }
    square
}

/// The packed thin matrix, k rows by `depth`.
struct Left<'a> {
    packed: &'a [f64],
    height: usize,
    depth: usize,
}

impl Left<'_> {
    /// One panel after the other, of each the part that belongs to some rows of the thin matrix.
    fn panels(&self, (start, count): (usize, usize)) -> impl Iterator<Item = &[f64]> {
        let range = start * self.height..(start + count) * self.height;
        self.packed.chunks_exact(self.depth * self.height).map(move |panel| &panel[range.clone()])
    }
}

/// The product under way.
struct Product<'a> {
    out: &'a mut [f64],
    lead: usize,
    left: Left<'a>,
}

impl Product<'_> {
    /// Adds what a packed piece, `to` rows by `from` columns, makes of the rows `from` of the thin matrix.
    #[inline(always)]
    fn add_packed<S: Simd, const V: usize, const COLS: usize>(
        &mut self,
        simd: S,
        from: (usize, usize),
        piece: &[f64],
        (start, count): (usize, usize),
    ) {
        let height = self.left.height;
        for (at, left) in self.left.panels(from).enumerate() {
            for (right, i) in piece.chunks_exact(from.1 * COLS).zip((0..count).step_by(COLS)) {
                let sums = tile::<S, V, COLS, 1>(simd, left, right);
                let out = &mut self.out[(start + i) * self.lead + at * height..];
                let cols = COLS.min(count - i);
                if cols == COLS {
                    add_tile(simd, out, self.lead, 1.0, &sums);
                } else {
                    add_part(simd, out, self.lead, 1.0, &sums, (height, cols));
                }
            }
        }
    }

    /// As [`add_packed`](Self::add_packed) for a whole piece that lies in the matrix; worth it where it is read once.
    #[inline(always)]
    fn add_rows<S: Simd, const V: usize, const COLS: usize>(
        &mut self,
        simd: S,
        from: (usize, usize),
        (piece, lead): (&[f64], usize),
        (start, count): (usize, usize),
    ) {
        let height = self.left.height;
        for (at, left) in self.left.panels(from).enumerate() {
            for i in (0..count).step_by(COLS) {
                let sums = tile_of_rows::<S, V, COLS>(simd, left, &piece[i..], lead);
                add_tile(simd, &mut self.out[(start + i) * self.lead + at * height..], self.lead, 1.0, &sums);
            }
        }
    }

    /// Adds what a piece, `from` rows by `to` columns, makes of the rows `from` of the thin matrix when turned over.
    #[inline(always)]
    fn add_columns<S: Simd, const V: usize, const COLS: usize>(
        &mut self,
        simd: S,
        from: (usize, usize),
        (piece, lead): (&[f64], usize),
        (start, count): (usize, usize),
    ) {
        let height = self.left.height;
        for (at, left) in self.left.panels(from).enumerate() {
            for j in (0..count).step_by(COLS) {
                let mut right = [&piece[..0]; COLS];
                for (c, right) in right.iter_mut().enumerate() {
                    *right = &piece[(j + c) * lead..][..from.1];
                }
                let sums = tile_of_columns::<S, V, COLS>(simd, left, right);
                add_tile(simd, &mut self.out[(start + j) * self.lead + at * height..], self.lead, 1.0, &sums);
            }
        }
    }
}
