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
from heavytail.sources import describe_type, is_path, keras_model, tensors, torch_module
from heavytail.sources.lend_torch import is_floating

__all__ = ["rewrite"]

Write = Callable[[Path, bool], _native.Details]
NewArray = Callable[[str, Any], Any]


def rewrite(model: Any, write: Write, to: Any = None) -> tuple[Any, _native.Details]:
    """The new model and the engine's table of what was done.

    `write` writes the checkpoint to a path; told so, it leaves packed layers what they are: in a checkpoint they become
    plain numbers, but those can't be put back into a packed tensor.
    """
    if to is not None:
        return Path(to), write(Path(to), False)
    if is_path(model):
        raise OptionError("a model on disk is rewritten to a file: say which with to='folder/model.safetensors'")
    with tempfile.TemporaryDirectory(prefix="heavytail-") as folder:
        path = Path(folder) / "model.safetensors"
        table = write(path, True)
        return _like(model, path), table


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
        elif name in names and not _is_packed(value):
            made[key] = array(name, value)
    return made


def _module(model: Any, array: NewArray, names: set[str]) -> Any:
    import torch

    made = copy.deepcopy(model)
    with torch.no_grad():
        state = made.state_dict()
        for name in sorted(names & state.keys()):
            if not _is_packed(state[name]):
                state[name].copy_(array(name, state[name]))
        for name in names - state.keys():
            # Computed from other tensors: the parametrization takes the new weight apart.
            path, _, leaf = name.rpartition(".")
            module = made.get_submodule(path)
            setattr(module, leaf, array(name, getattr(module, leaf)))
    return made


def _is_packed(old: Any) -> bool:
    """Whether a tensor is packed, so that other numbers can't take the places of its own."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(old, torch.Tensor) and not is_floating(old)


def _as(raw: bytes, shape: list[int], like: Any) -> Any:
    """The numbers as an array or tensor of the caller's library and type."""
    numbers = np.frombuffer(bytearray(raw), dtype=np.float64).reshape(shape)
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(like, torch.Tensor):
        return torch.from_numpy(numbers).to(dtype=like.dtype, device=like.device)
    dtype = getattr(like, "dtype", numbers.dtype)
    return numbers.astype(dtype) if isinstance(dtype, np.dtype) else numbers
