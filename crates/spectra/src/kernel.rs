//! Packed panels of two operands in, tiles of their product out: the inner loop of everything of order three.
//!
//! The product of an m×k and a k×n operand is made of tiles that stay in the registers while k runs: two or
//! three vectors high and six or eight columns wide. The left operand is packed in panels as high as a tile, the right one in panels as wide, both
//! with k outermost, so that the loop reads two streams (Goto and van de Geijn, "Anatomy of high-performance matrix
//! multiplication", 2008). A multiplication and an addition for each of m·n·k, some nine tenths of what the machine's
//! units can do.

use std::ops::Range;

use pulp::{Arch, Simd, WithSimd};

/// Steps of the sum between two looks at its end: what counting costs is a tenth of a step.
const UNROLL: usize = 4;

/// Lines of memory that are packed side by side: as many as the first cache has ways, since lines that are a power of two
/// apart share one of its sets.
const STREAMS: usize = 8;

/// A tile: columns of vectors.
pub(crate) type Tile<T, const V: usize, const COLS: usize> = [[T; V]; COLS];

/// Something to be done with the tiles that fill the registers of this kind of vectors.
pub(crate) trait WithTiles {
    /// What comes of it.
    type Output;

    /// Does it with tiles of `V` vectors by `COLS` columns.
    fn run<S: Simd, const V: usize, const COLS: usize>(self, simd: S) -> Self::Output;
}

/// Chooses the tile: of sixteen registers three are left for the operands, of thirty-two eight.
///
/// Using all sixteen makes the compiler move sums between registers, which costs half the speed.
#[inline(always)]
pub(crate) fn with_tiles<S: Simd, W: WithTiles>(simd: S, work: W) -> W::Output {
    if matches!(S::F64_LANES, 2 | 8) { work.run::<S, 3, 8>(simd) } else { work.run::<S, 2, 6>(simd) }
}

/// Rows of a tile with the vectors of this machine.
pub(crate) fn tile_height() -> usize {
    struct Height;
    impl WithTiles for Height {
        type Output = usize;
        #[inline(always)]
        fn run<S: Simd, const V: usize, const COLS: usize>(self, _simd: S) -> usize {
            V * S::F64_LANES
        }
    }
    struct Ask;
    impl WithSimd for Ask {
        type Output = usize;
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> usize {
            with_tiles(simd, Height)
        }
    }
    Arch::new().dispatch(Ask)
}

/// How the elements of an operand lie in its slice; rows are those of the product, depth is what is summed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Along {
    /// Element (i, p) is at `p·lead + i`.
    Rows,
    /// Element (i, p) is at `i·lead + p`.
    Depth,
}

/// An operand with as many rows as its user says.
#[derive(Clone, Copy)]
pub(crate) struct Operand<'a> {
    pub(crate) elements: &'a [f64],
    pub(crate) lead: usize,
    pub(crate) along: Along,
}

/// A buffer whose first element in use begins a cache line, so that no vector straddles two.
#[derive(Debug, Default)]
pub(crate) struct Aligned {
    buffer: Vec<f64>,
}

impl Aligned {
    /// Elements in a cache line of 64 bytes.
    const LINE: usize = 8;

    /// The first `len` elements, whatever they hold.
    pub(crate) fn take(&mut self, len: usize) -> &mut [f64] {
        if self.buffer.len() < len + Self::LINE {
            self.buffer = vec![0.0; len + Self::LINE];
        }
        // Where an address can't be aligned, any start is right, only slower.
        let start = self.buffer.as_ptr().align_offset(64).min(Self::LINE);
        &mut self.buffer[start..][..len]
    }
}

/// Elements that [`pack`] writes for `rows`×`depth` in panels of `height`.
pub(crate) const fn packed_len(rows: usize, depth: usize, height: usize) -> usize {
    rows.div_ceil(height) * height * depth
}

/// Packs `rows`×`depth` of an operand in panels of `height` rows; rows beyond the last are zero.
#[inline(always)]
pub(crate) fn pack(out: &mut [f64], height: usize, rows: usize, depth: usize, from: Operand<'_>) {
    pack_part(out, height, rows, (depth, 0..depth), from);
}

/// Packs an operand as a part of the depth of such panels, which are `depth` deep in all.
#[inline(always)]
pub(crate) fn pack_part(
    out: &mut [f64],
    height: usize,
    rows: usize,
    (depth, part): (usize, Range<usize>),
    from: Operand<'_>,
) {
    match from.along {
        Along::Rows => {
            for first in part.clone().step_by(STREAMS) {
                let stream = first..(first + STREAMS).min(part.end);
                let elements = from.elements.get((first - part.start) * from.lead..).unwrap_or_default();
                pack_streams(out, height, rows, (depth, stream), Operand { elements, ..from });
            }
        }
        Along::Depth => {
            for (panel, start) in out.chunks_exact_mut(height * depth).zip((0..rows).step_by(height)) {
                let panel = &mut panel[part.start * height..part.end * height];
                let count = height.min(rows - start);
                if count < height {
                    panel.fill(0.0);
                }
                for i in 0..count {
                    let row = &from.elements[(start + i) * from.lead..][..part.len()];
                    for (x, out) in row.iter().zip(panel[i..].iter_mut().step_by(height)) {
                        *out = *x;
                    }
                }
            }
        }
    }
}

