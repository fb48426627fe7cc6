//! Spectra whose truth is known by algebra.

use heavytail_spectra::frequency::{frequency_count, frequency_spectra};
use heavytail_spectra::{
    BlockLayout, DenseMatrix, Error, Matrix, ReadError, SpectrumMethod, SpectrumOptions, spectrum,
};
use std::ops::Range;

/// A matrix with fixed pseudo-random elements in [-1, 1].
pub(crate) fn noise(rows: usize, cols: usize) -> DenseMatrix {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ (rows * 1000 + cols) as u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    };
    let elements = (0..rows * cols).map(|_| next()).collect();
    DenseMatrix::new(rows, cols, elements).unwrap()
}

/// The same matrix, handed over column by column.
struct ByColumns<'a>(&'a DenseMatrix);

impl Matrix for ByColumns<'_> {
    fn rows(&self) -> usize {
        self.0.rows()
    }

    fn cols(&self) -> usize {
        self.0.cols()
    }

    fn layout(&self) -> BlockLayout {
        BlockLayout::ColumnMajor
    }

    fn read(&self, rows: Range<usize>, out: &mut [f64]) -> Result<(), ReadError> {
        let (count, cols) = (rows.len(), self.cols());
        for (at, out) in out.iter_mut().enumerate() {
            *out = self.0.elements()[(rows.start + at % count) * cols + at / count];
        }
        Ok(())
    }
}

#[test]
fn a_diagonal_matrix_has_its_squares() {
    let mut elements = vec![0.0; 7 * 5];
    for i in 0..5 {
        elements[i * 5 + i] = (i + 1) as f64;
    }
    let spectrum = spectrum(&DenseMatrix::new(7, 5, elements).unwrap(), &SpectrumOptions::default()).unwrap();
    for (i, lambda) in spectrum.eigenvalues.iter().enumerate() {
        assert!((lambda - ((i + 1) * (i + 1)) as f64).abs() < 1e-13);
    }
    assert!((spectrum.singular_max - 5.0).abs() < 1e-14);
    assert!((spectrum.singular_min - 1.0).abs() < 1e-14);
    assert_eq!((spectrum.rank_loss, spectrum.method), (0, SpectrumMethod::Gram));
}

#[test]
fn the_sum_of_eigenvalues_is_the_sum_of_squares() {
    for (rows, cols) in [(1, 1), (2, 1), (19, 19), (20, 19), (127, 64), (300, 129), (1000, 257)] {
        let w = noise(rows, cols);
        let squares: f64 = w.elements().iter().map(|x| x * x).sum();
        let spectrum = spectrum(&w, &SpectrumOptions::default()).unwrap();
        let sum: f64 = spectrum.eigenvalues.iter().sum();
        assert!((sum - squares).abs() < 1e-13 * squares, "{rows}×{cols}: {sum} {squares}");
        assert!(spectrum.eigenvalues.is_sorted());
    }
}

#[test]
fn blocks_and_layout_do_not_matter_beyond_rounding() {
    let w = noise(700, 90);
    let whole = spectrum(&w, &SpectrumOptions::default()).unwrap();
    let mut options = SpectrumOptions::default();
    options.block_bytes = 1;
    for other in [spectrum(&w, &options).unwrap(), spectrum(&ByColumns(&w), &options).unwrap()] {
        for (a, b) in whole.eigenvalues.iter().zip(&other.eigenvalues) {
            assert!((a - b).abs() < 1e-13 * whole.eigenvalues[89]);
        }
    }
    let read = DenseMatrix::read(&ByColumns(&w)).unwrap();
    assert_eq!(read, w);
}

#[test]
fn a_dead_column_is_lost_rank_and_found_by_the_svd() {
    let mut w = noise(200, 40);
    w.elements_mut().iter_mut().skip(7).step_by(40).for_each(|x| *x = 0.0);
    let spectrum = spectrum(&w, &SpectrumOptions::default()).unwrap();
    assert_eq!((spectrum.rank_loss, spectrum.method), (1, SpectrumMethod::Svd));
    assert!(spectrum.singular_min <= 1e-14 * spectrum.singular_max);
}

#[test]
fn a_zero_matrix_has_lost_all_rank() {
    let zero = DenseMatrix::new(9, 4, vec![0.0; 36]).unwrap();
    let spectrum = spectrum(&zero, &SpectrumOptions::default()).unwrap();
    assert_eq!(spectrum.rank_loss, 4);
    assert_eq!(spectrum.eigenvalues, [0.0; 4]);
}

