//! A number of threads in, the rate at which they multiply f64 matrices all at a time out, in Gflop/s.
//!
//! `cargo run --release -p heavytail-bench --bin rate -- 2` prints the sum over the threads by wall time, the limit of a
//! whole program; with `--cpu 2` the mean over the threads by the time each had, the limit of a solver on one thread.
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::time::{Duration, Instant};

use heavytail_bench::{Gemm, timed};

/// How long every thread multiplies.
const SPAN: Duration = Duration::from_millis(700);

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let by_cpu = words.first().is_some_and(|word| word == "--cpu");
    let threads: usize = words.last().and_then(|word| word.parse().ok()).unwrap_or(1);
    let rates: Vec<Rate> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(one_thread)).collect();
        running.into_iter().filter_map(|thread| thread.join().ok()).collect()
    });
    let rate = if by_cpu {
        rates.iter().map(|rate| rate.cpu).sum::<f64>() / rates.len() as f64
    } else {
        rates.iter().map(|rate| rate.wall).sum()
    };
    println!("{:.2}", rate * 1e-9);
}

/// Flops a second of one thread.
struct Rate {
    wall: f64,
    cpu: f64,
}

fn one_thread() -> Rate {
    let mut gemm = Gemm::default();
    gemm.multiply();
    let start = Instant::now();
    let (cpu, flops) = timed(|| {
        let mut flops = 0.0;
        while start.elapsed() < SPAN {
            gemm.multiply();
            flops += Gemm::FLOPS;
        }
        flops
    });
    Rate { wall: flops / start.elapsed().as_secs_f64(), cpu: flops / cpu }
}
