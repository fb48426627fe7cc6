//! The one trait behind which every format stands: list the tensors, load one of them.

use std::ops::Range;
use std::path::PathBuf;

use crate::{Error, TensorData, TensorInfo};

/// What a checkpoint was recognised as, by content and not by extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// One or more safetensors files.
    Safetensors,
    /// PyTorch's zip archive (1.6 and later) or the stream before it.
    Torch,
    /// llama.cpp's GGUF, one file or several.
    Gguf,
    /// An ONNX model: its initialisers.
    Onnx,
    /// Keras's weights in HDF5: `.keras`, `.weights.h5` and `.h5`.
    Keras,
    /// An HDF5 file that Keras did not write.
    Hdf5,
    /// NumPy's `.npy` and `.npz`.
    Numpy,
    /// A TensorFlow checkpoint, or the variables of a SavedModel.
    TensorFlow,
    /// A TensorFlow Lite model.
    Tflite,
    /// Flax's MessagePack.
    Flax,
    /// A Core ML package that holds a program.
    CoreMl,
    /// An Orbax checkpoint: arrays of zarr in a folder or in an OCDBT database.
    Orbax,
    /// Tensors handed over by a caller in memory.
    Memory,
}

impl Format {
    /// The word that tables and messages print.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Safetensors => "safetensors",
            Self::Torch => "torch",
            Self::Gguf => "gguf",
            Self::Onnx => "onnx",
            Self::Keras => "keras",
            Self::Hdf5 => "hdf5",
            Self::Numpy => "numpy",
            Self::TensorFlow => "tensorflow",
            Self::Tflite => "tflite",
            Self::Flax => "flax",
            Self::CoreMl => "coreml",
            Self::Orbax => "orbax",
            Self::Memory => "memory",
        }
    }
}

/// Facts about a source as a whole.
#[derive(Clone, Debug)]
pub struct SourceInfo {
    /// What was recognised.
    pub format: Format,
    /// The path as the caller gave it, for messages; empty for memory.
    pub path: PathBuf,
    /// The files that were opened, in the order in which their tensors are listed.
    pub files: Vec<PathBuf>,
    /// Whether a folder was opened and not a file.
    pub is_folder: bool,
    /// The model's own description beside the weights (`config.json`), as JSON text where there is one.
    pub config: Option<String>,
    /// How strongly an adapter counts (`adapter_config.json` beside the weights), as text where there is one.
    pub adapter_config: Option<String>,
}

impl SourceInfo {
    /// These files, without any description beside them.
    #[must_use]
    pub fn new(format: Format, path: PathBuf, files: Vec<PathBuf>) -> Self {
        Self { format, path, files, is_folder: false, config: None, adapter_config: None }
    }
}

/// A checkpoint, opened: headers are read and checked, elements are not touched yet.
pub trait TensorSource: Send + Sync {
    /// Facts about the whole.
    fn info(&self) -> &SourceInfo;

    /// Every tensor of the checkpoint in the order that layer ids follow: safetensors sorted by name file by file
    /// (shards: in the index's order), torch as its dict lists them, other formats as the file does.
    fn tensors(&self) -> &[TensorInfo];

    /// The elements of the tensor at `index` of [`tensors`](Self::tensors).
    ///
    /// # Errors
    /// The bytes can't be had or, for a packed format, can't be unpacked.
    fn load(&self, index: usize) -> Result<TensorData, Error>;

    /// Says that the elements at these logical positions of the tensor at `index` are read next, so that their bytes can
    /// come while something else is computed. A hint: what is wrong with the tensor is told by [`load`](Self::load).
    fn expect(&self, index: usize, positions: Range<usize>) {
        let _ = (index, positions);
    }

    /// Which of [`SourceInfo::files`] holds the tensor at `index`.
    fn file_of(&self, index: usize) -> usize {
        let _ = index;
        0
    }

    /// Free text that the file numbered `file` carries about itself (safetensors' `__metadata__`), in its order.
    fn metadata(&self, file: usize) -> &[(String, String)] {
        let _ = file;
        &[]
    }
}
