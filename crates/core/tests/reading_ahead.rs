//! What the engine says of tensors before it loads them.

use std::ops::Range;
use std::sync::Mutex;

use heavytail::{AnalyzeOptions, Cancel, Model, Silent, analyze};
use heavytail_formats::{
    Error, MemorySource, MemoryTensor, SourceInfo, TensorData, TensorInfo, TensorSource,
};

use crate::memory_model::{noise, tensor};

/// Tensors in memory, and what was asked for in which order: whether it was loaded, and which.
struct Watched {
    tensors: MemorySource,
    calls: Mutex<Vec<(bool, usize)>>,
    expected: Mutex<Vec<Range<usize>>>,
}

impl Watched {
    fn new(tensors: Vec<MemoryTensor>) -> Self {
        let tensors = MemorySource::new(tensors).unwrap();
        Self { tensors, calls: Mutex::default(), expected: Mutex::default() }
    }
}

impl TensorSource for Watched {
    fn info(&self) -> &SourceInfo {
        self.tensors.info()
    }

    fn tensors(&self) -> &[TensorInfo] {
        self.tensors.tensors()
    }

    fn load(&self, index: usize) -> Result<TensorData, Error> {
        self.calls.lock().unwrap().push((true, index));
        self.tensors.load(index)
    }

    fn expect(&self, index: usize, positions: Range<usize>) {
        self.calls.lock().unwrap().push((false, index));
        self.expected.lock().unwrap().push(positions);
    }
}

#[test]
fn the_next_layer_is_expected_before_this_one_is_read() {
    // The costliest first: tensors 2, 1, 0.
    let sides = [60, 70, 80];
    let one = |(at, side): (usize, &usize)| {
        tensor(&format!("layers.{at}.weight"), &[*side, *side], &noise(side * side, at as u64))
    };
    let source = Watched::new(sides.iter().enumerate().map(one).collect());
    for compat in [false, true] {
        source.calls.lock().unwrap().clear();
        let options = AnalyzeOptions { threads: 1, compat, ..AnalyzeOptions::default() };
        let details =
            analyze(&Model::new(&source), &options.check().unwrap(), &Silent, &Cancel::new()).unwrap();
        assert_eq!(details.rows.len(), 3);
        let mut calls = source.calls.lock().unwrap().clone();
        calls.dedup();
        assert_eq!(calls, [(false, 1), (true, 2), (false, 0), (true, 1), (true, 0)]);
    }
}

#[test]
fn of_a_stack_of_experts_only_the_next_one_is_expected() {
    let (side, experts) = (32, 4);
    let stack = tensor("experts.up_proj", &[experts, side, side], &noise(experts * side * side, 7));
    let source = Watched::new(vec![stack]);
    let options = AnalyzeOptions { threads: 1, ..AnalyzeOptions::default() };
    let details = analyze(&Model::new(&source), &options.check().unwrap(), &Silent, &Cancel::new()).unwrap();
    assert_eq!(details.rows.len(), experts);
    let mut expected = source.expected.lock().unwrap().clone();
    expected.sort_by_key(|positions| positions.start);
    expected.dedup();
    let one = side * side;
    assert!(expected.len() >= experts - 1, "{expected:?}");
    assert!(
        expected.iter().all(|positions| positions.start % one == 0 && positions.len() == one),
        "{expected:?}"
    );
}
