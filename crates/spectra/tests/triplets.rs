//! Singular triplets, truncation, products and eigenvectors against the algebra that defines them.

use heavytail_spectra::product::{Factor, product_singular_values};
use heavytail_spectra::symmetric::symmetric_eigen;
use heavytail_spectra::top_vectors::{End, end_vectors};
use heavytail_spectra::truncation::{Keep, top_triplets, truncate};
use heavytail_spectra::vectors::{spectrum_and_shapes, vector_shapes};
use heavytail_spectra::{
    DenseMatrix, Error, LowerTriangle, Matrix, SpectrumMethod, SpectrumOptions, spectrum, svd,
};

use crate::algebra::noise;

/// L·Rᵀ of row-major factors with k columns.
fn product(left: &[f64], right: &[f64], k: usize) -> Vec<f64> {
    left.chunks_exact(k).flat_map(|l| right.chunks_exact(k).map(move |r| dot(l, r))).collect()
}

fn dot(l: &[f64], r: &[f64]) -> f64 {
    l.iter().zip(r).map(|(a, b)| a * b).sum()
}

fn distance(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

#[test]
fn truncation_is_as_near_as_the_dropped_values_allow() {
    let options = SpectrumOptions::default();
    for w in [noise(90, 40), noise(200, 130)] {
        let all = spectrum(&w, &options).unwrap().eigenvalues;
        for k in [0, 1, 13, 40, 99, 117, 130] {
            let (mut kept, mut rest) = (w.clone(), w.clone());
            truncate(&mut kept, Keep::Top(k), &options).unwrap();
            let dropped: f64 = all.iter().rev().skip(k).sum();
            assert!((distance(kept.elements(), w.elements()) - dropped.sqrt()).abs() < 1e-12);
            truncate(&mut rest, Keep::WithoutTop(k), &options).unwrap();
            let sum: Vec<f64> = kept.elements().iter().zip(rest.elements()).map(|(a, b)| a + b).collect();
            assert!(distance(&sum, w.elements()) < 1e-12);
        }
    }
}

/// n×n: noise, the same with two equal rows of zeros, a multiple of the identity, and a few equal values among others.
fn symmetric_matrices(n: usize) -> [Vec<f64>; 4] {
    let w = noise(n, n);
    let noise: Vec<f64> = (0..n * n).map(|at| w.elements()[at] + w.elements()[at % n * n + at / n]).collect();
    let alive = |at: usize| at % n > 1 && at / n > 1;
    let dead = noise.iter().enumerate().map(|(at, x)| if alive(at) { *x } else { 0.0 }).collect();
    let diagonal =
        |of: fn(usize) -> f64| (0..n * n).map(move |at| if at % n == at / n { of(at % n) } else { 0.0 });
    [noise, dead, diagonal(|_| 3.0).collect(), diagonal(|i| (i / 7) as f64).collect()]
}

#[test]
fn the_vectors_of_an_end_span_what_all_vectors_say() {
    let n = 99;
    for (which, a) in symmetric_matrices(n).iter().enumerate() {
        let lower = LowerTriangle::new(a, n).unwrap();
        let all = symmetric_eigen(&lower).unwrap();
        for (end, count) in [(End::Largest, 21), (End::Smallest, 14), (End::Largest, 60), (End::Largest, 0)] {
            let vectors = end_vectors(&mut lower.clone(), count, end).unwrap();
            assert_eq!(vectors.len(), n * count);
            for (k, v) in vectors.chunks_exact(n).enumerate() {
                let value = all.values[if end == End::Largest { n - 1 - k } else { k }];
                let image: Vec<f64> = a.chunks_exact(n).map(|row| dot(row, v)).collect();
                let expected: Vec<f64> = v.iter().map(|x| value * x).collect();
                assert!(distance(&image, &expected) < 1e-10, "matrix {which}, vector {k} of {end:?}");
                for (j, u) in vectors.chunks_exact(n).enumerate() {
                    assert!((dot(u, v) - f64::from(u8::from(j == k))).abs() < 1e-12, "{which}: {j} and {k}");
                }
            }
        }
    }
}

#[test]
fn a_matrix_that_is_not_finite_has_no_vectors() {
    let mut a = symmetric_matrices(80)[0].clone();
    a[81 * 5 + 2] = f64::NAN;
    assert!(matches!(
        end_vectors(&mut LowerTriangle::new(&a, 80).unwrap(), 3, End::Largest),
        Err(Error::NotFinite { row: 7, column: 5, .. })
    ));
}

#[test]
fn triplets_rebuild_the_matrix() {
    let w = noise(50, 20);
    let triplets = top_triplets(&w, 20, &SpectrumOptions::default()).unwrap();
    assert!(triplets.singular.is_sorted_by(|a, b| a >= b));
    let mut rebuilt = vec![0.0; 50 * 20];
    for ((u, sigma), v) in triplets.left.chunks(50).zip(&triplets.singular).zip(triplets.right.chunks(20)) {
        for i in 0..50 {
            for j in 0..20 {
                rebuilt[i * 20 + j] += u[i] * sigma * v[j];
            }
        }
    }
    assert!(distance(&rebuilt, w.elements()) < 1e-12);
}

#[test]
fn a_product_has_the_singular_values_of_the_matrix_it_is() {
    for (p, q, k) in [(60, 50, 8), (30, 20, 40), (25, 60, 25)] {
        let (left, right) = (noise(p.max(k), p.min(k)), noise(q.max(k), q.min(k)));
        let found = product_singular_values(
            Factor::new(p, k, left.elements()).unwrap(),
            Factor::new(q, k, right.elements()).unwrap(),
        )
        .unwrap();
        let x = product(left.elements(), right.elements(), k);
        let x = if p >= q { DenseMatrix::new(p, q, x) } else { DenseMatrix::from_wide(p, q, &x) }.unwrap();
        let all = svd::singular_values(&x, 1 << 20).unwrap();
        let expected = &all[all.len() - p.min(q).min(k)..];
        assert_eq!(found.len(), expected.len());
        assert!(distance(&found, expected) < 1e-12 * expected[expected.len() - 1]);
    }
}

#[test]
fn factors_without_a_common_side_are_refused() {
    let (left, right) = ([1.0; 6], [1.0; 8]);
    let refused =
        product_singular_values(Factor::new(2, 3, &left).unwrap(), Factor::new(2, 4, &right).unwrap());
    assert!(matches!(refused, Err(Error::NoCommonSide { .. })));
    assert!(matches!(
        Factor::new(2, 2, &[1.0, 2.0, f64::NAN, 4.0]),
        Err(Error::NotFinite { row: 1, column: 0, .. })
    ));
}

#[test]
fn singular_values_of_a_graded_matrix_are_exact_where_gram_is_lost() {
    let mut w = noise(64, 12);
    for (at, x) in w.elements_mut().iter_mut().enumerate() {
        *x = if at / 12 == at % 12 { 10.0_f64.powi(-(at as i32 % 12)) } else { 0.0 };
    }
    let spectrum = spectrum(&w, &SpectrumOptions::default()).unwrap();
    for (i, lambda) in spectrum.eigenvalues.iter().rev().enumerate() {
        assert!((lambda.sqrt() / 10.0_f64.powi(-(i as i32)) - 1.0).abs() < 1e-4);
    }
}

#[test]
fn the_smallest_singular_value_keeps_seven_digits_up_to_the_limit_of_gram() {
    let limit = SpectrumOptions::default().small_condition_limit;
    for (rows, cols) in [(30, 30), (90, 64), (256, 256), (512, 512), (4000, 200)] {
        let planted = |i: usize| if i == 0 { 1.01 / limit } else { i as f64 / (cols - 1) as f64 };
        // Reflectors 1 − 2·v·vᵀ from both sides, so many that nothing of the diagonal is left to see.
        let mut elements = vec![0.0; rows * cols];
        (0..cols).for_each(|i| elements[i * cols + i] = planted(i));
        for turn in 0..12 {
            let unit = |len: usize| {
                let v = noise(len + turn, 1).into_elements().split_off(turn);
                let length = dot(&v, &v).sqrt();
                v.into_iter().map(|x| x / length).collect::<Vec<_>>()
            };
            let (u, v) = (unit(rows), unit(cols));
            let along: Vec<f64> =
                (0..cols).map(|j| (0..rows).map(|i| u[i] * elements[i * cols + j]).sum()).collect();
            for (i, row) in elements.chunks_exact_mut(cols).enumerate() {
                row.iter_mut().zip(&along).for_each(|(x, a)| *x -= 2.0 * u[i] * a);
                let part = dot(row, &v);
                row.iter_mut().zip(&v).for_each(|(x, v)| *x -= 2.0 * part * v);
            }
        }
        let w = DenseMatrix::new(rows, cols, elements).unwrap();
        let found = spectrum(&w, &SpectrumOptions::default()).unwrap();
        assert_eq!(found.method, SpectrumMethod::Gram);
        let error = (found.singular_min / planted(0) - 1.0).abs();
        assert!(error < 1e-7, "{rows}x{cols}: {error:e}");
    }
}

#[test]
fn eigenvalues_that_come_with_vectors_are_those_that_come_alone() {
    for (rows, cols) in [(90, 40), (700, 600)] {
        let w = noise(rows, cols);
        let options = SpectrumOptions::default();
        let alone = spectrum(&w, &options).unwrap();
        let (found, shapes) = spectrum_and_shapes(&w, &options).unwrap();
        assert_eq!(shapes, Some(vector_shapes(&w, &options).unwrap()));
        let largest = alone.eigenvalues[cols - 1];
        let tolerance = 4.0 * cols as f64 * f64::EPSILON * largest;
        for (one, other) in found.eigenvalues.iter().zip(&alone.eigenvalues) {
            assert!((one - other).abs() <= tolerance, "{one} for {other}");
        }
        assert_eq!((found.method, found.rank_loss), (alone.method, alone.rank_loss));
    }
}

#[test]
fn eigenvectors_of_a_diagonal_matrix_are_localized() {
    let mut elements = vec![0.0; 9 * 6];
    (0..6).for_each(|i| elements[i * 6 + i] = (i + 1) as f64);
    let w = DenseMatrix::new(9, 6, elements).unwrap();
    let shapes = vector_shapes(&w, &SpectrumOptions::default()).unwrap();
    assert_eq!(shapes.len(), w.cols());
    for (i, shape) in shapes.iter().enumerate() {
        assert!((shape.eigenvalue - ((i + 1) * (i + 1)) as f64).abs() < 1e-12);
        assert!((shape.localization - 1.0).abs() < 1e-12 && (shape.participation - 1.0).abs() < 1e-12);
    }
}

#[test]
fn a_layer_that_was_cut_to_some_triplets_and_rounded_has_a_spectrum() {
    // Of the sides and ranks that were tried, those at which faer's SVD does not converge.
    for (side, rank) in [(850, 425), (1015, 507)] {
        let mut w = noise(side, side);
        truncate(&mut w, Keep::Top(rank), &SpectrumOptions::default()).unwrap();
        w.elements_mut().iter_mut().for_each(|x| *x = f64::from(*x as f32));
        let found = spectrum(&w, &SpectrumOptions::default()).unwrap();
        assert_eq!(found.method, SpectrumMethod::Svd);
        let (lost, kept) = found.eigenvalues.split_at(side - rank);
        // Rounding adds a matrix whose elements are up to half of f32's last place.
        let noise = f64::from(f32::EPSILON) * found.singular_max;
        assert!(lost.iter().all(|lambda| lambda.sqrt() < noise), "{side}");
        assert!(kept.iter().all(|lambda| lambda.sqrt() > 1e3 * noise), "{side}");
        let (sum, norm) = (found.eigenvalues.iter().sum::<f64>(), dot(w.elements(), w.elements()));
        assert!((sum / norm - 1.0).abs() < 1e-12, "{side}: {sum:e} for {norm:e}");
    }
}
