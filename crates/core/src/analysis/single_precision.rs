//! A checkpoint in, the same out with every element rounded to f32: what weightwatcher 0.7.7 makes of f64 weights.

use std::ops::Range;

use heavytail_formats::{Error, SourceInfo, TensorData, TensorInfo, TensorSource};

use crate::model::Model;

/// A checkpoint whose elements are rounded to f32.
pub(crate) struct SinglePrecision<'a>(&'a dyn TensorSource);

/// A model and its base, rounded to f32.
pub(crate) struct Rounded<'a> {
    own: SinglePrecision<'a>,
    base: Option<SinglePrecision<'a>>,
}

impl<'a> Rounded<'a> {
    pub(crate) fn new(model: &Model<'a>) -> Self {
        Self { own: SinglePrecision(model.source), base: model.base.map(SinglePrecision) }
    }

    /// The model with these elements for its own.
    pub(crate) fn model<'b>(&'b self, model: &Model<'b>) -> Model<'b> {
        let base = self.base.as_ref().map(|base| base as &dyn TensorSource);
        Model { source: &self.own, base, ..*model }
    }
}

impl TensorSource for SinglePrecision<'_> {
    fn info(&self) -> &SourceInfo {
        self.0.info()
    }

    fn tensors(&self) -> &[TensorInfo] {
        self.0.tensors()
    }

    fn load(&self, index: usize) -> Result<TensorData, Error> {
        Ok(self.0.load(index)?.in_single_precision())
    }

    fn expect(&self, index: usize, positions: Range<usize>) {
        self.0.expect(index, positions);
    }

    fn file_of(&self, index: usize) -> usize {
        self.0.file_of(index)
    }

    fn metadata(&self, file: usize) -> &[(String, String)] {
        self.0.metadata(file)
    }
}
