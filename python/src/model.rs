//! What Python holds in, a model that the engine can read out: a checkpoint on disk, or tensors lent by an object.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::sync::Arc;

use heavytail::TensorSource;
use heavytail::formats::TensorInfo;
use heavytail::layers::{LayerKind, ModuleHint};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyCapsule};

use crate::detached::guarded;
use crate::dlpack::borrow;
use crate::dtypes::by_name;
use crate::exceptions::{ModelError, of_formats};
use crate::python_source::{PythonSource, PythonTensor};
use crate::values::bytes;

/// A model whose tensors can be read.
#[pyclass(frozen, module = "heavytail._native")]
pub(crate) struct Model {
    pub(crate) source: Arc<dyn TensorSource>,
    pub(crate) hints: Vec<ModuleHint>,
    /// The text of `adapter_config.json`, where the model is an adapter or has one.
    pub(crate) adapter_config: Option<String>,
}

#[pymethods]
impl Model {
    /// Opens a checkpoint of any known format, a folder of shards, or an entry of the Hugging Face cache.
    #[staticmethod]
    fn open(py: Python<'_>, path: PathBuf) -> PyResult<Self> {
        guarded(|| {
            let source = py.detach(|| heavytail::open(&path)).map_err(|error| of_formats(&error))?;
            let beside = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(&path) };
            let adapter_config = match std::fs::read_to_string(beside.join("adapter_config.json")) {
                // What lies beside a remote model only the source knows.
                Err(error) if error.kind() == ErrorKind::NotFound => source.info().adapter_config.clone(),
                read => Some(read?),
            };
            Ok(Self { source: Arc::from(source), hints: Vec::new(), adapter_config })
        })
    }

    /// The elements of the tensor at `index`, row-major, as bytes of float64.
    fn read<'py>(&self, py: Python<'py>, index: usize) -> PyResult<Bound<'py, PyBytes>> {
        guarded(|| {
            let read = self.source.load(index).and_then(|data| {
                let mut elements = vec![0.0; data.len()];
                data.decode(0, 1, &mut elements).map(|()| elements)
            });
            bytes(py, &read.map_err(|error| of_formats(&error))?)
        })
    }

    /// Number of tensors.
    fn __len__(&self) -> usize {
        self.source.tensors().len()
    }

    /// Name, element type and shape of each tensor.
    fn tensors(&self) -> Vec<(String, &'static str, Vec<usize>)> {
        let row = |info: &TensorInfo| (info.name.clone(), info.dtype.name(), info.shape.clone());
        self.source.tensors().iter().map(row).collect()
    }
}

/// Gathers the tensors of a model that lives in Python.
#[pyclass(module = "heavytail._native")]
#[derive(Default)]
pub(crate) struct ModelBuilder {
    tensors: Vec<PythonTensor>,
    hints: Vec<ModuleHint>,
    adapter_config: Option<String>,
}

#[pymethods]
impl ModelBuilder {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// Borrows a tensor's memory from a DLPack capsule; returns the tensor's index.
    #[pyo3(signature = (name, capsule, dtype = None))]
    fn add(&mut self, name: &str, capsule: &Bound<'_, PyCapsule>, dtype: Option<&str>) -> PyResult<usize> {
        guarded(|| {
            let tensor = borrow(name, capsule, dtype.map(by_name).transpose()?)?;
            Ok(self.push(PythonTensor::Lent(tensor)))
        })
    }

    /// Notes a tensor whose capsule `load()` returns when it is needed, on whichever thread needs it; `quantisation`
    /// names what it is unpacked from.
    #[pyo3(signature = (name, dtype, shape, load, quantisation = None))]
    fn add_lazy(
        &mut self,
        name: String,
        dtype: &str,
        shape: Vec<usize>,
        load: Py<PyAny>,
        quantisation: Option<String>,
    ) -> PyResult<usize> {
        let info = TensorInfo { name, dtype: by_name(dtype)?, shape, quantisation };
        Ok(self.push(PythonTensor::Asked { info, load }))
    }

    /// Says what the module tree calls the tensor at `index`, and which kind of layer it is.
    fn hint(&mut self, index: usize, id: i64, name: String, longname: String, kind: &str) -> PyResult<()> {
        let kind = LayerKind::from_name(kind)
            .ok_or_else(|| ModelError::new_err(format!("`{kind}` is no kind of layer")))?;
        self.hints.push(ModuleHint { tensor: index, id, name, longname, kind });
        Ok(())
    }

    /// The adapter's configuration as JSON, which tells how strongly its updates count.
    fn adapter_config(&mut self, text: String) {
        self.adapter_config = Some(text);
    }

    /// The model; the builder is empty afterwards.
    fn finish(&mut self) -> PyResult<Model> {
        guarded(|| {
            let tensors = std::mem::take(&mut self.tensors);
            let source = PythonSource::new(tensors).map_err(|error| of_formats(&error))?;
            Ok(Model {
                source: Arc::new(source),
                hints: std::mem::take(&mut self.hints),
                adapter_config: self.adapter_config.take(),
            })
        })
    }
}

impl ModelBuilder {
    fn push(&mut self, tensor: PythonTensor) -> usize {
        self.tensors.push(tensor);
        self.tensors.len() - 1
    }
}
