"""Whatever a caller has of a model in, a native model whose tensors the engine can read out.

One file a kind of model. No framework is imported here: an object of a framework can only be there when its package
has been imported by whoever made it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from heavytail._native import Model
from heavytail.errors import ModelError

from . import flat_files, hub, keras_model, onnx_model, tensors, torch_module

__all__ = ["describe_type", "is_path", "open_model"]


def open_model(model: Any, start_ids: int = 0) -> Model:
    """Opens a model of any known kind.

    `start_ids` shifts the ids of module trees; for checkpoints the engine does it.

    Raises `ModelError` for an object that is no model, `ModelNotFoundError` for a path without anything.
    """
    if isinstance(model, Model):
        return model
    if is_path(model):
        path = hub.locate(model)
        return flat_files.open_folder(path, start_ids) if flat_files.matches(path) else Model.open(path)
    if isinstance(model, Mapping):
        return tensors.from_mapping(model)
    # Keras first: on its torch backend a Keras model is a torch module, too.
    for kind in (keras_model, torch_module, onnx_model):
        if kind.matches(model):
            return kind.open_model(model, start_ids)
    raise ModelError(
        f"{describe_type(model)} is no model: pass a torch.nn.Module, a Keras model, an onnx.ModelProto, "
        "a dict of tensors, or the path or Hugging Face id of a checkpoint"
    )


def is_path(model: Any) -> bool:
    """Whether the model is named and not held."""
    return isinstance(model, (str, os.PathLike))


def describe_type(value: Any) -> str:
    """The type's name as a message shows it."""
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
