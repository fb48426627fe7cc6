"""A framework's layer in, the layer as weightwatcher sees it out: its sizes, and its weights as N×M matrices.

Weights are read when they are first asked for, so that a list of layers costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from heavytail import constants as ww
from heavytail.errors import OptionError

from .arrays import Array
from .framework_layers import FrameworkLayer, WeightsAndBiases

__all__ = ["WWLayer", "matrices_of"]

_FLAT = (ww.LAYER_TYPE.DENSE, ww.LAYER_TYPE.CONV1D, ww.LAYER_TYPE.EMBEDDING)


def matrices_of(weights: Array, the_type: str, channels: str = ww.CHANNELS.UNKNOWN) -> list[Array]:
    """The matrices of a layer: the weight itself, or the slices of a convolution, each with its longer side first.

    `channels` says where the extents of a convolution's kernel stand: "last" as in torch and ONNX, "first" as in Keras;
    where it is unknown, the smaller two of the extents are the kernel's.
    """
    if the_type in _FLAT and weights.ndim == 2:
        return [weights]
    if weights.ndim not in (3, 4) or the_type not in (*_FLAT, ww.LAYER_TYPE.CONV2D):
        return []
    if channels == ww.CHANNELS.UNKNOWN:
        outer, inner = sum(weights.shape[:2]), sum(weights.shape[2:])
        channels = ww.CHANNELS.LAST if weights.ndim == 3 or outer >= inner else ww.CHANNELS.FIRST
    kernel = weights.ndim - 2
    if channels == ww.CHANNELS.LAST:
        weights = np.moveaxis(weights, range(2, 2 + kernel), range(kernel))
    slices = weights.reshape(-1, *weights.shape[kernel:])
    return [piece if piece.shape[0] >= piece.shape[1] else piece.T for piece in slices]


class WWLayer:
    """A layer with its matrices, and whatever columns a notebook adds to it.

    `row` is the engine's description, where it has one; else the sizes come from the weights.
    """

    def __init__(
        self,
        framework_layer: FrameworkLayer,
        layer_id: int = -1,
        skipped: bool = False,
        make_weights: bool = True,
        params: Mapping[str, Any] | None = None,
        row: Mapping[str, Any] | None = None,
        make_matrices: Callable[[], list[Array]] | None = None,
    ) -> None:
        self.framework_layer = framework_layer
        self.layer_id = layer_id
        self.skipped = skipped
        self.params = dict(ww.DEFAULT_PARAMS if params is None else params)
        self.plot_id = framework_layer.plot_id
        self.name = framework_layer.name
        self.longname = framework_layer.longname
        self.the_type = framework_layer.the_type
        self.framework = framework_layer.framework
        self.channels = framework_layer.channels
        self.columns: list[str] = []
        self.permute_ids: list[npt.NDArray[np.intp]] = []
        self._row = row
        self._make_matrices = make_matrices
        self._held: WeightsAndBiases | None = None
        self._matrices: list[Array] | None = None
        if row is None and make_weights and not skipped:
            self.set_weight_matrices()

    def __repr__(self) -> str:
        return f"<WWLayer {self.layer_id} {self.longname!r} {self.the_type}{' skipped' if self.skipped else ''}>"

    def _weights(self) -> WeightsAndBiases:
        if self._held is None:
            none = WeightsAndBiases(False, None, False, None)
            self._held = none if self.skipped else self.framework_layer.get_weights_and_biases()
        return self._held

    @property
    def has_weights(self) -> bool:
        """Whether the layer has weights."""
        return self._weights().has_weights

    @property
    def weights(self) -> Array | None:
        """The weights as the framework has them."""
        return self._weights().weights

    @property
    def has_biases(self) -> bool:
        """Whether the layer has biases."""
        return self._weights().has_biases

    @property
    def biases(self) -> Array | None:
        """The biases."""
        return self._weights().biases

    @property
    def Wmats(self) -> list[Array]:
        """The layer's matrices; a notebook may put others in their place."""
        if self._matrices is None:
            self.set_weight_matrices()
        return self._matrices or []

    @Wmats.setter
    def Wmats(self, matrices: list[Array]) -> None:
        self._matrices = list(matrices)

    def make_weights(self) -> WWLayer:
        """Reads weights and matrices now and not when they are asked for."""
        self.set_weight_matrices()
        return self

    def set_weight_matrices(self, weights: Array | None = None) -> None:
        """Takes the matrices out of the layer's weights, or out of others."""
        if weights is None and self._make_matrices is not None:
            self._matrices = self._make_matrices()
            return
        held = self.weights if weights is None else np.asarray(weights)
        self._matrices = [] if held is None else matrices_of(held, self.the_type, self.channels)

    def _size(self, column: str, of_matrices: Callable[[list[Array]], int]) -> int:
        known = None if self._row is None else self._row.get(column)
        return of_matrices(self.Wmats) if known is None else int(known)

    @property
    def N(self) -> int:
        """The longer side of the matrices."""
        return self._size("N", lambda matrices: max(matrices[0].shape) if matrices else 0)

    @property
    def M(self) -> int:
        """The shorter side of the matrices."""
        return self._size("M", lambda matrices: min(matrices[0].shape) if matrices else 0)

    @property
    def rf(self) -> int:
        """The receptive field: how many slices a convolution has, else 1."""
        return self._size("rf", lambda matrices: max(len(matrices), 1))

    @property
    def num_components(self) -> int:
        """How many eigenvalues the layer has."""
        return self._size("num_evals", lambda matrices: sum(min(matrix.shape) for matrix in matrices))

    @property
    def num_W(self) -> int:
        """How many matrices the layer has."""
        return len(self.Wmats)

    @property
    def weight_dims(self) -> tuple[int, ...]:
        """The shape of the weights."""
        return () if self.weights is None else self.weights.shape

    @property
    def num_params(self) -> int:
        """How many elements the weights have."""
        return 0 if self.weights is None else int(self.weights.size)

    def add_column(self, name: str, value: Any) -> None:
        """Keeps a value under a name, for `get_row`."""
        self.columns.append(name)
        setattr(self, name, value)

    def get_column(self, name: str) -> Any:
        """A value that `add_column` keeps, or an attribute."""
        if not hasattr(self, name):
            raise OptionError(
                f"layer {self.longname!r} has no column {name!r}; it has {', '.join(self.columns) or 'none'}"
            )
        return getattr(self, name)

    get_value = get_column

    def has_column(self, name: str) -> bool:
        """Whether `add_column` keeps such a value."""
        return name in self.columns

    def get_row(self) -> dict[str, Any]:
        """What is known of the layer, as a row of a table."""
        row: dict[str, Any] = {
            "layer_id": self.layer_id,
            "name": self.name,
            "longname": self.longname,
            "layer_type": self.the_type,
            "N": self.N,
            "M": self.M,
            "rf": self.rf,
            "Q": self.N / self.M if self.M else -1,
        }
        return row | {name: getattr(self, name) for name in self.columns}

    def copy(self) -> WWLayer:
        """Another object for the same layer, with none of the columns."""
        return WWLayer(
            self.framework_layer,
            self.layer_id,
            skipped=self.skipped,
            params=self.params,
            row=self._row,
            make_matrices=self._make_matrices,
        )

    def permute_Wmats(self) -> list[Array]:
        """The matrices with their elements shuffled; `unpermute_Wmats` takes them back. The layer keeps its own."""
        from heavytail.rmt.shuffles import permute_matrix

        shuffled = [permute_matrix(matrix) for matrix in self.Wmats]
        self.permute_ids = [places for _, places in shuffled]
        return [matrix for matrix, _ in shuffled]

    def unpermute_Wmats(self, Wmats: list[Array]) -> list[Array]:
        """The matrices before `permute_Wmats` gave these."""
        from heavytail.rmt.shuffles import unpermute_matrix

        if len(self.permute_ids) != len(Wmats):
            raise OptionError("the matrices have not been permuted: call permute_Wmats() or apply_permute_W() first")
        ordered = [unpermute_matrix(matrix, places) for matrix, places in zip(Wmats, self.permute_ids, strict=True)]
        self.permute_ids = []
        return ordered

    def flatten_weights(self) -> Array:
        """The weights as one vector."""
        return np.empty(0) if self.weights is None else self.weights.reshape(-1)

    def unflatten_weights(self, vec: npt.ArrayLike) -> Array:
        """A vector as weights of this layer's shape."""
        return np.asarray(vec).reshape(self.weight_dims)

    def get_weights_and_biases(self) -> WeightsAndBiases:
        """What the framework's layer has now."""
        return self.framework_layer.get_weights_and_biases()

    def replace_layer_weights(self, W: npt.ArrayLike, B: npt.ArrayLike | None = None) -> None:
        """Puts new weights into the caller's own model."""
        self.framework_layer.replace_layer_weights(W, B)
        self._held = self._matrices = None
