"""Checkpoints in, a folder of one NumPy file a tensor with an index out, and such a folder in again.

It is the reference's way to analyse models that don't fit into memory. heavytail needs no such detour: its engine maps
checkpoints; folders that are there already are read.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from heavytail import _native
from heavytail import constants as ww
from heavytail.errors import ModelError, ModelNotFoundError, OptionError

from .arrays import Array
from .checkpoints import CheckpointTensors, matching
from .framework_layers import FrameworkLayer, WeightsAndBiases

__all__ = [
    "WWFlatFile",
    "extract_pytorch_bins",
    "extract_pytorch_statedict",
    "file_format",
    "load_array",
    "read_config",
    "write_config",
]

Config = dict[str, Any]
Layers = dict[int, dict[str, Any]]

# What the reference looks for in a folder, in its order.
_FORMATS = (
    ("model*safetensors", ww.SAFETENSORS),
    ("adapter_model*safetensors", ww.SAFETENSORS),
    ("pytorch_model*bin", ww.PYTORCH),
    ("adapter_model*bin", ww.PYTORCH),
    ("*weight*npy", ww.WW_FLATFILES),
    ("*h5", ww.KERAS_H5_FILE),
)
_KINDS = {1: ww.NORM, 2: ww.DENSE, 4: ww.CONV2D}


def file_format(model_dir: str | Path) -> tuple[str, str]:
    """The format of a folder's files by the reference's words, and the pattern that finds them."""
    for pattern, word in _FORMATS:
        if any(Path(model_dir).glob(pattern)):
            return word, f"{model_dir}/{pattern}"
    return ww.UNKNOWN, ww.UNKNOWN


class WWFlatFile(FrameworkLayer):
    """A layer whose weights and biases lie in NumPy files."""

    framework = ww.FRAMEWORK.WW_FLATFILES
    channels = ww.CHANNELS.LAST

    def __init__(self, layer_id: int, config: Mapping[str, Any], layer_config: Mapping[str, Any]) -> None:
        self.config = config
        folder = Path(config["weights_dir"])
        bias = layer_config.get("biasfile")
        self.weightfile = folder / layer_config["weightfile"]
        self.biasfile = folder / bias if bias else None
        super().__init__(
            layer_config, layer_id, layer_config["name"], layer_config["longname"], layer_config.get("type", ww.UNKNOWN)
        )

    def has_biases(self) -> bool:
        """Whether there is a file of biases."""
        return self.biasfile is not None

    def get_weights_and_biases(self) -> WeightsAndBiases:
        """The numbers of the files, mapped."""
        biases = None if self.biasfile is None else load_array(self.biasfile)
        return WeightsAndBiases(True, load_array(self.weightfile), biases is not None, biases)

    @staticmethod
    def get_layer_iterator(config: Mapping[str, Any], start_id: int = 0) -> Iterator[WWFlatFile]:
        """Every tensor that the index lists, norms too."""
        return (WWFlatFile(int(number) + start_id, config, layer) for number, layer in config["layers"].items())


def load_array(path: Path) -> Array:
    """The array of a NumPy file, mapped."""
    try:
        array: Array = np.load(path, mmap_mode="r")
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: no array can be read from it: {error}") from None
    return array


def read_config(model_dir: str | Path) -> Config:
    """The index of a folder that `extract_pytorch_bins` made; its layers by number."""
    path = Path(model_dir) / ww.WW_CONFIG_FILENAME
    if not path.is_file():
        raise ModelNotFoundError(f"{path}: no such file; extract_pytorch_bins() makes it")
    try:
        config: Config = json.loads(path.read_text(encoding="utf-8"))
        layers = {int(number): layer for number, layer in config["layers"].items()}
        for layer in layers.values():
            layer["name"], layer["longname"], layer["weightfile"]
    except (json.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ModelError(f"{path}: no index of flat files: {error!r}") from None
    # Where the folder lies now, not where it was written.
    return {**config, "weights_dir": str(model_dir), "layers": layers}


def extract_pytorch_statedict(
    weights_dir: str | Path,
    model_name: str,
    state_dict_filename: str | Path,
    start_id: int = 0,
    format: str = ww.PYTORCH,
    save: bool | None = None,
) -> Layers:
    """Writes each weight of a checkpoint, and the bias of its layer, as NumPy files; returns the index by number.

    `save` false lists without writing, which is the default for safetensors.
    """
    tensors = CheckpointTensors([_native.Model.open(Path(state_dict_filename))])
    writes = format != ww.SAFETENSORS if save is None else bool(save)
    config: Layers = {}
    for number, key in enumerate((key for key in tensors if "weight" in key.lower()), start_id):
        name, bias_key = f"{model_name}.{number}", key.removesuffix("weight") + "bias"
        weights, has_bias = tensors[key], bias_key != "bias" and bias_key in tensors
        files = [f"{name}.weight.npy", f"{name}.bias.npy" if has_bias else None]
        if writes:
            np.save(Path(weights_dir) / f"{name}.weight.npy", weights)
            if has_bias:
                np.save(Path(weights_dir) / f"{name}.bias.npy", tensors[bias_key])
        else:
            files = [str(state_dict_filename), str(state_dict_filename) if has_bias else None]
        config[int(number)] = {
            "key": key,
            "name": name,
            "longname": key.removesuffix(".weight"),
            "weightfile": files[0],
            "biasfile": files[1],
            "type": _KINDS.get(weights.ndim, ww.UNKNOWN),
            "dims": json.dumps(weights.shape),
        }
    return config


def extract_pytorch_bins(
    model_dir: str | Path | None = None,
    model_name: str | None = None,
    tmp_dir: str | Path = "/tmp",
    format: str | None = None,
) -> Config:
    """Writes the weights of a folder's checkpoints as NumPy files into a new folder below `tmp_dir`; returns the index.

    The new folder, `weights_dir` of the index, is the caller's to remove. `WeightWatcher` takes it as a model.
    """
    if model_dir is None or not Path(model_dir).is_dir():
        raise ModelNotFoundError(f"{model_dir}: no such folder")
    found = file_format(model_dir)[0] if format is None else format
    patterns = {ww.PYTORCH: "pytorch_model*bin", ww.SAFETENSORS: "model*safetensors"}
    if found not in patterns:
        raise OptionError(f"option format: {found!r} is not allowed; 'pytorch' or 'safetensors'")
    files = matching(f"{model_dir}/{patterns[found]}")
    name = _model_name(Path(model_dir)) if model_name is None else model_name
    weights_dir = tempfile.mkdtemp(dir=tmp_dir, prefix="ww_")
    layers: Layers = {}
    for path in files:
        start = max(layers, default=-1) + 1
        layers |= extract_pytorch_statedict(weights_dir, name, path, start, found, save=True)
    config = {
        "framework": ww.FRAMEWORK.PYTORCH,
        "weights_dir": weights_dir,
        "format": found,
        "model_name": name,
        "layers": layers,
    }
    write_config(weights_dir, config)
    return config


def write_config(weights_dir: str | Path, config: Config) -> Path:
    """Writes the index into the folder of its files."""
    path = Path(weights_dir) / ww.WW_CONFIG_FILENAME
    path.write_text(json.dumps(config, ensure_ascii=False, indent=4), encoding="utf-8")
    return path


def _model_name(folder: Path) -> str:
    """What the folder's configuration calls the model, or its own name."""
    try:
        return str(json.loads((folder / "config.json").read_text(encoding="utf-8"))["model_type"])
    except (OSError, json.JSONDecodeError, KeyError, TypeError):
        return folder.name
