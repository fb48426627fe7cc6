//! A tensor's description and, once loaded, its elements.

use std::ops::Range;
use std::sync::Arc;

use crate::{Dtype, Error};

/// Name, type and shape of one tensor, known from the header alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TensorInfo {
    /// The full name, as in the checkpoint.
    pub name: String,
    /// Element type as stored.
    pub dtype: Dtype,
    /// Extent of each axis, outermost first; empty for a scalar.
    pub shape: Vec<usize>,
    /// How packed weights were unpacked (`gptq-4bit`, `q4_k`), where they were.
    pub quantisation: Option<String>,
}

impl TensorInfo {
    /// Number of elements; the readers have checked that the product does not overflow.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether there are no elements.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Bytes that stay valid while this handle lives: a mapped file, an owned buffer, or memory of a caller.
pub trait ByteOwner: Send + Sync {
    /// All the bytes.
    fn bytes(&self) -> &[u8];

    /// Tells the system that `range` won't be needed soon, so that mapped pages stop counting as resident.
    fn release(&self, range: Range<usize>) {
        let _ = range;
    }
}

impl ByteOwner for Vec<u8> {
    fn bytes(&self) -> &[u8] {
        self
    }
}

/// The elements of one tensor: little-endian bytes, a type, a shape and strides.
///
/// The constructor has checked that every element the shape and strides reach lies inside the bytes.
#[derive(Clone)]
pub struct TensorData {
    pub(crate) owner: Arc<dyn ByteOwner>,
    /// Byte position of the element with all indices zero.
    pub(crate) start: usize,
    pub(crate) dtype: Dtype,
    pub(crate) shape: Vec<usize>,
    /// Elements from one index to the next along each axis.
    pub(crate) strides: Vec<usize>,
}

impl TensorData {
    /// Element type.
    #[must_use]
    pub fn dtype(&self) -> Dtype {
        self.dtype
    }

    /// Extent of each axis, outermost first.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }
}

impl TensorData {
    /// Decodes the `out.len()` elements at logical (row-major) positions `first`, `first + step`, … to f64.
    ///
    /// Logical positions count the shape in row-major order, whatever the strides in memory.
    ///
    /// # Errors
    /// A position past the last element, or a dtype that is no real number.
    pub fn decode(&self, first: usize, step: usize, out: &mut [f64]) -> Result<(), Error> {
        let _ = (first, step, out);
        Err(Error::placeholder())
    }

    /// Tells the system that the elements in this range of logical positions won't be needed soon.
    pub fn release(&self, positions: Range<usize>) {
        let _ = positions;
    }
}
