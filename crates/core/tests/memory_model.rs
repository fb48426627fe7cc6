//! Matrices made by a test in, a model in memory out.

use std::sync::Arc;

use heavytail::{AnalyzeOptions, Cancel, Details, Model, Silent, analyze};
use heavytail_formats::{Dtype, MemorySource, MemoryTensor};

/// A tensor of f64 by name.
pub(crate) fn tensor(name: &str, shape: &[usize], elements: &[f64]) -> MemoryTensor {
    assert_eq!(shape.iter().product::<usize>(), elements.len());
    let bytes: Vec<u8> = elements.iter().flat_map(|x| x.to_le_bytes()).collect();
    MemoryTensor {
        name: name.to_owned(),
        dtype: Dtype::F64,
        shape: shape.to_vec(),
        strides: None,
        start: 0,
        bytes: Arc::new(bytes),
    }
}

/// Elements without structure, the same at every run: a linear congruential walk.
pub(crate) fn noise(len: usize, seed: u64) -> Vec<f64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..len)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
        })
        .collect()
}

/// The table of these tensors.
pub(crate) fn table(tensors: Vec<MemoryTensor>, options: AnalyzeOptions) -> Details {
    let source = MemorySource::new(tensors).unwrap();
    analyze(&Model::new(&source), &options.check().unwrap(), &Silent, &Cancel::new()).unwrap()
}
