//! A matrix in, the same elements in random places out.
//!
//! The spectrum of the shuffled copy is what the layer's elements give without any correlation between them.

use crate::seed::Stream;
use crate::stop::checkpoint;
use crate::{DenseMatrix, Error, Matrix};

/// Elements per bucket of the first pass: few enough for the second to stay in cache.
const BUCKET: usize = 1 << 15;

/// A copy of the matrix with its elements in random places, every permutation equally likely.
///
/// # Errors
/// [`Error::Shape`], or [`Error::Read`] if the matrix can't hand over its rows.
pub fn shuffled(matrix: &dyn Matrix, stream: &mut Stream) -> Result<DenseMatrix, Error> {
    let mut copy = DenseMatrix::read(matrix)?;
    shuffle(copy.elements_mut(), stream);
    Ok(copy)
}

/// Puts the elements in random places, every permutation equally likely.
///
/// Swapping elements all over a matrix larger than the caches costs a trip to memory each; so every element first draws
/// a bucket, and the buckets are then shuffled by themselves (Rao 1961, Sandelius 1962), which is as uniform.
pub fn shuffle(elements: &mut [f64], stream: &mut Stream) {
    let buckets = elements.len().div_ceil(BUCKET).next_power_of_two();
    if buckets == 1 {
        return swap_all(elements, stream);
    }
    let draws: Vec<u32> =
        (0..elements.len()).map(|_| (stream.bits() >> 32) as u32 & (buckets as u32 - 1)).collect();
    let mut ends = vec![0_usize; buckets + 1];
    draws.iter().for_each(|&bucket| ends[bucket as usize + 1] += 1);
    for bucket in 0..buckets {
        ends[bucket + 1] += ends[bucket];
    }
    let mut next = ends.clone();
    let source = elements.to_vec();
    for (&element, &bucket) in source.iter().zip(&draws) {
        elements[next[bucket as usize]] = element;
        next[bucket as usize] += 1;
    }
    for bounds in ends.windows(2) {
        checkpoint();
        swap_all(&mut elements[bounds[0]..bounds[1]], stream);
    }
}

/// The shuffle of Fisher and Yates, as Durstenfeld (1964) put it.
fn swap_all(elements: &mut [f64], stream: &mut Stream) {
    for last in (1..elements.len()).rev() {
        let other = stream.below(last as u64 + 1) as usize;
        elements.swap(last, other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shuffling_keeps_every_element_once() {
        for len in [0, 1, 2, 1000, BUCKET, BUCKET + 1, 5 * BUCKET + 17] {
            let mut elements: Vec<f64> = (0..len).map(|x| x as f64).collect();
            shuffle(&mut elements, &mut Stream::new(3, &[len as u64]));
            if len >= 1000 {
                assert!(!elements.is_sorted());
            }
            elements.sort_by(f64::total_cmp);
            assert!(elements.iter().enumerate().all(|(i, &x)| x.to_bits() == (i as f64).to_bits()));
        }
    }

    #[test]
    fn every_permutation_of_four_comes_about_as_often() {
        let mut counts = std::collections::BTreeMap::new();
        let mut stream = Stream::new(11, &[]);
        for _ in 0..24_000 {
            let mut elements = [0.0, 1.0, 2.0, 3.0];
            shuffle(&mut elements, &mut stream);
            *counts.entry(elements.map(|x| x as u8)).or_insert(0_i32) += 1;
        }
        assert_eq!(counts.len(), 24);
        assert!(counts.values().all(|count| (count - 1000).abs() < 160), "{counts:?}");
    }

    #[test]
    fn large_shuffles_leave_no_trace_of_the_place() {
        let len = 4 * BUCKET;
        let mut elements: Vec<f64> = (0..len).map(|x| x as f64).collect();
        shuffle(&mut elements, &mut Stream::new(5, &[]));
        let quarter = elements[..BUCKET].iter().sum::<f64>() / BUCKET as f64 / len as f64;
        assert!((quarter - 0.5).abs() < 0.01, "{quarter}");
    }
}
