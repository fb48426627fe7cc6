"""A model in, a new one with smoothed or sharpened weights out; the caller's own model stays as it is.

The engine writes a checkpoint. A path becomes the path of that checkpoint; a dict a new dict; a module a copy of it
with the new weights.
"""

from __future__ import annotations

import copy
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from heavytail import _native
from heavytail.errors import ModelError, OptionError
from heavytail.sources import describe_type, is_path, keras_model, torch_module

__all__ = ["rewrite"]

Write = Callable[[Path], _native.Details]


def rewrite(model: Any, write: Write, to: Any = None) -> tuple[Any, _native.Details]:
    """The new model and the engine's table of what was done; `write` writes the checkpoint to a path."""
    if to is not None:
        path = Path(to)
        return path, write(path)
    if is_path(model):
        raise OptionError("a model on disk is rewritten to a file: say which with to='folder/model.safetensors'")
    with tempfile.TemporaryDirectory(prefix="heavytail-") as folder:
        path = Path(folder) / "model.safetensors"
        table = write(path)
        return _like(model, path), table


def _like(model: Any, path: Path) -> Any:
    """The checkpoint as the kind of object that the caller has."""
    native = _native.Model.open(path)
    new = {name: (index, shape) for index, (name, _, shape) in enumerate(native.tensors())}

    def array(name: str, like: Any) -> Any:
        index, shape = new[name]
        return _as(native.read(index), shape, like)

    if isinstance(model, Mapping):
        return {key: array(key, value) if key in new else value for key, value in model.items()}
    if torch_module.matches(model) and not keras_model.matches(model):
        return _module(model, array, set(new))
    raise ModelError(f"weights can't be put back into {describe_type(model)}; write a checkpoint with to=")


def _module(model: Any, array: Callable[[str, Any], Any], names: set[str]) -> Any:
    import torch

    made = copy.deepcopy(model)
    with torch.no_grad():
        for name, tensor in made.state_dict(keep_vars=False).items():
            if name in names and tensor.is_floating_point():
                tensor.copy_(array(name, tensor))
    return made


def _as(raw: bytes, shape: list[int], like: Any) -> Any:
    """The numbers as an array or tensor of the caller's library and type."""
    numbers = np.frombuffer(bytearray(raw), dtype=np.float64).reshape(shape)
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(like, torch.Tensor):
        return torch.from_numpy(numbers).to(dtype=like.dtype, device=like.device)
    dtype = getattr(like, "dtype", numbers.dtype)
    return numbers.astype(dtype) if isinstance(dtype, np.dtype) else numbers
