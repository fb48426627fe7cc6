"""A folder of weightwatcher's flat files, or one with a `.layer_map`, in; a native model with their ids out.

Both are conventions of weightwatcher alone; every other folder the engine opens by itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from heavytail import constants as ww
from heavytail._native import Model, ModelBuilder

from .lend import lend_numpy, numpy_dtype_name

__all__ = ["matches", "open_folder"]

_SLICED = (ww.DENSE, ww.CONV1D, ww.CONV2D, ww.MBEDDING)


def matches(path: Path) -> bool:
    """Whether the engine would not see the folder as weightwatcher does."""
    return path.is_dir() and ((path / ww.WW_CONFIG_FILENAME).is_file() or len(list(path.glob("*.layer_map"))) == 1)


def open_folder(path: Path, start_ids: int = 0) -> Model:
    """Opens the folder; tensors are read when the engine asks for them."""
    if (path / ww.WW_CONFIG_FILENAME).is_file():
        return _open_flat_files(path, start_ids)
    return _open_in_order(path, start_ids)


def _open_flat_files(path: Path, start_ids: int) -> Model:
    from heavytail.layer_objects.flat_files import WWFlatFile, load_array, read_config

    builder = ModelBuilder()
    for layer in WWFlatFile.get_layer_iterator(read_config(path), start_ids):
        index = _add(builder, f"{layer.longname}.weight", load_array(layer.weightfile))
        if layer.the_type in _SLICED:
            builder.hint(index, layer.layer_id, layer.name, layer.longname, layer.the_type)
        if layer.biasfile is not None:
            _add(builder, f"{layer.longname}.bias", load_array(layer.biasfile))
    return builder.finish()


def _add(builder: ModelBuilder, name: str, array: Any) -> int:
    dtype = numpy_dtype_name(array.dtype)
    return builder.add_lazy(name, dtype or "u8", list(array.shape), lambda: lend_numpy(array, name)[0])


def _open_in_order(path: Path, start_ids: int) -> Model:
    """The checkpoint of a folder with its tensors in the order of the map, what it does not name last."""
    from heavytail.layer_objects.checkpoints import CheckpointTensors, PyStateDictDir

    tensors = CheckpointTensors([Model.open(path)])
    named = [name for name in PyStateDictDir.get_layer_map(f"{path}/*safetensors") if name in tensors]
    builder, number = ModelBuilder(), start_ids
    for name in [*named, *(name for name in tensors if name not in set(named))]:
        array = tensors.shape_and_type(name)

        def load(name: str = name) -> Any:
            return lend_numpy(tensors[name], name)[0]

        index = builder.add_lazy(name, numpy_dtype_name(array.dtype) or "u8", list(array.shape), load)
        if name.endswith(".weight"):
            kind = {2: ww.DENSE, 4: ww.CONV2D}.get(array.ndim)
            longname = name.removesuffix(".weight")
            if kind is not None:
                builder.hint(index, number, longname, longname, kind)
            number += 1
    return builder.finish()