#[test]
fn a_power_of_two_scales_the_spectrum_exactly() {
    let w = noise(60, 30);
    let plain = spectrum(&w, &SpectrumOptions::default()).unwrap();
    for exponent in [-500, -3, 40, 500] {
        let factor = f64::from(exponent).exp2();
        let scaled = w.elements().iter().map(|x| x * factor).collect();
        let scaled =
            spectrum(&DenseMatrix::new(60, 30, scaled).unwrap(), &SpectrumOptions::default()).unwrap();
        for (a, b) in plain.eigenvalues.iter().zip(&scaled.eigenvalues) {
            let expected = a * factor * factor;
            assert!((expected - b).abs() <= 1e-13 * scaled.eigenvalues[29], "{exponent}: {expected:e} {b:e}");
        }
    }
}

#[test]
fn a_nan_is_refused_with_its_position() {
    let mut w = noise(300, 11);
    w.elements_mut()[211 * 11 + 3] = f64::NAN;
    w.elements_mut()[250 * 11 + 1] = f64::INFINITY;
    let mut options = SpectrumOptions::default();
    options.block_bytes = 1;
    for refused in [spectrum(&w, &options), spectrum(&ByColumns(&w), &options)] {
        assert!(matches!(refused, Err(Error::NotFinite { row: 211, column: 3, .. })), "{refused:?}");
    }
}

#[test]
fn a_wide_or_empty_matrix_is_refused() {
    assert!(matches!(DenseMatrix::new(2, 3, vec![0.0; 6]), Err(Error::Shape { rows: 2, cols: 3 })));
    assert!(matches!(DenseMatrix::new(2, 0, Vec::new()), Err(Error::Shape { .. })));
    let wide = DenseMatrix::from_wide(2, 3, &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]).unwrap();
    assert_eq!(wide.elements(), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
}

/// The whole convolution of a kernel on a periodic image as one matrix: outputs × inputs, pixels inside channels.
fn circulant(positions: &[DenseMatrix], kernel: (usize, usize), side: usize) -> DenseMatrix {
    let (outputs, inputs, pixels) = (positions[0].rows(), positions[0].cols(), side * side);
    let mut elements = vec![0.0; outputs * pixels * inputs * pixels];
    for (position, matrix) in positions.iter().enumerate() {
        let (a, b) = (position / kernel.1, position % kernel.1);
        for (x, y) in (0..side).flat_map(|x| (0..side).map(move |y| (x, y))) {
            let (from, to) = (x * side + y, (x + a) % side * side + (y + b) % side);
            for (output, input) in (0..outputs).flat_map(|o| (0..inputs).map(move |i| (o, i))) {
                let element = matrix.elements()[output * inputs + input];
                elements[(output * pixels + to) * inputs * pixels + input * pixels + from] += element;
            }
        }
    }
    DenseMatrix::new(outputs * pixels, inputs * pixels, elements).unwrap()
}

#[test]
fn the_frequencies_of_a_kernel_have_the_singular_values_of_the_whole_convolution() {
    let (kernel, side) = ((2, 3), 6);
    let elements = noise(6 * 5, 4);
    let matrix = |elements: &[f64]| DenseMatrix::new(5, 4, elements.to_vec()).unwrap();
    let positions: Vec<DenseMatrix> = elements.elements().chunks_exact(5 * 4).map(matrix).collect();
    let found = frequency_spectra(&positions, kernel, side, &SpectrumOptions::default()).unwrap();
    assert_eq!(found.len(), frequency_count(side));
    // Conjugate pairs count twice, the four frequencies that are their own conjugates once.
    let mut sums = [0.0; 2];
    for one in &found {
        sums[0] += one.eigenvalues.iter().sum::<f64>();
        sums[1] += one.eigenvalues.iter().map(|lambda| lambda * lambda).sum::<f64>();
    }
    let whole = spectrum(&circulant(&positions, kernel, side), &SpectrumOptions::default()).unwrap();
    let largest = found.iter().map(|one| one.singular_max).fold(0.0, f64::max);
    assert!((largest / whole.singular_max - 1.0).abs() < 1e-12);
    for lambda in found.iter().flat_map(|one| &one.eigenvalues) {
        let near = whole.eigenvalues.partition_point(|other| *other < lambda - 1e-9);
        assert!((whole.eigenvalues[near] - lambda).abs() < 1e-9, "{lambda}");
    }
    let total: f64 = whole.eigenvalues.iter().sum();
    assert!(sums[0] > total / 2.0 && sums[0] < total);
}
