//! The tests of this crate, one binary: `lies` are files that claim what is not so, `decoding` compares every
//! type with its definition, `folders` are checkpoints of several files, `remote` are those behind addresses, `writing`
//! goes out and back in, `torch`, `gguf` and `packed` are what those libraries wrote.
#![expect(clippy::expect_used, reason = "tests stop at the first surprise")]

mod coreml;
mod coreml_functions;
mod coreml_program;
mod decoding;
mod files;
mod flax;
mod folders;
mod gguf;
mod heap;
mod hostile;
mod keras;
mod lies;
mod memory;
mod messages;
mod numpy;
mod onnx;
mod orbax;
mod packed;
#[cfg(feature = "remote")]
mod remote;
mod tensorflow;
mod torch;
mod torch_kinds;
mod writing;
