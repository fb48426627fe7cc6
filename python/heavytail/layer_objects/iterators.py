"""A model in, its layers one by one out, as `analyze` takes them: the engine says which, with what ids and sizes.

Fused weights that only heavytail takes apart (gates of an LSTM, projections of attention) have rows in tables, but are
no layer of the framework's and don't come here; neither do products of layers and adapters.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from heavytail import _native
from heavytail import constants as ww
from heavytail.analysis import describe
from heavytail.errors import LayerNotFoundError, OptionError
from heavytail.options import Layers
from heavytail.reference_options import describe_options
from heavytail.sources import flat_files, hub, is_path, keras_model, onnx_model, open_model, tensors, torch_module

from .arrays import Array
from .checkpoints import CheckpointTensors
from .flat_files import WWFlatFile, read_config
from .framework_layers import FrameworkLayer, KerasLayer, ONNXLayer, PyStateDictLayer, PyTorchLayer
from .ww_layer import WWLayer

__all__ = [
    "ModelIterator",
    "WW2xSliceIterator",
    "WWDeltaLayerIterator",
    "WWLayerIterator",
    "WWStackedLayerIterator",
]

logger = logging.getLogger("heavytail")

Params = Mapping[str, Any]
FromRow = Callable[[Mapping[str, Any]], FrameworkLayer]

# Keywords of `describe` by their names among the parameters.
_KEYWORDS = {"start_ids": ww.START_IDS, "fft": ww.FFT, "glorot_fix": ww.GLOROT_FIX, "channels": ww.CHANNELS_STR} | {
    name: name
    for name in (
        "min_evals",
        "max_evals",
        "max_N",
        "pool",
        "conv2d_norm",
        "conv2d_fft",
        "intra",
        "stacked",
        "peft",
        "ww2x",
    )
}


def framework_layers(model: Any, start_ids: int = 0) -> tuple[Iterator[FrameworkLayer], FromRow]:
    """Every layer that the framework itself has, norms and containers too; and the one that a row of a table names."""
    if is_path(model):
        return _of_path(hub.locate(model), start_ids)
    if isinstance(model, Mapping):
        while (wrapper := tensors.wrapper_of(model)) is not None:
            model = model[wrapper]
        return _of_tensors(model, start_ids or 1)
    if keras_model.matches(model):
        listed = [
            KerasLayer(layer, n, longname=layer.name) for n, layer in enumerate(keras_model.layers(model), start_ids)
        ]
        by_id = {layer.layer_id: layer for layer in listed}
        return iter(listed), lambda row: by_id[row["layer_id"]]
    if torch_module.matches(model):

        def named() -> Iterator[FrameworkLayer]:
            for number, (longname, module) in enumerate(model.named_modules(), start_ids):
                yield PyTorchLayer(module, number, longname=longname)

        return named(), partial(_of_module, model)
    if onnx_model.matches(model):
        nodes = [ONNXLayer(model, start_ids + n, node) for n, node in enumerate(model.graph.initializer)]
        by_name = {layer.name: layer for layer in nodes}
        return iter(nodes), lambda row: by_name[row["longname"]]
    open_model(model)  # Says what is wrong with it.
    raise OptionError("this model has no layers that can be iterated; analyze() has its rows")


def _of_module(model: Any, row: Mapping[str, Any]) -> FrameworkLayer:
    try:
        module = model.get_submodule(row["longname"])
    except AttributeError:
        raise LayerNotFoundError(f"{row['longname']!r} is no module of its own") from None
    if torch_module.layer_kind(module) is None or getattr(module, "weight", None) is None:
        raise LayerNotFoundError(f"{row['longname']!r} has no weight of its own")
    return PyTorchLayer(module, row["layer_id"], name=row["name"], longname=row["longname"])


def _of_path(path: Path, start_ids: int) -> tuple[Iterator[FrameworkLayer], FromRow]:
    if path.is_dir() and (path / ww.WW_CONFIG_FILENAME).is_file():
        listed = list(WWFlatFile.get_layer_iterator(read_config(path), start_ids))
        by_id = {layer.layer_id: layer for layer in listed}
        return iter(listed), lambda row: by_id[row["layer_id"]]
    opened = flat_files.open_folder(path, start_ids) if flat_files.matches(path) else _native.Model.open(path)
    return _of_tensors(CheckpointTensors([opened]), start_ids or int(path.is_file()))


def _of_tensors(model: Mapping[str, Any], first: int) -> tuple[Iterator[FrameworkLayer], FromRow]:
    names = (str(name).removesuffix(".weight") for name in model if str(name).endswith(".weight"))

    def of_row(row: Mapping[str, Any]) -> FrameworkLayer:
        layer = PyStateDictLayer(model, row["layer_id"], row["longname"])
        layer.the_type = row["layer_type"]
        return layer

    return (PyStateDictLayer(model, number, name) for number, name in enumerate(names, first)), of_row


class ModelIterator(Iterator[Any]):
    """The layers of a model as its framework has them."""

    def __init__(self, model: Any, framework: Any = None, params: Params | None = None, layer_map: Any = None) -> None:
        self.model = model
        self.params = dict(ww.DEFAULT_PARAMS) | dict(params or {})
        self.layer_iter = self._layers()

    def __next__(self) -> Any:
        return next(self.layer_iter)

    def _layers(self) -> Iterator[Any]:
        yield from framework_layers(self.model, int(self.params[ww.START_IDS] or 0))[0]


class WWLayerIterator(ModelIterator):
    """The layers of a model that have a spectrum, in the order of their ids."""

    def __init__(
        self,
        model: Any,
        framework: Any = None,
        params: Params | None = None,
        filters: Layers = (),
        layer_map: Any = None,
    ) -> None:
        self.filters = filters
        super().__init__(model, framework, params, layer_map)

    def _rows(self, **changed: Any) -> list[Mapping[str, Any]]:
        given = {keyword: self.params.get(name) for keyword, name in _KEYWORDS.items()} | {"layers": self.filters}
        return list(describe(self.model, describe_options({**given, "compat": True, **changed})))

    def _layers(self) -> Iterator[WWLayer]:
        if self.params[ww.INTRA] or self.params[ww.PEFT]:
            raise OptionError(
                "products of layers and adapters are no layers of the framework; analyze() has their rows"
            )
        yield from self._of_rows(self._rows(intra=False, stacked=False, pool=True, ww2x=False))

    def _of_rows(self, rows: list[Mapping[str, Any]]) -> Iterator[WWLayer]:
        of_row = framework_layers(self.model, int(self.params[ww.START_IDS] or 0))[1]
        for row in rows:
            try:
                layer = of_row(row)
            except (LayerNotFoundError, KeyError):
                logger.info("%s is part of a fused weight and no layer of its own", row["longname"])
                continue
            layer.plot_id = str(row["layer_id"])
            yield WWLayer(layer, row["layer_id"], params=self.params, row=row)


class WW2xSliceIterator(WWLayerIterator):
    """The slices of convolutions one by one, and all other layers."""

    def _layers(self) -> Iterator[WWLayer]:
        for layer in self._of_rows(self._rows(pool=False)):
            row = layer._row or {}
            if (place := row.get("slice_id")) is not None and len(slices := layer.Wmats) > place:
                layer.Wmats = [slices[place]]
                layer.add_column("slice_id", place)
                layer.plot_id = f"{layer.layer_id}.{place}"
            yield layer


class WWStackedLayerIterator(WWLayerIterator):
    """All layers stacked on top of each other: one layer."""

    def _layers(self) -> Iterator[WWLayer]:
        for row in self._rows(stacked=True):
            whole = FrameworkLayer(self.model, row["layer_id"], row["name"], row["longname"], row["layer_type"])
            yield WWLayer(whole, row["layer_id"], params=self.params, row=row, make_matrices=self._stack)

    def _stack(self) -> list[Array]:
        """Every layer less its median, its columns over their median absolute deviations, as wide as the widest."""
        plain = WWLayerIterator(self.model, None, {**self.params, ww.STACKED: False}, self.filters)
        scaled = []
        for layer in plain:
            matrix = np.hstack(layer.Wmats).astype(np.float64)
            spread = np.median(np.abs(matrix - np.median(matrix, axis=0)), axis=0)
            factor = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 0.0)
            scaled.append((matrix - np.median(matrix)) * factor)
        widest = max((matrix.shape[1] for matrix in scaled), default=0)
        padded = [np.pad(matrix, ((0, 0), (0, widest - matrix.shape[1]))) for matrix in scaled]
        return [np.vstack(padded)] if padded else []


class WWDeltaLayerIterator(WWLayerIterator):
    """The layers of a model less those of the same full name of another; a layer without such a partner is left out."""

    def __init__(
        self,
        base_model: Any,
        base_framework: Any = None,
        model: Any = None,
        framework: Any = None,
        filters: Layers = (),
        params: Params | None = None,
        Iterator_Class: type[WWLayerIterator] = WWLayerIterator,
    ) -> None:
        self.base_model = base_model
        self.kind = Iterator_Class
        super().__init__(model, framework, params, filters)

    def _layers(self) -> Iterator[WWLayer]:
        partners = {layer.longname: layer for layer in self.kind(self.base_model, None, self.params)}
        for layer in self.kind(self.model, None, self.params, self.filters):
            partner = partners.get(layer.longname)
            shapes = [] if partner is None else [matrix.shape for matrix in partner.Wmats]
            if partner is None or shapes != [matrix.shape for matrix in layer.Wmats]:
                logger.warning("%s: the base model has no layer of this name and shape", layer.longname)
                continue
            layer.Wmats = [mine - base for mine, base in zip(layer.Wmats, partner.Wmats, strict=True)]
            yield layer
