//! Packed weights and a step in, every so-manieth element out: what the slices of a convolution are.

use crate::Error;
use crate::tensor::Unpack;

/// The longest step at which all between is unpacked too, and not one element a call: more positions than the kernels
/// of nearly all convolutions have.
const LONG_STEP: usize = 64;
/// Elements that are unpacked at a time for some of them.
const RUN: usize = 4096;

/// The elements at `first`, `first + step`, …, which the caller has checked to exist; the step is not zero.
pub(crate) fn unpack(blocks: &dyn Unpack, first: usize, step: usize, out: &mut [f64]) -> Result<(), Error> {
    let mut position = first;
    if step > LONG_STEP {
        for one in out.chunks_mut(1) {
            blocks.unpack(position, one)?;
            position = position.saturating_add(step);
        }
        return Ok(());
    }
    let mut run = vec![0.0; RUN.min(out.len().saturating_mul(step))];
    for some in out.chunks_mut(RUN.checked_div(step).unwrap_or(1)) {
        let reach = some.len().saturating_sub(1).saturating_mul(step).saturating_add(1);
        let run = run.get_mut(..reach).unwrap_or_default();
        blocks.unpack(position, run)?;
        for (to, from) in some.iter_mut().zip(run.iter().step_by(step)) {
            *to = *from;
        }
        position = position.saturating_add(some.len().saturating_mul(step));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// The number at this position.
    fn own(position: usize) -> f64 {
        f64::from(u32::try_from(position).unwrap())
    }

    /// Each position is its own number; past the end there is none.
    struct Positions {
        len: usize,
        calls: AtomicUsize,
    }

    impl Unpack for Positions {
        fn unpack(&self, first: usize, out: &mut [f64]) -> Result<(), Error> {
            self.calls.fetch_add(1, Ordering::Relaxed);
            assert!(first + out.len() <= self.len, "{first} and {} more", out.len());
            (first..).zip(out).for_each(|(position, number)| *number = own(position));
            Ok(())
        }
    }

    #[test]
    fn slices_of_kernels_are_unpacked_in_runs() {
        for (step, calls) in [(2, 5), (9, 22), (49, 121), (64, 157), (65, 10_000)] {
            let blocks = Positions { len: 3 + 9_999 * step + 1, calls: AtomicUsize::new(0) };
            let mut out = vec![f64::NAN; 10_000];
            unpack(&blocks, 3, step, &mut out).unwrap();
            let expected: Vec<f64> = (3..).step_by(step).take(10_000).map(own).collect();
            assert_eq!(out, expected, "{step}");
            assert_eq!(blocks.calls.load(Ordering::Relaxed), calls, "{step}");
        }
    }
}
