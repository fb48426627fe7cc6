//! Tensors that a caller already holds in memory in, a source out.
//!
//! This is how Python's arrays come in: their memory is borrowed through [`ByteOwner`], never copied.

use std::path::PathBuf;
use std::sync::Arc;

use crate::source::{Format, SourceInfo, TensorSource};
use crate::tensor::{ByteOwner, row_major};
use crate::{Dtype, Error, ErrorKind, TensorData, TensorInfo};

/// One tensor in the caller's memory, little-endian.
pub struct MemoryTensor {
    /// The full name.
    pub name: String,
    /// Element type.
    pub dtype: Dtype,
    /// Extent of each axis, outermost first.
    pub shape: Vec<usize>,
    /// Elements from one index to the next along each axis; row-major where `None`. Axes that run backwards
    /// have to be copied by the caller first.
    pub strides: Option<Vec<usize>>,
    /// Byte of `bytes` at which the element with all indices zero lies.
    pub start: usize,
    /// The memory, kept alive by this handle.
    pub bytes: Arc<dyn ByteOwner>,
}

/// Tensors in memory as a checkpoint.
///
/// ```
/// use std::sync::Arc;
///
/// use heavytail_formats::{Dtype, MemorySource, MemoryTensor, TensorSource};
///
/// let bytes: Vec<u8> = [1.0_f32, 2.0, 3.0, 4.0].iter().flat_map(|x| x.to_le_bytes()).collect();
/// let tensor = MemoryTensor {
///     name: "fc.weight".to_owned(),
///     dtype: Dtype::F32,
///     shape: vec![2, 2],
///     strides: Some(vec![1, 2]), // column-major
///     start: 0,
///     bytes: Arc::new(bytes),
/// };
/// let source = MemorySource::new(vec![tensor])?;
/// let mut row = [0.0; 2];
/// source.load(0)?.decode(0, 1, &mut row)?;
/// assert_eq!(row, [1.0, 3.0]);
/// # Ok::<(), heavytail_formats::Error>(())
/// ```
pub struct MemorySource {
    info: SourceInfo,
    tensors: Vec<TensorInfo>,
    data: Vec<TensorData>,
}

impl MemorySource {
    /// Takes the tensors in the order given.
    ///
    /// # Errors
    /// A shape overflows, a tensor reaches outside its memory, or a name occurs twice.
    pub fn new(tensors: Vec<MemoryTensor>) -> Result<Self, Error> {
        let info = SourceInfo::new(Format::Memory, PathBuf::new(), Vec::new());
        let mut source = Self { info, tensors: Vec::new(), data: Vec::new() };
        let mut names = std::collections::HashSet::with_capacity(tensors.len());
        for tensor in tensors {
            let MemoryTensor { name, dtype, shape, strides, start, bytes } = tensor;
            if !names.insert(name.clone()) {
                return Err(Error::from(ErrorKind::DuplicateTensor { first: None }).of_tensor(&name));
            }
            let strides = strides.unwrap_or_else(|| row_major(&shape));
            let data = TensorData::strided(bytes, start, dtype, shape.clone(), &strides)
                .map_err(|error| error.of_tensor(&name))?;
            source.tensors.push(TensorInfo { name, dtype, shape, quantisation: None });
            source.data.push(data);
        }
        Ok(source)
    }
}

impl TensorSource for MemorySource {
    fn info(&self) -> &SourceInfo {
        &self.info
    }

    fn tensors(&self) -> &[TensorInfo] {
        &self.tensors
    }

    fn load(&self, index: usize) -> Result<TensorData, Error> {
        let missing = || ErrorKind::NoSuchTensor { index, len: self.data.len() }.into();
        self.data.get(index).cloned().ok_or_else(missing)
    }
}
