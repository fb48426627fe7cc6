//! Symmetric matrices that are hard on eigensolvers, against eigenvalues to 200 bits and, the larger ones, against LAPACK.

use heavytail_spectra::LowerTriangle;
use heavytail_spectra::symmetric::{
    Eigen, Reduction, symmetric_eigen, symmetric_eigenvalues, symmetric_eigenvalues_by,
};

/// A fixed integer in -8..8 for a pair of indices; the same as in fixtures/spectra/make.py.
fn whole(i: usize, j: usize) -> f64 {
    let (i, j) = (i.max(j), i.min(j));
    ((i * i * 31 + i * j * 17 + j * j * 7 + i * 3 + j * 5 + (i ^ j) * 11) % 17) as f64 - 8.0
}

fn power(exponent: i32) -> f64 {
    f64::from(exponent).exp2()
}

fn wilkinson(n: usize, i: usize, j: usize) -> f64 {
    match i.abs_diff(j) {
        0 => (2.0 * i as f64 - (n as f64 - 1.0)).abs() / 2.0,
        1 => 1.0,
        _ => 0.0,
    }
}

fn glued(i: usize, j: usize) -> f64 {
    match (i / 21 == j / 21, i.abs_diff(j)) {
        (true, _) => wilkinson(21, i % 21, j % 21),
        (false, 1) => power(-26),
        _ => 0.0,
    }
}

/// Element (i, j) of a hard matrix of side n.
fn element(name: &str, n: usize, i: usize, j: usize) -> f64 {
    let sum = (i + j) as i32;
    match name {
        "graded" => whole(i, j) * power(-sum),
        "graded_up" => whole(i, j) * power(sum - 94),
        "clustered" => f64::from(i == j) * (i / 10 + 1) as f64 + whole(i, j) * power(-30),
        "low_rank" => (0..9).map(|k| whole(i, 200 + k) * whole(j, 200 + k)).sum(),
        "wilkinson" => wilkinson(n, i, j),
        "glued" => glued(i, j),
        _ => whole(i, j),
    }
}

/// The hard matrix, column-major, times 2^exponent.
fn matrix(name: &str, n: usize, exponent: i32) -> LowerTriangle {
    let elements: Vec<f64> =
        (0..n * n).map(|at| element(name, n, at % n, at / n) * power(exponent)).collect();
    LowerTriangle::new(&elements, n).unwrap()
}

fn assert_near(found: &[f64], expected: &[f64], unit: f64, what: &str) {
    assert_eq!(found.len(), expected.len());
    let largest = expected.iter().fold(0.0_f64, |max, x| max.max(x.abs()));
    let tolerance = 4.0 * expected.len() as f64 * f64::EPSILON * largest;
    for (k, (found, expected)) in found.iter().zip(expected).enumerate() {
        let error = (found / unit - expected).abs();
        assert!(
            error <= tolerance,
            "{what}, eigenvalue {k}: {found:e} for {expected:e}, {error:e} > {tolerance:e}"
        );
    }
}

/// A table of fixtures/spectra, matrix by matrix.
fn tables(file: &str) -> Vec<(String, Vec<f64>)> {
    let path = format!("{}/../../fixtures/spectra/{file}", env!("CARGO_MANIFEST_DIR"));
    let mut tables: Vec<(String, Vec<f64>)> = Vec::new();
    for line in std::fs::read_to_string(path).unwrap().lines().skip(1) {
        let mut fields = line.split(',');
        let name = fields.next().unwrap().to_owned();
        let value = fields.nth(1).unwrap().parse().unwrap();
        match tables.last_mut() {
            Some((last, values)) if *last == name => values.push(value),
            _ => tables.push((name, vec![value])),
        }
    }
    tables
}

const WAYS: [Reduction; 6] = [
    Reduction::OneStage,
    Reduction::TwoStage { width: 1 },
    Reduction::TwoStage { width: 6 },
    Reduction::TwoStage { width: 24 },
    Reduction::TwoStage { width: 48 },
    Reduction::TwoStage { width: 64 },
];

#[test]
fn eigenvalues_agree_with_two_hundred_bits_whatever_the_way_and_scale() {
    let tables = tables("eigenvalues.csv");
    assert_eq!(tables.len(), 8);
    for (name, expected) in tables {
        for way in WAYS {
            for exponent in [0, -900, 900] {
                let mut a = matrix(&name, expected.len(), exponent);
                let found = symmetric_eigenvalues_by(way, &mut a).unwrap();
                assert_near(&found, &expected, power(exponent), &format!("{name} by {way:?}, 2^{exponent}"));
            }
        }
    }
}

