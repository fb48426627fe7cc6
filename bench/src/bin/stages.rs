//! Sides of matrices in, the time of every stage of a spectrum out, against the rate of matrix multiplication.
//!
//! ```text
//! cargo run --release -p heavytail-bench --bin stages -- 256:0 2048:32:64
//! ```
//!
//! A number after a side is the width of the band, 0 for none. Times are those of the thread, not of the wall, and each is
//! divided by that of a multiplication just before it, so that a busy machine changes them little.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program for the terminal")]

use heavytail_bench::{Gemm, median, symmetric_noise, timed};
use heavytail_spectra::gram::gram;
use heavytail_spectra::{
    DenseMatrix, LowerTriangle, SpectrumOptions, band, chase, tridiagonal, tridiagonal_eigenvalues,
};

/// Times of the stages of one reduction: to the band or tridiagonal, to the tridiagonal, to the eigenvalues.
fn stages(mut a: LowerTriangle, width: usize) -> [f64; 3] {
    let (first, second, (diagonal, beside)) = if width == 0 {
        let (seconds, result) = timed(|| tridiagonal::to_tridiagonal(&mut a));
        (seconds, 0.0, result)
    } else {
        let (first, band) = timed(|| band::to_band(&mut a, width));
        let (second, result) = timed(|| chase::to_tridiagonal(band));
        (first, second, result)
    };
    [first, second, timed(|| tridiagonal_eigenvalues::eigenvalues(diagonal, beside)).0]
}

fn main() {
    let mut gemm = Gemm::default();
    gemm.second();
    for word in std::env::args().skip(1) {
        let mut numbers = word.split(':').map(|number| number.parse::<usize>().unwrap());
        let n = numbers.next().unwrap();
        let cube = (n as f64).powi(3);
        let times = (2e9 / cube).ceil().clamp(5.0, 100.0) as usize;
        let elements = symmetric_noise(n);
        let lower = LowerTriangle::new(&elements, n).unwrap();
        let w = DenseMatrix::new(n, n, elements).unwrap();
        let block = SpectrumOptions::default().block_bytes;
        let (mut rates, mut grams) = (Vec::new(), Vec::new());
        for _ in 0..times {
            let second = gemm.second();
            rates.push(1e-9 / second);
            grams.push(second * cube / timed(|| gram(&w, block).unwrap()).0);
        }
        println!("{n}: multiplication {:.1} Gflop/s, Gram {:.2} of its rate", median(rates), median(grams));
        for width in numbers {
            let mut taken = [const { Vec::new() }; 4];
            for _ in 0..times {
                let limit = gemm.second() * 4.0 / 3.0 * cube;
                let [first, second, third] = stages(lower.clone(), width).map(|x| x / limit);
                for (taken, x) in taken.iter_mut().zip([first, second, third, first + second + third]) {
                    taken.push(x);
                }
            }
            let [first, second, third, all] = taken.map(median);
            println!(
                "  width {width}: {all:.2} of the limit: reduce {first:.2}, chase {second:.2}, eigenvalues {third:.2}"
            );
        }
    }
}
