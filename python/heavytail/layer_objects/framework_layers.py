"""A layer of somebody's model in, its weights and biases as arrays out; new ones in when `replace_layer_weights` asks.

One class a kind of model, each under the reference's name. Only `replace_layer_weights` changes anything, and that is
what it is called for.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any, NamedTuple

import numpy.typing as npt

from heavytail import constants as ww
from heavytail.errors import LayerNotFoundError, ModelError
from heavytail.sources.bitsandbytes_weight import is_packed, unpacked
from heavytail.sources.keras_model import WEIGHTS
from heavytail.sources.lend_torch import is_floating
from heavytail.sources.torch_module import layer_kind

from .arrays import Array, in_the_form_of, to_numpy

__all__ = ["FrameworkLayer", "KerasLayer", "ONNXLayer", "PyStateDictLayer", "PyTorchLayer", "WeightsAndBiases"]


class WeightsAndBiases(NamedTuple):
    """What the reference's `get_weights_and_biases` returns."""

    has_weights: bool
    weights: Array | None
    has_biases: bool
    biases: Array | None


class FrameworkLayer:
    """A layer as its framework has it; `layer` is the framework's own object or, in a state dict, the name."""

    framework = ww.FRAMEWORK.UNKNOWN
    channels = ww.CHANNELS.UNKNOWN

    def __init__(
        self,
        layer: Any,
        layer_id: int,
        name: str | None = None,
        longname: str | None = None,
        the_type: str = ww.LAYER_TYPE.UNKNOWN,
    ) -> None:
        self.layer = layer
        self.layer_id = int(layer_id)
        self.name = type(layer).__name__ if name is None else name
        self.longname = self.name if longname is None else longname
        self.the_type = the_type
        self.skipped = False
        self.plot_id = str(layer_id)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.layer_id} {self.longname!r} {self.the_type}>"

    def has_biases(self) -> bool:
        """Whether biases stand beside the weights."""
        return self.get_weights_and_biases().has_biases

    def get_weights_and_biases(self) -> WeightsAndBiases:
        """Whether there are weights, the weights, whether there are biases, the biases."""
        raise ModelError(f"a layer of {type(self.layer).__name__} has no weights that can be read")

    def replace_layer_weights(self, W: npt.ArrayLike, B: npt.ArrayLike | None = None) -> None:
        """Puts new weights, and biases where there are any, into the caller's own model."""
        raise ModelError(f"the weights of a layer of {type(self.layer).__name__} can't be replaced")


class PyTorchLayer(FrameworkLayer):
    """A torch module with a weight of its own."""

    framework = ww.FRAMEWORK.PYTORCH
    channels = ww.CHANNELS.LAST

    def __init__(self, layer: Any, layer_id: int, name: str | None = None, longname: str | None = None) -> None:
        norm = ww.LAYER_TYPE.NORM if "norm" in str(type(layer)).lower() else ww.LAYER_TYPE.UNKNOWN
        super().__init__(layer, layer_id, name, longname, layer_kind(layer) or norm)

    def has_biases(self) -> bool:
        """Whether the module has a bias."""
        return getattr(self.layer, "bias", None) is not None

    def get_weights_and_biases(self) -> WeightsAndBiases:
        """The module's `weight` and `bias`; they stay as they are when the module gets others."""
        weight = getattr(self.layer, "weight", None)
        if weight is None or self.the_type in (ww.LAYER_TYPE.UNKNOWN, ww.LAYER_TYPE.NORM):
            return WeightsAndBiases(False, None, False, None)
        if is_packed(self.layer, weight):
            weight = unpacked(self.layer, weight)
        biases = to_numpy(self.layer.bias) if self.has_biases() else None
        return WeightsAndBiases(True, to_numpy(weight), biases is not None, biases)

    def replace_layer_weights(self, W: npt.ArrayLike, B: npt.ArrayLike | None = None) -> None:
        """Puts new numbers into the module's parameters, which keep their types and devices."""
        if not is_floating(self.layer.weight):
            raise ModelError(f"`{self.longname}.weight` is packed as {self.layer.weight.dtype}: dequantise it first")
        self.layer.weight.data = in_the_form_of(self.layer.weight, W, f"{self.longname}.weight")
        if B is not None and self.has_biases():
            self.layer.bias.data = in_the_form_of(self.layer.bias, B, f"{self.longname}.bias")


