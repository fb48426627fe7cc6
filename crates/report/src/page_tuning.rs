//! A tuning in, what the page is told of it out.

use heavytail::tuning::{LayerChange, Tuning};

use crate::page::PageInput;

/// The page has the tables of the base, the tuned model and the changes as its models, in this order.
#[derive(serde::Serialize)]
pub(crate) struct TuningData<'a> {
    base: usize,
    tuned: usize,
    change: usize,
    sentence: &'a str,
    layers: &'a [LayerChange],
    only_base: &'a [String],
    only_tuned: &'a [String],
}

impl<'a> TuningData<'a> {
    pub(crate) fn new(input: &PageInput<'a>) -> Option<Self> {
        let tuning: &Tuning = input.tuning?;
        Some(Self {
            base: 0,
            tuned: 1,
            change: 2,
            sentence: &tuning.sentence,
            layers: &tuning.layers,
            only_base: &tuning.only_base,
            only_tuned: &tuning.only_tuned,
        })
    }
}
