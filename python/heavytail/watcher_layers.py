"""The reference's methods that hand out a model's layers, matrices and vectors: part of `WeightWatcher`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from heavytail import constants as ww
from heavytail.errors import LayerNotFoundError, OptionError, refuse_unknown_options
from heavytail.held_model import HeldModel
from heavytail.layer_objects import (
    WW2xSliceIterator,
    WWDeltaLayerIterator,
    WWLayer,
    WWLayerIterator,
    WWStackedLayerIterator,
    flat_files,
)
from heavytail.layer_objects.arrays import Array
from heavytail.options import Layers
from heavytail.reference_params import normalized_params, valid_params
from heavytail.rmt import measures
from heavytail.sources import is_path, keras_model, onnx_model, torch_module

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["LayerAccess"]


class LayerAccess(HeldModel):
    """Layers as objects, their matrices, and measures of vectors."""

    @refuse_unknown_options
    def make_layer_iterator(
        self, model: Any = None, layers: Layers = (), params: Mapping[str, Any] | None = None, base_model: Any = None
    ) -> WWLayerIterator:
        """The layers of a model one by one, each with its matrices in `Wmats`, read when they are asked for.

        `params` is a dict like `DEFAULT_PARAMS`; `layers` as for `analyze`. With `base_model` the matrices are the
        differences from that model.

        Raises
        ------
        OptionError
            The parameters can't be had together, see `valid_params`.
        """
        given = dict(ww.DEFAULT_PARAMS if params is None else params)
        if not valid_params(given):
            raise OptionError("option params: these can't be had together; WeightWatcher.valid_params() says whether")
        model, _ = self._models(model, None)
        if base_model is not None:
            return WWDeltaLayerIterator(base_model, None, model, None, layers, given)
        if given.get(ww.STACKED):
            return WWStackedLayerIterator(model, None, given, layers)
        kind = WWLayerIterator if given.get(ww.POOL, True) else WW2xSliceIterator
        return kind(model, None, given, layers)

    def make_delta_layer_iterator(
        self,
        base_model: Any,
        model: Any = None,
        filters: Layers = (),
        params: Mapping[str, Any] | None = None,
        Iterator_Class: type[WWLayerIterator] = WWLayerIterator,
    ) -> WWDeltaLayerIterator:
        """The layers of a model less those of the same name of another."""
        model, _ = self._models(model, None)
        return WWDeltaLayerIterator(base_model, None, model, None, filters, params, Iterator_Class)

    def _layer(self, model: Any, layer: int | str | None, params: Mapping[str, Any] | None) -> WWLayer:
        if layer is None:
            raise OptionError("say which layer: its id or its name")
        given = {**ww.DEFAULT_PARAMS, ww.MIN_EVALS: 1, **(params or {})}
        for candidate in self.make_layer_iterator(model, (), given):
            if layer in ((candidate.longname, candidate.name) if isinstance(layer, str) else (candidate.layer_id,)):
                return candidate
        raise LayerNotFoundError(f"the model has no layer {layer!r} with a spectrum; describe() lists them")

    def get_Weights(
        self, model: Any = None, layer: int | str | None = None, params: Mapping[str, Any] | None = None
    ) -> list[Array]:
        """The matrices of one layer, by its id or name: its weight, or the slices of a convolution."""
        return self._layer(model, layer, params).Wmats

    def get_framework_layer(
        self, model: Any = None, layer: int | str | None = None, params: Mapping[str, Any] | None = None
    ) -> Any:
        """The framework's own object of a layer, by its id or name; of a state dict, the layer's name."""
        return self._layer(model, layer, params).framework_layer.layer

    def apply_permute_W(self, ww_layer: WWLayer, params: Mapping[str, Any] | None = None) -> WWLayer:
        """Shuffles the elements of the layer object's matrices; the model keeps its own."""
        ww_layer.Wmats = ww_layer.permute_Wmats()
        return ww_layer

    def apply_unpermute_W(self, ww_layer: WWLayer, params: Mapping[str, Any] | None = None) -> WWLayer:
        """Puts the elements back where `apply_permute_W` took them from."""
        ww_layer.Wmats = ww_layer.unpermute_Wmats(ww_layer.Wmats)
        return ww_layer

    @staticmethod
    def valid_vectors(vectors: Any) -> bool:
        """Whether it is one NumPy vector, a list of them, or a matrix whose rows are vectors."""
        if isinstance(vectors, list):
            return all(isinstance(vector, np.ndarray) for vector in vectors)
        return isinstance(vectors, np.ndarray)

    @staticmethod
    def iterate_vectors(vectors: Any) -> Iterator[npt.NDArray[Any]]:
        """The vectors of a vector, a list or a matrix of rows, one by one."""
        if isinstance(vectors, list) or (isinstance(vectors, np.ndarray) and vectors.ndim > 1):
            yield from vectors
        else:
            yield vectors

    def vector_metrics(self, vectors: Any = None, params: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Entropies and localisation of vectors of any origin, a row a vector."""
        import pandas as pd

        if not self.valid_vectors(vectors):
            raise OptionError("option vectors: a NumPy vector, a list of them, or a matrix whose rows are vectors")
        rows = [
            {
                "length": len(vector),
                "entropy": measures.vector_entropy(vector),
                "discrete_entropy": measures.discrete_entropy(vector),
                "localization_ratio": measures.localization_ratio(vector),
                "participation_ratio": measures.participation_ratio(vector),
            }
            for vector in self.iterate_vectors(vectors)
        ]
        return pd.DataFrame(rows)

    normalize_params = staticmethod(normalized_params)
    infer_model_file_format = staticmethod(flat_files.file_format)
    extract_pytorch_bins = staticmethod(flat_files.extract_pytorch_bins)
    extract_pytorch_statedict_ = staticmethod(flat_files.extract_pytorch_statedict)
    read_pystatedict_config = staticmethod(flat_files.read_config)
    write_pystatedict_config = staticmethod(flat_files.write_config)

    @staticmethod
    def infer_framework(model: Any) -> str:
        """What kind of model it is, by the reference's words; "unknown" for what only heavytail opens."""
        if is_path(model):
            folder = Path(model)
            found = flat_files.file_format(folder)[0] if folder.is_dir() else ww.UNKNOWN
            named = {ww.SAFETENSORS: ww.FRAMEWORK.PYSTATEDICT_DIR, ww.PYTORCH: ww.FRAMEWORK.PYSTATEDICT_DIR}
            return named.get(found, found)
        if isinstance(model, Mapping):
            return ww.FRAMEWORK.PYSTATEDICT
        kinds = (
            (keras_model, ww.FRAMEWORK.KERAS),
            (torch_module, ww.FRAMEWORK.PYTORCH),
            (onnx_model, ww.FRAMEWORK.ONNX),
        )
        return next((word for kind, word in kinds if kind.matches(model)), ww.FRAMEWORK.UNKNOWN)

    @staticmethod
    def valid_framework(framework: str) -> bool:
        """Whether it is one of the reference's words for kinds of models."""
        words = {word for name, word in vars(ww.FRAMEWORK).items() if name.isupper()}
        return framework in words - {ww.FRAMEWORK.UNKNOWN}