class PyStateDictLayer(FrameworkLayer):
    """The entries `NAME.weight` and `NAME.bias` of a state dict or a checkpoint."""

    framework = ww.FRAMEWORK.PYSTATEDICT
    channels = ww.CHANNELS.LAST

    def __init__(self, model: Any, layer_id: int, name: str) -> None:
        self.model = model
        weight = f"{name}.weight"
        self.weight_key = weight if weight in model else name
        self.bias_key = f"{name}.bias"
        if self.weight_key not in model:
            raise LayerNotFoundError(f"the state dict has no entry `{weight}`")
        kinds = {2: ww.LAYER_TYPE.DENSE, 4: ww.LAYER_TYPE.CONV2D}
        kind = kinds.get(len(model[self.weight_key].shape), ww.LAYER_TYPE.UNKNOWN)
        super().__init__(name, layer_id, name, name, kind)

    def has_biases(self) -> bool:
        """Whether there is an entry `NAME.bias`."""
        return self.bias_key in self.model

    def get_weights_and_biases(self) -> WeightsAndBiases:
        """The two entries as arrays."""
        biases = to_numpy(self.model[self.bias_key]) if self.has_biases() else None
        return WeightsAndBiases(True, to_numpy(self.model[self.weight_key]), biases is not None, biases)

    def replace_layer_weights(self, W: npt.ArrayLike, B: npt.ArrayLike | None = None) -> None:
        """Puts new tensors into the caller's dict; a checkpoint on disk is never written to."""
        if not isinstance(self.model, MutableMapping):
            raise ModelError(f"`{self.weight_key}` lies in a file, which is only read; write a new one from a dict")
        self.model[self.weight_key] = in_the_form_of(self.model[self.weight_key], W, self.weight_key)
        if B is not None and self.has_biases():
            self.model[self.bias_key] = in_the_form_of(self.model[self.bias_key], B, self.bias_key)


class KerasLayer(FrameworkLayer):
    """A layer of a Keras model."""

    framework = ww.FRAMEWORK.KERAS
    channels = ww.CHANNELS.FIRST

    def __init__(self, layer: Any, layer_id: int, name: str | None = None, longname: str | None = None) -> None:
        words = str(type(layer)).lower()
        found = next(((named, kind) for word, named, kind in WEIGHTS if word in words), None)
        self._named, kind = found if found is not None else ("", ww.LAYER_TYPE.UNKNOWN)
        super().__init__(layer, layer_id, layer.name if name is None else name, longname, kind)

    def _variable(self, leaf: str) -> Any:
        names = ((weight.name.rpartition("/")[2].removesuffix(":0"), weight) for weight in self.layer.weights)
        return next((weight for name, weight in names if name == leaf), None)

    def has_biases(self) -> bool:
        """Whether the layer has a bias."""
        return self._variable("bias") is not None

    def get_weights_and_biases(self) -> WeightsAndBiases:
        """The layer's kernel, or embeddings, and bias."""
        weight, bias = self._variable(self._named), self._variable("bias")
        if not self._named or weight is None:
            return WeightsAndBiases(False, None, False, None)
        biases = None if bias is None else _of_variable(bias)
        return WeightsAndBiases(True, _of_variable(weight), biases is not None, biases)

    def replace_layer_weights(self, W: npt.ArrayLike, B: npt.ArrayLike | None = None) -> None:
        """Assigns new numbers to the layer's variables."""
        weight, bias = self._variable(self._named), self._variable("bias")
        weight.assign(in_the_form_of(_of_variable(weight), W, f"{self.name}/{self._named}"))
        if B is not None and bias is not None:
            bias.assign(in_the_form_of(_of_variable(bias), B, f"{self.name}/bias"))


def _of_variable(variable: Any) -> Array:
    value = getattr(variable, "value", variable)
    return to_numpy(value() if callable(value) else value)


class ONNXLayer(FrameworkLayer):
    """An initialiser of an ONNX model."""

    framework = ww.FRAMEWORK.ONNX
    channels = ww.CHANNELS.LAST

    def __init__(self, model: Any, inode: int, node: Any) -> None:
        self.model = model
        kinds = {2: ww.LAYER_TYPE.DENSE, 4: ww.LAYER_TYPE.CONV2D}
        kind = kinds.get(len(node.dims), ww.LAYER_TYPE.UNKNOWN)
        super().__init__(node, inode, node.name, node.name, kind)

    def has_biases(self) -> bool:
        """False: which initialiser is whose bias, the graph does not tell."""
        return False

    def get_weights_and_biases(self) -> WeightsAndBiases:
        """The initialiser's numbers."""
        from onnx import numpy_helper

        return WeightsAndBiases(True, numpy_helper.to_array(self.layer), False, None)

    def replace_layer_weights(self, W: npt.ArrayLike, B: npt.ArrayLike | None = None) -> None:
        """Writes new numbers into the initialiser."""
        from onnx import numpy_helper

        old = numpy_helper.to_array(self.layer)
        self.layer.CopyFrom(numpy_helper.from_array(in_the_form_of(old, W, self.name), self.name))
