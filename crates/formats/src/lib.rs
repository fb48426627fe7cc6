//! A path in, named tensors out: every checkpoint format read safely, nothing copied until asked.
//!
//! A [`TensorSource`] lists what a checkpoint holds ([`TensorInfo`]: name, dtype, shape) from headers alone, and
//! [`TensorSource::load`] hands out one tensor's elements ([`TensorData`]), mapped from the file where the format
//! allows it and decoded to f64 in runs by the caller. Nothing in a checkpoint is ever executed.
//!
//! ```
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("model.safetensors");
//! # let header = br#"{"fc.weight":{"dtype":"F16","shape":[1,2],"data_offsets":[0,4]}}"#;
//! # let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
//! # bytes.extend(header.iter().chain(&[0x00, 0x3c, 0x00, 0xc0]));
//! # std::fs::write(&path, bytes)?;
//! let source = heavytail_formats::open(&path)?;
//! let first = &source.tensors()[0];
//! assert_eq!((first.name.as_str(), first.shape.as_slice()), ("fc.weight", &[1, 2][..]));
//! let mut row = [0.0; 2];
//! source.load(0)?.decode(0, 1, &mut row)?;
//! assert_eq!(row, [1.0, -2.0]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![deny(clippy::as_conversions)]

mod bytes;
mod detect;
mod folder;
mod frameworks;
mod inside;
mod joined;
mod pattern;
mod shards;
mod stream;

mod archive;
mod cursor;
mod flax;
mod gguf;
mod grid;
mod numpy;
mod orbax;
mod packing;
mod pickle;
mod safetensors;
mod torch;

mod coreml;
mod hdf5;
mod keras;
mod onnx;
mod scaled;
mod tensorflow;
mod tflite;
mod wire;

mod catalogue;
mod decode;
pub mod dtype;
mod error;
pub mod memory;
#[cfg(feature = "remote")]
mod remote;
mod remote_problem;
pub mod source;
mod strides;
pub mod tensor;
mod write;

pub use detect::open;
pub use dtype::Dtype;
pub use error::{Error, ErrorKind, UnsafePath};
#[cfg(feature = "remote")]
pub use remote::{RemoteOptions, open_with};
pub use remote_problem::RemoteProblem;

pub use memory::{MemorySource, MemoryTensor};
pub use source::{Format, SourceInfo, TensorSource};
pub use stream::open_stream;
pub use tensor::{ByteOwner, TensorData, TensorInfo};
pub use write::write_safetensors;
