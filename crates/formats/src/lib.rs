//! A path in, named tensors out: every checkpoint format read safely, nothing copied until asked.
//!
//! A [`TensorSource`] lists what a checkpoint holds ([`TensorInfo`]: name, dtype, shape) from headers alone, and
//! [`TensorSource::load`] hands out one tensor's elements ([`TensorData`]), mapped from the file where the format
//! allows it and decoded to f64 in runs by the caller. Nothing in a checkpoint is ever executed.

pub mod dtype;
mod error;
pub mod source;
pub mod tensor;

pub use dtype::Dtype;
pub use error::{Error, ErrorKind};
pub use source::{Format, SourceInfo, TensorSource};
pub use tensor::{TensorData, TensorInfo};