/// Packs a few steps of the depth of all panels.
#[inline(always)]
fn pack_streams(
    out: &mut [f64],
    height: usize,
    rows: usize,
    (depth, part): (usize, Range<usize>),
    from: Operand<'_>,
) {
    for (panel, start) in out.chunks_exact_mut(height * depth).zip((0..rows).step_by(height)) {
        let panel = panel[part.start * height..part.end * height].chunks_exact_mut(height);
        if start + height <= rows {
            for (p, out) in (0..part.len()).zip(panel) {
                out.copy_from_slice(&from.elements[p * from.lead + start..][..height]);
            }
        } else {
            let count = rows - start;
            for (p, out) in (0..part.len()).zip(panel) {
                out[..count].copy_from_slice(&from.elements[p * from.lead + start..][..count]);
                out[count..].fill(0.0);
            }
        }
    }
}

/// The product of a packed left panel and a packed right panel, both as deep as the shorter.
///
/// The right panel is as wide as the tile, or `WIDTHS` times as wide, and then its first columns are meant.
#[inline(always)]
pub(crate) fn tile<S: Simd, const V: usize, const COLS: usize, const WIDTHS: usize>(
    simd: S,
    left: &[f64],
    right: &[f64],
) -> Tile<S::f64s, V, COLS> {
    let mut sums = [[simd.splat_f64s(0.0); V]; COLS];
    let left = S::as_simd_f64s(left).0.as_chunks::<V>().0.as_chunks::<UNROLL>();
    let right = right.as_chunks::<COLS>().0.as_chunks::<WIDTHS>().0.as_chunks::<UNROLL>();
    for (a, b) in left.0.iter().zip(right.0) {
        for p in 0..UNROLL {
            add_outer(simd, &mut sums, &a[p], &b[p][0]);
        }
    }
    for (a, b) in left.1.iter().zip(right.1) {
        add_outer(simd, &mut sums, a, &b[0]);
    }
    sums
}

/// sums += a·bᵀ.
#[inline(always)]
fn add_outer<S: Simd, const V: usize, const COLS: usize>(
    simd: S,
    sums: &mut Tile<S::f64s, V, COLS>,
    a: &[S::f64s; V],
    b: &[f64; COLS],
) {
    for j in 0..COLS {
        let b = simd.splat_f64s(b[j]);
        for i in 0..V {
            sums[j][i] = simd.mul_add_e_f64s(a[i], b, sums[j][i]);
        }
    }
}

/// As [`tile`], the right panel being `COLS` columns that need no packing.
#[inline(always)]
pub(crate) fn tile_of_columns<S: Simd, const V: usize, const COLS: usize>(
    simd: S,
    left: &[f64],
    right: [&[f64]; COLS],
) -> Tile<S::f64s, V, COLS> {
    let mut sums = [[simd.splat_f64s(0.0); V]; COLS];
    let left = S::as_simd_f64s(left).0.as_chunks::<V>().0;
    let depth = left.len();
    let right = right.map(|column| &column[..depth]);
    for (p, a) in left.iter().enumerate() {
        for j in 0..COLS {
            let b = simd.splat_f64s(right[j][p]);
            for i in 0..V {
                sums[j][i] = simd.mul_add_e_f64s(a[i], b, sums[j][i]);
            }
        }
    }
    sums
}

/// As [`tile`], the right panel being `COLS` rows of columns that are `lead` apart and need no packing.
#[inline(always)]
pub(crate) fn tile_of_rows<S: Simd, const V: usize, const COLS: usize>(
    simd: S,
    left: &[f64],
    right: &[f64],
    lead: usize,
) -> Tile<S::f64s, V, COLS> {
    let mut sums = [[simd.splat_f64s(0.0); V]; COLS];
    let left = S::as_simd_f64s(left).0.as_chunks::<V>().0;
    for (a, b) in left.iter().zip(right.chunks(lead)) {
        if let Some(b) = b.first_chunk::<COLS>() {
            add_outer(simd, &mut sums, a, b);
        }
    }
    sums
}

/// c ± tile for a whole tile whose columns are `lead` apart.
#[inline(always)]
pub(crate) fn add_tile<S: Simd, const V: usize, const COLS: usize>(
    simd: S,
    c: &mut [f64],
    lead: usize,
    sign: f64,
    tile: &Tile<S::f64s, V, COLS>,
) {
    let sign = simd.splat_f64s(sign);
    let rows = V * S::F64_LANES;
    for j in 0..COLS {
        let column = S::as_mut_simd_f64s(&mut c[j * lead..][..rows]).0;
        for i in 0..V {
            column[i] = simd.mul_add_e_f64s(sign, tile[j][i], column[i]);
        }
    }
}

/// c ± the first `rows`×`cols` of a tile.
#[inline(always)]
pub(crate) fn add_part<S: Simd, const V: usize, const COLS: usize>(
    simd: S,
    c: &mut [f64],
    lead: usize,
    sign: f64,
    tile: &Tile<S::f64s, V, COLS>,
    (rows, cols): (usize, usize),
) {
    let mut column = [simd.splat_f64s(0.0); V];
    for j in 0..cols {
        column.copy_from_slice(&tile[j]);
        let column: &[f64] = pulp::bytemuck::cast_slice(&column);
        for (c, x) in c[j * lead..][..rows].iter_mut().zip(column) {
            *c += sign * x;
        }
    }
}
