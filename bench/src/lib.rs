//! What the measuring programs share: a timed piece of work, the rate of multiplication, a matrix of noise.

use cpu_time::ThreadTime;
use faer::linalg::matmul::matmul;
use faer::{Accum, Mat, Par};
use heavytail_spectra::seed::Stream;

/// Side of the matrices whose multiplication is the unit.
const UNIT: usize = 1024;

/// Two f64 matrices to multiply and room for the product.
#[derive(Debug)]
pub struct Gemm {
    factor: Mat<f64>,
    product: Mat<f64>,
}

impl Default for Gemm {
    fn default() -> Self {
        let factor = Mat::from_fn(UNIT, UNIT, |i, j| ((i * 7 + j * 13) % 17) as f64);
        Self { factor, product: Mat::zeros(UNIT, UNIT) }
    }
}

impl Gemm {
    /// Flops of one multiplication.
    pub const FLOPS: f64 = 2.0 * (UNIT * UNIT * UNIT) as f64;

    /// Multiplies once, on this thread.
    pub fn multiply(&mut self) {
        let factor = self.factor.as_ref();
        matmul(self.product.as_mut(), Accum::Replace, factor, factor, 1.0, Par::Seq);
    }

    /// Seconds of this thread for a flop.
    pub fn second(&mut self) -> f64 {
        timed(|| self.multiply()).0 / Self::FLOPS
    }
}

/// Seconds that this thread spent on some work, and its result.
pub fn timed<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = ThreadTime::now();
    let result = work();
    (start.elapsed().as_secs_f64(), result)
}

/// The middle value; NaN if there is none.
#[must_use]
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// n×n numbers from −½ to ½, symmetric, column-major; the same ones for every program.
#[must_use]
pub fn symmetric_noise(n: usize) -> Vec<f64> {
    let mut stream = Stream::new(1, &[n as u64]);
    let mut elements = vec![0.0; n * n];
    for j in 0..n {
        for i in j..n {
            let x = stream.below(1 << 32) as f64 / 4_294_967_296.0 - 0.5;
            elements[j * n + i] = x;
            elements[i * n + j] = x;
        }
    }
    elements
}
