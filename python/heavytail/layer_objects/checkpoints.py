"""Checkpoints in, mappings from a tensor's name to its numbers out; a tensor is read when it is asked for."""

from __future__ import annotations

import glob
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from heavytail import _native
from heavytail.errors import ModelError, ModelNotFoundError

from .arrays import Array

__all__ = ["CheckpointTensors", "PyStateDictDir", "SafeTensorDict"]

# NumPy's types that hold every number of the engine's; what NumPy lacks comes as float32.
_TYPES = {
    "f64": np.float64,
    "f16": np.float16,
    "i64": np.int64,
    "i32": np.int32,
    "i16": np.int16,
    "i8": np.int8,
    "u64": np.uint64,
    "u32": np.uint32,
    "u16": np.uint16,
    "u8": np.uint8,
    "bool": np.bool_,
}


class CheckpointTensors(Mapping[str, Array]):
    """The tensors of one or more opened checkpoints by name, in the order in which they lie there."""

    def __init__(self, models: Sequence[_native.Model]) -> None:
        self._places = {
            name: (model, index, dtype, shape)
            for model in models
            for index, (name, dtype, shape) in enumerate(model.tensors())
        }

    def __getitem__(self, name: str) -> Array:
        model, index, dtype, shape = self._places[name]
        numbers = np.frombuffer(model.read(index), dtype=np.float64).reshape(shape)
        return numbers.astype(_TYPES.get(dtype, np.float32))

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, name: object) -> bool:
        return name in self._places

    def shape_and_type(self, name: str) -> Array:
        """An array of the tensor's shape and type that takes no memory and has no numbers of it."""
        _, _, dtype, shape = self._places[name]
        return np.broadcast_to(np.zeros((), dtype=_TYPES.get(dtype, np.float32)), shape)

    def close(self) -> None:
        """Lets go of the files."""
        self._places = {}


class SafeTensorDict(CheckpointTensors):
    """The tensors of all files that match a pattern, such as `"model/model*safetensors"`."""

    def __init__(self, fileglob: str) -> None:
        super().__init__([_native.Model.open(path) for path in matching(fileglob)])


def matching(fileglob: str) -> list[str]:
    """The files that match a pattern, by name; an error where there is none."""
    found = _glob(fileglob)
    if not found:
        raise ModelNotFoundError(f"{fileglob}: no such file")
    return found


def _glob(fileglob: str | Path) -> list[str]:
    # A pattern from the caller, which may be absolute: pathlib takes relative ones only.
    return sorted(glob.glob(str(fileglob)))  # noqa: PTH207


class PyStateDictDir:
    """What a folder of shards says of its tensors; heavytail opens such folders as models."""

    @staticmethod
    def get_layer_map(fileglob: str) -> list[str]:
        """The names of the tensors in the order of the model, if a file beside the shards tells; else nothing.

        Looked for are one `*.layer_map`, a name a line, and one Hugging Face index, `*.safetensors.index.json`.
        """
        maps = _glob(str(fileglob).replace("safetensors", "layer_map"))
        if len(maps) == 1 and maps[0].endswith("layer_map"):
            return [line.strip() for line in Path(maps[0]).read_text(encoding="utf-8").splitlines() if line.strip()]
        indices = _glob(f"{fileglob}.index.json") if str(fileglob).endswith("safetensors") else []
        if len(indices) != 1:
            return []
        try:
            places: dict[str, Any] = json.loads(Path(indices[0]).read_text(encoding="utf-8"))["weight_map"]
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise ModelError(f"{indices[0]}: no index of shards: {error!r}") from None
        return [name for shard in sorted(set(places.values())) for name in places if places[name] == shard]

    @staticmethod
    def read_safetensor_state_dict(state_dict_filename: str) -> dict[str, Array]:
        """All tensors of a file in memory."""
        return dict(CheckpointTensors([_native.Model.open(state_dict_filename)]))
