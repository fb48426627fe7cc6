"""A matrix in, the same elements in another order out, and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from heavytail import constants as ww
from heavytail.errors import OptionError
from heavytail.fitting import FloatArray, spectrum

__all__ = [
    "combine_weights_and_biases",
    "get_shuffled_eigenvalues",
    "permute_matrix",
    "shuf_matrix",
    "unpermute_matrix",
]

Array = npt.NDArray[Any]


def permute_matrix(W: npt.ArrayLike, seed: int | None = None) -> tuple[Array, npt.NDArray[np.intp]]:
    """The array with its elements shuffled, and where each came from; `unpermute_matrix` takes it back.

    Without a `seed` NumPy's global generator draws, which `numpy.random.seed` sets.
    """
    array = np.asarray(W)
    permute = np.random.permutation if seed is None else np.random.default_rng(seed).permutation
    places = permute(array.size)
    return array.ravel()[places].reshape(array.shape), places


def unpermute_matrix(W: npt.ArrayLike, p_ids: npt.ArrayLike) -> Array:
    """The array before `permute_matrix` gave it and `p_ids`."""
    array, places = np.asarray(W), np.asarray(p_ids)
    if places.size != array.size:
        raise OptionError(f"{places.size} places can't order the {array.size} elements of an array")
    back = np.empty_like(array.ravel())
    back[places] = array.ravel()
    return back.reshape(array.shape)


def shuf_matrix(W: npt.ArrayLike, seed: int | None = None) -> Array:
    """The matrix with its elements shuffled, none twice and none left out."""
    return permute_matrix(W, seed)[0]


def get_shuffled_eigenvalues(
    W: npt.ArrayLike, layer: int = 7, num: int = 100, method: str = ww.ACCURATE_SVD, seed: int | None = None
) -> FloatArray:
    """The eigenvalues of `num` shuffled copies of a matrix, pooled, ascending; `layer` and `method` change nothing."""
    rng = np.random.default_rng(seed)
    matrix = np.asarray(W, dtype=np.float64)
    copies = [spectrum(rng.permutation(matrix.ravel()).reshape(matrix.shape)) for _ in range(num)]
    return np.sort(np.concatenate(copies)) if copies else np.empty(0)


def combine_weights_and_biases(W: npt.ArrayLike, b: npt.ArrayLike | None) -> Array:
    """The matrix with the biases as one more row or, where there is one for each row, column."""
    matrix = np.asarray(W)
    biases = None if b is None else np.asarray(b)
    if biases is None or not np.any(biases):
        return matrix
    if biases.size == matrix.shape[1]:
        return np.vstack([matrix, biases.reshape(1, -1)])
    if biases.size == matrix.shape[0]:
        return np.hstack([matrix, biases.reshape(-1, 1)])
    raise OptionError(f"{biases.size} biases fit neither side of a {matrix.shape[0]}×{matrix.shape[1]} matrix")
