//! Numbers that are costly to unpack in, the same in memory out, where they are read many times and are not too many.

use std::sync::Arc;

use crate::coreml::nodes::Numbers;
use crate::packing::single;
use crate::tensor::Unpack;
use crate::{Dtype, Error, TensorInfo};

/// Elements of a tensor that is held, in four bytes each: 64 MiB. More are unpacked whenever they are read.
const HELD_LIMIT: usize = 16 << 20;
/// Elements that are unpacked at a time.
const RUN: usize = 1 << 14;

/// The numbers of this tensor, unpacked once if f32 holds them as they are and they are few enough.
pub(super) fn once(numbers: Numbers, info: &TensorInfo) -> Result<Numbers, Error> {
    let is_exact = matches!(info.dtype, Dtype::F32 | Dtype::F16 | Dtype::Bf16 | Dtype::I8 | Dtype::U8);
    let count = info.len();
    if !is_exact || count > HELD_LIMIT {
        return Ok(numbers);
    }
    let (mut held, mut run) = (Vec::with_capacity(count), vec![0.0; RUN.min(count)]);
    for start in (0..count).step_by(RUN) {
        let run = run.get_mut(..RUN.min(count.saturating_sub(start))).unwrap_or_default();
        numbers.unpack(start, run)?;
        held.extend(run.iter().map(|number| single(*number)));
    }
    numbers.release(0..count);
    Ok(Arc::new(Held(held)))
}

struct Held(Vec<f32>);

impl Unpack for Held {
    fn unpack(&self, first: usize, out: &mut [f64]) -> Result<(), Error> {
        let held = self.0.get(first..).unwrap_or_default();
        for (number, held) in out.iter_mut().zip(held) {
            *number = f64::from(*held);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// The number at this position.
    fn own(position: usize) -> f64 {
        f64::from(u32::try_from(position).unwrap())
    }

    #[derive(Default)]
    struct Counting(AtomicUsize);

    impl Unpack for Counting {
        fn unpack(&self, first: usize, out: &mut [f64]) -> Result<(), Error> {
            self.0.fetch_add(out.len(), Ordering::Relaxed);
            (first..).zip(out).for_each(|(position, number)| *number = own(position));
            Ok(())
        }
    }

    #[test]
    fn a_tensor_of_bounded_size_is_unpacked_once() {
        let cases = [
            (Dtype::F32, [RUN + 5, 2, 2], true),
            (Dtype::F64, [RUN + 5, 2, 2], false),
            (Dtype::F16, [HELD_LIMIT / 4 + 1, 2, 2], false),
        ];
        for (dtype, shape, is_held) in cases {
            let info = TensorInfo { name: "w".to_owned(), dtype, shape: shape.to_vec(), quantisation: None };
            let numbers = Arc::new(Counting::default());
            let made = once(Arc::<Counting>::clone(&numbers), &info).unwrap();
            let unpacked = || numbers.0.load(Ordering::Relaxed);
            assert_eq!(unpacked(), if is_held { info.len() } else { 0 }, "{shape:?}");
            for first in [0, 3, info.len() - 7] {
                let before = unpacked();
                let mut part = [f64::NAN; 7];
                made.unpack(first, &mut part).unwrap();
                assert_eq!(part.to_vec(), (first..first + 7).map(own).collect::<Vec<f64>>());
                assert_eq!(unpacked() - before, if is_held { 0 } else { 7 }, "{shape:?}");
            }
        }
    }
}
