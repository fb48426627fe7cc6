//! Tensors that Python lends at once or when asked in, a source that the engine can read out.

use std::io;
use std::sync::Arc;

use heavytail::TensorSource;
use heavytail::formats::{
    ByteOwner, Error, ErrorKind, MemorySource, MemoryTensor, SourceInfo, TensorData, TensorInfo,
};
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

use crate::dlpack::borrow;

/// One tensor of a Python object.
pub(crate) enum PythonTensor {
    /// Its memory is borrowed.
    Lent(MemoryTensor),
    /// Calling `load` lends its memory: it lies on a device, or is only computed when asked for.
    Asked {
        /// What is known of it before.
        info: TensorInfo,
        /// A callable that returns a DLPack capsule of this type and shape.
        load: Py<PyAny>,
    },
}

/// The tensors of a Python object as a checkpoint.
pub(crate) struct PythonSource {
    /// All tensors in order; those that are loaded when asked for are empty in it.
    memory: MemorySource,
    infos: Vec<TensorInfo>,
    loads: Vec<Option<Py<PyAny>>>,
}

impl PythonSource {
    /// Takes the tensors in the order given.
    pub(crate) fn new(tensors: Vec<PythonTensor>) -> Result<Self, Error> {
        let mut lent = Vec::with_capacity(tensors.len());
        let mut infos = Vec::with_capacity(tensors.len());
        let mut loads = Vec::with_capacity(tensors.len());
        for tensor in tensors {
            match tensor {
                PythonTensor::Lent(tensor) => {
                    let (name, shape) = (tensor.name.clone(), tensor.shape.clone());
                    infos.push(TensorInfo { name, dtype: tensor.dtype, shape, quantisation: None });
                    loads.push(None);
                    lent.push(tensor);
                }
                PythonTensor::Asked { info, load } => {
                    lent.push(placeholder(&info));
                    infos.push(info);
                    loads.push(Some(load));
                }
            }
        }
        Ok(Self { memory: MemorySource::new(lent)?, infos, loads })
    }
}

/// No elements under the tensor's name, so that names are checked to be unique among all.
fn placeholder(info: &TensorInfo) -> MemoryTensor {
    let bytes: Arc<dyn ByteOwner> = Arc::new(Vec::new());
    MemoryTensor {
        name: info.name.clone(),
        dtype: info.dtype,
        shape: vec![0],
        strides: None,
        start: 0,
        bytes,
    }
}

impl TensorSource for PythonSource {
    fn info(&self) -> &SourceInfo {
        self.memory.info()
    }

    fn tensors(&self) -> &[TensorInfo] {
        &self.infos
    }

    fn load(&self, index: usize) -> Result<TensorData, Error> {
        let (Some(info), Some(Some(load))) = (self.infos.get(index), self.loads.get(index)) else {
            return self.memory.load(index);
        };
        let lent = Python::attach(|py| {
            let capsule = load.call0(py)?.into_bound(py).cast_into::<PyCapsule>()?;
            borrow(&info.name, &capsule, Some(info.dtype))
        });
        let lent = lent.map_err(|raised| ErrorKind::Io(io::Error::other(raised.to_string())))?;
        if lent.shape != info.shape {
            let changed = format!("its shape was {:?} and is {:?} now", info.shape, lent.shape);
            return Err(ErrorKind::Io(io::Error::other(changed)).into());
        }
        let data = MemorySource::new(vec![lent])?;
        data.load(0)
    }
}
