"""A model in, objects for its layers out, with weights to read and replace: what weightwatcher's iterators yield."""

from .checkpoints import CheckpointTensors, PyStateDictDir, SafeTensorDict
from .flat_files import WWFlatFile
from .framework_layers import FrameworkLayer, KerasLayer, ONNXLayer, PyStateDictLayer, PyTorchLayer
from .iterators import (
    ModelIterator,
    WW2xSliceIterator,
    WWDeltaLayerIterator,
    WWLayerIterator,
    WWStackedLayerIterator,
)
from .ww_layer import WWLayer

__all__ = [
    "CheckpointTensors",
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
]
