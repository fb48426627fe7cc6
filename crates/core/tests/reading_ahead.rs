//! What the engine says of tensors before it loads them.

use std::sync::Mutex;

use heavytail::{AnalyzeOptions, Cancel, Model, Silent, analyze};
use heavytail_formats::{Error, MemorySource, SourceInfo, TensorData, TensorInfo, TensorSource};

use crate::memory_model::{noise, tensor};

/// Tensors in memory, and what was asked for in which order: whether it was loaded, and which.
struct Watched {
    tensors: MemorySource,
    calls: Mutex<Vec<(bool, usize)>>,
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

    fn expect(&self, index: usize) {
        self.calls.lock().unwrap().push((false, index));
    }
}

#[test]
fn the_next_layer_is_expected_before_this_one_is_read() {
    // The costliest first: tensors 2, 1, 0.
    let sides = [60, 70, 80];
    let one = |(at, side): (usize, &usize)| {
        tensor(&format!("layers.{at}.weight"), &[*side, *side], &noise(side * side, at as u64))
    };
    let tensors = MemorySource::new(sides.iter().enumerate().map(one).collect()).unwrap();
    let source = Watched { tensors, calls: Mutex::default() };
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
