//! The largest eigenvalues alone, against all of them.

use heavytail_spectra::top::top_eigenvalues;
use heavytail_spectra::{DenseMatrix, SpectrumOptions, spectrum};

use crate::algebra::noise;

/// Noise with sixty columns that shrink step by step, so that the largest eigenvalues lie apart.
fn heavy(rows: usize, cols: usize, factor: f64) -> DenseMatrix {
    let mut w = noise(rows, cols);
    for row in w.elements_mut().chunks_exact_mut(cols) {
        for (j, x) in row.iter_mut().enumerate() {
            *x *= factor * 0.8_f64.powi(j.min(60) as i32);
        }
    }
    w
}

fn assert_top(w: &DenseMatrix, k: usize, blocks: impl Fn(usize) -> bool) {
    let all = spectrum(w, &SpectrumOptions::default()).unwrap().eigenvalues;
    let top = top_eigenvalues(w, k, 7).unwrap();
    assert!(blocks(top.blocks), "{} blocks", top.blocks);
    let expected = &all[all.len() - k.min(all.len())..];
    assert_eq!(top.eigenvalues.len(), expected.len());
    let largest = all[all.len() - 1];
    for (found, expected) in top.eigenvalues.iter().zip(expected) {
        let tolerance = 1e-8 * expected + 4.0 * all.len() as f64 * f64::EPSILON * largest;
        assert!((found - expected).abs() <= tolerance, "{found:e} for {expected:e}");
    }
}

#[test]
fn the_tail_of_a_heavy_spectrum_is_found_without_the_rest() {
    let w = heavy(1100, 1040, 1.0);
    for k in [1, 5, 20] {
        assert_top(&w, k, |blocks| blocks > 0);
    }
}

#[test]
fn what_the_space_can_not_hold_is_found_among_all() {
    let w = heavy(300, 200, 1.0);
    for k in [0, 1, 50, 200, 999] {
        assert_top(&w, k, |blocks| blocks == 0);
    }
    // Noise without a tail settles too slowly for a quarter of M.
    assert_top(&noise(1100, 1040), 20, |blocks| blocks == 0);
}

#[test]
fn scales_near_the_ends_of_the_range_change_nothing() {
    for exponent in [-450, 450] {
        assert_top(&heavy(1100, 1040, f64::from(exponent).exp2()), 5, |blocks| blocks > 0);
    }
}

#[test]
fn low_ranks_and_repeated_values_are_counted_as_often_as_they_occur() {
    let (rows, cols) = (1100, 1040);
    for rank in [3, 40, 90] {
        let mut elements = vec![0.0; rows * cols];
        for i in 0..rank {
            elements[i * cols + (i * 7) % cols] = 3.0;
        }
        assert_top(&DenseMatrix::new(rows, cols, elements).unwrap(), 60, |_| true);
    }
    assert_top(&DenseMatrix::new(rows, cols, vec![0.0; rows * cols]).unwrap(), 4, |_| true);
}

#[test]
fn a_seed_names_its_bits() {
    let w = heavy(1100, 1040, 1.0);
    let bits = |seed| top_eigenvalues(&w, 8, seed).unwrap().eigenvalues.into_iter().map(f64::to_bits);
    assert!(bits(1).eq(bits(1)));
    assert!(!bits(1).eq(bits(2)));
}
