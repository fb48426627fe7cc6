"""A state dict or a dict of arrays in, a native model out."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from heavytail._native import Model, ModelBuilder
from heavytail.errors import ModelError

from .lend import is_array, lend_numpy, numpy_dtype_name
from .lend_torch import add_torch

__all__ = ["add_tensor", "from_mapping", "wrapper_of"]

# Under these keys checkpoints keep the weights, beside optimizers and counters.
_WRAPPERS = ("state_dict", "model_state_dict", "model", "module", "params")


def from_mapping(weights: Mapping[Any, Any]) -> Model:
    """Opens a dict of tensors; dicts inside it are taken apart, their names parted by dots."""
    builder = ModelBuilder()
    for name, value in _opened(weights):
        add_tensor(builder, name, value)
    return builder.finish()


def _opened(weights: Mapping[Any, Any]) -> list[tuple[str, Any]]:
    """Every tensor by its full name."""
    try:
        while (wrapper := wrapper_of(weights)) is not None:
            weights = weights[wrapper]
        found = list(_flat(weights, ""))
        keys = [] if found else list(weights)
    except (AttributeError, KeyError, OSError, RuntimeError, ValueError) as error:
        kind = f"{type(weights).__module__}.{type(weights).__qualname__}"
        raise ModelError(
            f"the tensors of this {kind} can't be read ({error}); if it stands for a file, open the file again"
        ) from error
    if not found:
        shown = ", ".join(f"`{key}`" for key in keys[:8])
        raise ModelError(f"the dict holds no tensor{f'; its keys are {shown}' if shown else ': it is empty'}")
    return found


def wrapper_of(weights: Mapping[Any, Any]) -> str | None:
    """The key under which a checkpoint keeps its weights, where it is not the weights themselves."""
    if any(is_array(value) for value in weights.values()):
        return None
    return next((word for word in _WRAPPERS if isinstance(weights.get(word), Mapping)), None)


def _flat(weights: Mapping[Any, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in weights.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        elif is_array(value):
            yield f"{prefix}{key}", value


def add_tensor(builder: ModelBuilder, name: str, value: Any) -> int:
    """Adds a tensor of any library; returns its index."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(value, torch.Tensor):
        return add_torch(builder, name, value)
    if isinstance(value, np.ndarray):
        capsule, dtype = lend_numpy(value, name)
        return builder.add(name, capsule, dtype)
    return _add_foreign(builder, name, value)


def _add_foreign(builder: ModelBuilder, name: str, value: Any) -> int:
    """Adds a tensor of JAX, TensorFlow, CuPy, …: fetched when it is needed, since it may lie on a device."""
    dtype = numpy_dtype_name(_numpy_dtype(value.dtype, name))
    if dtype is None:
        raise ModelError(f"tensor `{name}`: elements of type {value.dtype} can't be read as numbers")

    def load() -> Any:
        host = value.get() if type(value).__module__.startswith("cupy") else value
        return lend_numpy(np.asarray(host), name)[0]

    return builder.add_lazy(name, dtype, [int(extent) for extent in value.shape], load)


def _numpy_dtype(dtype: Any, name: str) -> np.dtype[Any]:
    for candidate in (dtype, getattr(dtype, "as_numpy_dtype", None), getattr(dtype, "name", None)):
        if candidate is None:
            continue
        try:
            return np.dtype(candidate)
        except TypeError:
            continue
    raise ModelError(f"tensor `{name}`: elements of type {dtype} can't be read as numbers")
