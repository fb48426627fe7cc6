//! The name of a fixed job in, a checksum of its result out: what `cargo xtask instructions` counts.
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use heavytail_bench::symmetric_noise;
use heavytail_spectra::gram::gram;
use heavytail_spectra::symmetric::{Reduction, symmetric_eigenvalues_by};
use heavytail_spectra::{DenseMatrix, Error, LowerTriangle, SpectrumOptions};

fn main() -> Result<(), Error> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let job = words.first().map_or("", String::as_str);
    let n = match job {
        "one_stage" => 256,
        _ => 512,
    };
    let a = symmetric_noise(n);
    if words.len() > 1 {
        println!("{job}: nothing but the matrix, {:e}", a.iter().sum::<f64>());
        return Ok(());
    }
    let values = match job {
        "gram" => {
            let lower = gram(&DenseMatrix::new(n, n, a)?, SpectrumOptions::default().block_bytes)?.lower;
            (0..n).map(|j| lower.column(j).iter().sum()).collect()
        }
        "one_stage" => symmetric_eigenvalues_by(Reduction::OneStage, &mut LowerTriangle::new(&a, n)?)?,
        _ => symmetric_eigenvalues_by(Reduction::TwoStage { width: 32 }, &mut LowerTriangle::new(&a, n)?)?,
    };
    println!("{job}: {:e}", values.iter().sum::<f64>());
    Ok(())
}
