"""A model in, a new one with smoothed or sharpened weights out; the caller's own model stays as it is.

The engine writes a checkpoint. A path becomes the path of that checkpoint; a dict a new dict; a module a copy of it
with the new weights.
"""

from __future__ import annotations

import copy
import glob
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from heavytail import _native
from heavytail.errors import ModelError, OptionError
from heavytail.sources import describe_type, is_path, keras_model, tensors, torch_module
from heavytail.sources.lend_torch import is_floating

__all__ = ["rewrite"]

Write = Callable[[Path], _native.Details]
NewArray = Callable[[str, Any], Any]


def rewrite(model: Any, write: Write, to: Any = None) -> tuple[Any, _native.Details]:
    """The new model and the engine's table of what was done; `write` writes the checkpoint to a path."""
    if to is not None:
        path = Path(to)
        try:
            return path, write(path)
        except KeyboardInterrupt:
            _discard(path)
            raise
    if is_path(model):
        raise OptionError("a model on disk is rewritten to a file: say which with to='folder/model.safetensors'")
    with tempfile.TemporaryDirectory(prefix="heavytail-") as folder:
        path = Path(folder) / "model.safetensors"
        table = write(path)
        return _like(model, path), table


def _discard(path: Path) -> None:
    """Removes what an interrupted write has begun.

    The engine's thread computes on and fails at its end, when it finds that its file is gone. A file that it had not
    begun may still appear.
    """
    inside = path.is_dir()
    name = "*" if inside else glob.escape(path.name)
    for part in (path if inside else path.parent).glob(f".{name}.{os.getpid()}.part"):
        part.unlink(missing_ok=True)


def _like(model: Any, path: Path) -> Any:
    """The checkpoint as the kind of object that the caller has."""
    native = _native.Model.open(path)
    floats = ((index, tensor) for index, tensor in enumerate(native.tensors()) if tensor[1].startswith(("f", "bf")))
    new = {name: (index, shape) for index, (name, _, shape) in floats}

    def array(name: str, like: Any) -> Any:
        index, shape = new[name]
        return _as(native.read(index), shape, like)

    if isinstance(model, Mapping):
        return _mapping(model, array, set(new))
    if torch_module.matches(model) and not keras_model.matches(model):
        return _module(model, array, set(new))
    raise ModelError(f"weights can't be put back into {describe_type(model)}; write a checkpoint with to=")


def _mapping(weights: Mapping[Any, Any], array: NewArray, names: set[str], prefix: str = "") -> dict[Any, Any]:
    """A dict of the same keys; what is no weight is the caller's own object."""
    if not prefix and (wrapper := tensors.wrapper_of(weights)) is not None:
        return {**weights, wrapper: _mapping(weights[wrapper], array, names)}
    made = dict(weights)
    for key, value in weights.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            made[key] = _mapping(value, array, names, f"{name}.")
        elif name in names:
            _check_form(name, value)
            made[key] = array(name, value)
    return made


def _module(model: Any, array: NewArray, names: set[str]) -> Any:
    import torch

    made = copy.deepcopy(model)
    with torch.no_grad():
        state = made.state_dict()
        for name in sorted(names & state.keys()):
            _check_form(name, state[name])
            state[name].copy_(array(name, state[name]))
        for name in names - state.keys():
            # Computed from other tensors: the parametrization takes the new weight apart.
            path, _, leaf = name.rpartition(".")
            module = made.get_submodule(path)
            setattr(module, leaf, array(name, getattr(module, leaf)))
    return made


def _check_form(name: str, old: Any) -> None:
    """Refuses a packed tensor, which would hold no longer what the caller takes it for."""
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(old, torch.Tensor) and not is_floating(old):
        raise ModelError(
            f"`{name}` is packed as {old.dtype}, and new weights can't be put back into it: "
            "write them to a checkpoint with to='folder/model.safetensors', or dequantise the model first"
        )


def _as(raw: bytes, shape: list[int], like: Any) -> Any:
    """The numbers as an array or tensor of the caller's library and type."""
    numbers = np.frombuffer(bytearray(raw), dtype=np.float64).reshape(shape)
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(like, torch.Tensor):
        return torch.from_numpy(numbers).to(dtype=like.dtype, device=like.device)
    dtype = getattr(like, "dtype", numbers.dtype)
    return numbers.astype(dtype) if isinstance(dtype, np.dtype) else numbers
