//! A source of names and shapes alone, for tests that never read an element.

use std::path::PathBuf;

use heavytail_formats::{Dtype, Error, Format, SourceInfo, TensorData, TensorInfo, TensorSource};

/// Tensors without elements.
pub(crate) struct Listing {
    info: SourceInfo,
    tensors: Vec<TensorInfo>,
}

impl Listing {
    /// f32 tensors of these names and shapes, as a bare state dict.
    pub(crate) fn new(tensors: &[(&str, &[usize])]) -> Self {
        let typed: Vec<_> = tensors.iter().map(|(name, shape)| (*name, *shape, Dtype::F32)).collect();
        Self::typed(&typed)
    }

    /// Tensors of these names, shapes and types.
    pub(crate) fn typed(tensors: &[(&str, &[usize], Dtype)]) -> Self {
        let info = SourceInfo::new(Format::Memory, PathBuf::new(), Vec::new());
        let tensor = |(name, shape, dtype): &(&str, &[usize], Dtype)| TensorInfo {
            name: (*name).to_owned(),
            dtype: *dtype,
            shape: shape.to_vec(),
            quantisation: None,
        };
        Self { info, tensors: tensors.iter().map(tensor).collect() }
    }

    /// The same tensors as codes that their reader could not unpack.
    pub(crate) fn packed(mut self, quantisation: &str) -> Self {
        for tensor in &mut self.tensors {
            tensor.quantisation = Some(quantisation.to_owned());
        }
        self
    }

    /// The same tensors beside this description of the model.
    pub(crate) fn described(mut self, config: &str) -> Self {
        self.info.config = Some(config.to_owned());
        self
    }

    /// The same tensors as if a file of this format held them.
    pub(crate) fn of(mut self, format: Format) -> Self {
        self.info.format = format;
        self
    }

    /// The same tensors as if they came from this path.
    pub(crate) fn at(mut self, path: impl Into<PathBuf>) -> Self {
        self.info.path = path.into();
        self.info.is_folder = self.info.path.is_dir();
        self
    }
}

impl TensorSource for Listing {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn tensors(&self) -> &[TensorInfo] {
        &self.tensors
    }

    fn load(&self, index: usize) -> Result<TensorData, Error> {
        unreachable!("discovery must not read tensor {index}")
    }
}
