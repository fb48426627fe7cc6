//! A Rust eigensolver's name in; for every side on standard input the seconds of all eigenvalues of a matrix out.
//!
//! One of the workers of `cargo xtask bench eigen`: a line `n` is answered by a line `wall cpu smallest largest`, times in
//! seconds of one thread. Matrices are made before and copied outside the time measured.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use std::io::BufRead as _;
use std::process::ExitCode;
use std::time::Instant;

use heavytail_bench::{symmetric_noise, timed};
use heavytail_spectra::LowerTriangle;
use heavytail_spectra::symmetric::symmetric_eigenvalues;

/// Eigenvalues of the n×n matrix in a slice, in any order; nothing if the solver gave up.
type Solver = fn(&mut [f64], usize) -> Option<Vec<f64>>;

const SOLVERS: [(&str, Solver); 3] = [("heavytail", heavytail), ("faer", faer), ("nalgebra", nalgebra)];

fn heavytail(a: &mut [f64], n: usize) -> Option<Vec<f64>> {
    symmetric_eigenvalues(&mut LowerTriangle::new(a, n).ok()?).ok()
}

fn faer(a: &mut [f64], n: usize) -> Option<Vec<f64>> {
    faer::MatRef::from_column_major_slice(a, n, n).self_adjoint_eigenvalues(faer::Side::Lower).ok()
}

fn nalgebra(a: &mut [f64], n: usize) -> Option<Vec<f64>> {
    let matrix = nalgebra::DMatrix::from_column_slice(n, n, a);
    Some(matrix.symmetric_eigenvalues().as_slice().to_vec())
}

fn main() -> ExitCode {
    faer::set_global_parallelism(faer::Par::Seq);
    let asked = std::env::args().nth(1).unwrap_or_default();
    let Some((_, solve)) = SOLVERS.iter().find(|(name, _)| *name == asked) else {
        eprintln!("a solver is needed: heavytail, faer or nalgebra");
        return ExitCode::FAILURE;
    };
    let mut matrix = Vec::new();
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let Ok(n) = line.trim().parse::<usize>() else { break };
        if matrix.len() != n * n {
            matrix = symmetric_noise(n);
        }
        let mut copy = matrix.clone();
        let wall = Instant::now();
        let (cpu, values) = timed(|| solve(&mut copy, n));
        let wall = wall.elapsed().as_secs_f64();
        let Some(values) = values else { return ExitCode::FAILURE };
        let smallest = values.iter().copied().fold(f64::INFINITY, f64::min);
        let largest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        println!("{wall:.6} {cpu:.6} {smallest:.12e} {largest:.12e}");
    }
    ExitCode::SUCCESS
}
