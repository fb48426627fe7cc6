"""A Keras model in (Keras 3 on any backend, or TF-Keras), a native model with its layers' names out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from heavytail._native import Model, ModelBuilder

from .tensors import add_tensor

__all__ = ["WEIGHTS", "layers", "matches", "open_model"]

# Weight of a layer by the word in the name of its class, and the kind of layer that it is.
WEIGHTS = (
    ("embedding", "embeddings", "embedding"),
    ("dense", "kernel", "dense"),
    ("conv1d", "kernel", "conv1d"),
    ("conv2d", "kernel", "conv2d"),
)


def matches(model: Any) -> bool:
    """Whether it is a model of a Keras that has been imported."""
    for package in ("keras", "tf_keras"):
        keras = sys.modules.get(package)
        if keras is not None and hasattr(keras, "Model") and isinstance(model, keras.Model):
            return True
    return False


def open_model(model: Any, start_ids: int = 0) -> Model:
    """Takes the weights layer by layer; ids are positions among the layers, nested models taken apart."""
    builder = ModelBuilder()
    taken: set[int] = set()
    for position, layer in enumerate(layers(model)):
        words = str(type(layer)).lower()
        for weight in layer.weights:
            if id(weight) in taken:
                continue
            taken.add(id(weight))
            leaf = weight.name.rpartition("/")[2].removesuffix(":0")
            index = add_tensor(builder, f"{_path(layer, weight)}/{leaf}", _value(weight))
            for word, named, kind in WEIGHTS:
                if word in words and leaf == named:
                    builder.hint(index, position + start_ids, layer.name, layer.name, kind)
                    break
    return builder.finish()


def layers(model: Any) -> Iterator[Any]:
    """The layers of a model, those of the models inside it in their place."""
    for layer in model.layers:
        if hasattr(layer, "layers"):
            yield from layers(layer)
        else:
            yield layer


def _path(layer: Any, weight: Any) -> str:
    """The layer's name, with the path inside it where the layer is made of others."""
    path = getattr(weight, "path", weight.name).removesuffix(":0")
    inner = path.rpartition("/")[0]
    at = inner.find(layer.name)
    return inner[at:] if at >= 0 else layer.name


def _value(weight: Any) -> Any:
    """The backend's tensor under a Keras variable."""
    return getattr(weight, "value", weight) if not callable(getattr(weight, "value", None)) else weight.value()
