//! The tests of this crate, one binary: `lies` are files that claim what is not so, `decoding` compares every
//! type with its definition, `folders` are checkpoints of several files, `writing` goes out and back in, `torch`, `gguf` and `packed` are what those libraries wrote.
#![expect(clippy::expect_used, reason = "tests stop at the first surprise")]

mod decoding;
mod files;
mod folders;
mod gguf;
mod hostile;
mod keras;
mod lies;
mod memory;
mod numpy;
mod onnx;
mod packed;
mod tensorflow;
mod torch;
mod torch_kinds;
mod writing;
