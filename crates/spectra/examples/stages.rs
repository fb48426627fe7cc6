//! Sides of matrices in, the time of every stage of a spectrum out, against the rate of matrix multiplication.
//!
//! ```text
//! cargo run --release -p heavytail-spectra --example stages -- 256:0 2048:32:64
//! ```
//!
//! A number after a side is the width of the band, 0 for none. Times are those of the thread, not of the wall, and each is
//! divided by that of a multiplication just before it, so that a busy machine changes them little.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program for the terminal")]

use cpu_time::ThreadTime;
use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, Par};
use heavytail_spectra::gram::gram;
use heavytail_spectra::seed::Stream;
use heavytail_spectra::{DenseMatrix, SpectrumOptions, band, chase, tridiagonal, tridiagonal_eigenvalues};

/// Side of the matrices whose multiplication is the unit.
const UNIT: usize = 1024;

/// Two matrices to multiply and room for the product.
struct Gemm {
    factor: Mat<f64>,
    product: Mat<f64>,
}

impl Gemm {
    fn new() -> Self {
        let factor = Mat::from_fn(UNIT, UNIT, |i, j| ((i * 7 + j * 13) % 17) as f64);
        Self { factor, product: Mat::zeros(UNIT, UNIT) }
    }

    /// Seconds a flop.
    fn second(&mut self) -> f64 {
        let factor = self.factor.as_ref();
        let product = self.product.as_mut();
        let (seconds, ()) = timed(|| matmul(product, Accum::Replace, factor, factor, 1.0, Par::Seq));
        seconds / (2.0 * (UNIT as f64).powi(3))
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = ThreadTime::now();
    let result = work();
    (start.elapsed().as_secs_f64(), result)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn noise(n: usize) -> Vec<f64> {
    let mut stream = Stream::new(1, &[n as u64]);
    (0..n * n).map(|_| stream.below(1 << 32) as f64 / 4_294_967_296.0 - 0.5).collect()
}

/// Times of the stages of one reduction: to the band or tridiagonal, to the tridiagonal, to the eigenvalues.
fn stages(a: &mut [f64], n: usize, width: usize) -> [f64; 3] {
    let (first, second, (diagonal, beside)) = if width == 0 {
        let (seconds, result) = timed(|| tridiagonal::to_tridiagonal(a, n));
        (seconds, 0.0, result)
    } else {
        let (first, band) = timed(|| band::to_band(a, n, width));
        let (second, result) = timed(|| chase::to_tridiagonal(band));
        (first, second, result)
    };
    [first, second, timed(|| tridiagonal_eigenvalues::eigenvalues(diagonal, beside)).0]
}

fn main() {
    let mut gemm = Gemm::new();
    gemm.second();
    for word in std::env::args().skip(1) {
        let mut numbers = word.split(':').map(|number| number.parse::<usize>().unwrap());
        let n = numbers.next().unwrap();
        let cube = (n as f64).powi(3);
        let times = (2e9 / cube).ceil().clamp(5.0, 100.0) as usize;
        let elements = noise(n);
        let w = DenseMatrix::new(n, n, elements.clone()).unwrap();
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
                let [first, second, third] = stages(&mut elements.clone(), n, width).map(|x| x / limit);
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
