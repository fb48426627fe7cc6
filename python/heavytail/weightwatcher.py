"""What notebooks reach as `weightwatcher.weightwatcher`: the watcher and the objects that it hands out."""

from heavytail.layer_objects import (
    FrameworkLayer,
    KerasLayer,
    ModelIterator,
    ONNXLayer,
    PyStateDictDir,
    PyStateDictLayer,
    PyTorchLayer,
    SafeTensorDict,
    WW2xSliceIterator,
    WWDeltaLayerIterator,
    WWFlatFile,
    WWLayer,
    WWLayerIterator,
    WWStackedLayerIterator,
)
from heavytail.watcher import WeightWatcher

__all__ = [
    "FrameworkLayer",
    "KerasLayer",
    "ModelIterator",
    "ONNXLayer",
    "PyStateDictDir",
    "PyStateDictLayer",
    "PyTorchLayer",
    "SafeTensorDict",
    "WW2xSliceIterator",
    "WWDeltaLayerIterator",
    "WWFlatFile",
    "WWLayer",
    "WWLayerIterator",
    "WWStackedLayerIterator",
    "WeightWatcher",
]
