//! The number of a grid point in, its elements out: the tables of GGUF's IQ types.
//!
//! The points are data of the format, kept in `grids/` as the format's reference packs them (its README says where
//! they are from): two bits an element in grids of eight, four bits in grids of four.

/// Points of `N` elements in two bytes, low bits first; the bits of each choose one of a few values.
pub(crate) struct Grid<const N: usize> {
    points: &'static [u8],
    values: &'static [f32],
}

impl<const N: usize> Grid<N> {
    /// The elements of a point; zeros for one past the last, which no code reaches.
    pub(crate) fn point(&self, number: u16) -> [f32; N] {
        let (points, _) = self.points.as_chunks::<2>();
        let packed = points.get(usize::from(number)).copied().unwrap_or([0; 2]);
        let bits = 16 / N;
        let mask = (1_u8 << bits) - 1;
        let codes = packed.into_iter().flat_map(|byte| (0..8).step_by(bits).map(move |at| byte >> at & mask));
        let mut elements = [0.0; N];
        for (element, code) in elements.iter_mut().zip(codes) {
            *element = self.values.get(usize::from(code)).copied().unwrap_or(0.0);
        }
        elements
    }
}

const LEVELS: &[f32] = &[8.0, 25.0, 43.0];

pub(crate) static IQ2_XXS: Grid<8> =
    Grid { points: include_bytes!("../../grids/iq2_xxs.bin"), values: LEVELS };
pub(crate) static IQ2_XS: Grid<8> = Grid { points: include_bytes!("../../grids/iq2_xs.bin"), values: LEVELS };
pub(crate) static IQ2_S: Grid<8> = Grid { points: include_bytes!("../../grids/iq2_s.bin"), values: LEVELS };
pub(crate) static IQ3_XXS: Grid<4> = Grid {
    points: include_bytes!("../../grids/iq3_xxs.bin"),
    values: &[4.0, 12.0, 20.0, 28.0, 36.0, 44.0, 52.0, 62.0],
};
pub(crate) static IQ3_S: Grid<4> = Grid {
    points: include_bytes!("../../grids/iq3_s.bin"),
    values: &[1.0, 3.0, 5.0, 7.0, 9.0, 11.0, 13.0, 15.0],
};
pub(crate) static IQ1: Grid<8> =
    Grid { points: include_bytes!("../../grids/iq1_s.bin"), values: &[-1.0, 0.0, 1.0] };