#[test]
fn larger_matrices_agree_with_lapack_whatever_the_way_and_scale() {
    let tables = tables("lapack.csv");
    assert_eq!(tables.len(), 6);
    for (name, expected) in tables {
        let n = expected.len();
        for (way, exponent) in [
            (Reduction::OneStage, 0),
            (Reduction::fastest(n), 0),
            (Reduction::TwoStage { width: 64 }, 0),
            (Reduction::fastest(n), -700),
            (Reduction::fastest(n), 900),
        ] {
            let mut a = matrix(&name, n, exponent);
            let found = symmetric_eigenvalues_by(way, &mut a).unwrap();
            assert_near(
                &found,
                &expected,
                power(exponent),
                &format!("{name} of {n} by {way:?}, 2^{exponent}"),
            );
        }
    }
}

#[test]
fn a_permutation_and_a_shift_move_eigenvalues_as_they_should() {
    let n = 130;
    let plain = symmetric_eigenvalues(&mut matrix("plain", n, 0)).unwrap();
    let place = |i: usize| (i * 37 + 11) % n;
    let shift = 5.0;
    let moved: Vec<f64> = (0..n * n)
        .map(|at| element("plain", n, place(at % n), place(at / n)) + shift * f64::from(at % n == at / n))
        .collect();
    let moved = symmetric_eigenvalues(&mut LowerTriangle::new(&moved, n).unwrap()).unwrap();
    let expected: Vec<f64> = plain.iter().map(|value| value + shift).collect();
    assert_near(&moved, &expected, 1.0, "permuted and shifted");
}

#[test]
fn small_sides_work_by_every_way() {
    for n in 0..12 {
        let expected = symmetric_eigenvalues_by(Reduction::OneStage, &mut matrix("plain", n, 0)).unwrap();
        let trace: f64 = (0..n).map(|i| whole(i, i)).sum();
        assert!((expected.iter().sum::<f64>() - trace).abs() < 1e-12);
        for width in 1..14 {
            let way = Reduction::TwoStage { width };
            let found = symmetric_eigenvalues_by(way, &mut matrix("plain", n, 0)).unwrap();
            assert_near(&found, &expected, 1.0, &format!("side {n}, width {width}"));
        }
    }
}

/// Holds A·V = V·Λ and VᵀV = 1 to some n·eps of |λ|_max and of 1.
fn assert_eigenvectors(name: &str, n: usize, eigen: &Eigen, unit: f64) {
    let largest = eigen.values.iter().fold(0.0_f64, |max, x| max.max(x.abs())) / unit;
    let tolerance = 4.0 * n as f64 * f64::EPSILON;
    let columns: Vec<&[f64]> = eigen.vectors.chunks_exact(n.max(1)).collect();
    let rows: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| element(name, n, i, j)).collect()).collect();
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    for (k, v) in columns.iter().enumerate() {
        for (i, row) in rows.iter().enumerate() {
            let residual = (dot(row, v) - eigen.values[k] / unit * v[i]).abs();
            assert!(residual <= tolerance * largest, "{name} of {n}, vector {k}, row {i}: {residual:e}");
        }
        for (other, w) in columns[..=k].iter().enumerate() {
            let error = (dot(v, w) - f64::from(other == k)).abs();
            assert!(error <= tolerance, "{name} of {n}, vectors {other} and {k}: {error:e}");
        }
    }
}

#[test]
fn eigenvectors_are_those_of_their_matrix_and_orthonormal_whatever_the_scale() {
    for (name, expected) in tables("eigenvalues.csv") {
        for exponent in [0, -900, 900] {
            let eigen = symmetric_eigen(&matrix(&name, expected.len(), exponent)).unwrap();
            assert_near(&eigen.values, &expected, power(exponent), &name);
            assert_eigenvectors(&name, expected.len(), &eigen, power(exponent));
        }
    }
    // Sides about that from which columns are reduced in panels, and few enough for one reflector or none.
    for n in (0..5).chain([255, 256, 257, 289, 330]) {
        for name in ["plain", "low_rank", "clustered"] {
            assert_eigenvectors(name, n, &symmetric_eigen(&matrix(name, n, 0)).unwrap(), 1.0);
        }
    }
}
