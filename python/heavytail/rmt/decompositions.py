"""A matrix in, its eigenvalues, singular triplets or best approximation of a rank out; everything in f64.

`method` is "accurate" or "fast", as in weightwatcher; both are the same here: f64 on the CPU.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from heavytail import constants as ww
from heavytail.errors import OptionError
from heavytail.fitting import FloatArray, spectrum

__all__ = [
    "MethodError",
    "best_of_rank",
    "eig_full",
    "smooth_W_switch",
    "svd_full",
    "svd_lowrank",
    "svd_vals",
    "svd_values",
]

Triplets = tuple[FloatArray, FloatArray, FloatArray]


class MethodError(OptionError, AssertionError):
    """A method that does not exist; an `AssertionError` too, since that is what the reference raises."""


def _check(method: str) -> None:
    if str(method).lower() not in ww.VALID_SVD_METHODS:
        raise MethodError(f"option method: {method!r} is not allowed; 'accurate' or 'fast'")


def _matrix(W: npt.ArrayLike) -> FloatArray:
    matrix = np.asarray(W, dtype=np.float64)
    if matrix.ndim != 2:
        raise OptionError(f"a matrix has two axes; this array has {matrix.ndim}")
    if not np.isfinite(matrix).all():
        raise OptionError("the matrix has NaN or infinity among its elements")
    return matrix


def eig_full(
    W: npt.ArrayLike, method: str = ww.ACCURATE_SVD
) -> tuple[npt.NDArray[np.generic], npt.NDArray[np.generic]]:
    """Eigenvalues and right eigenvectors (as columns) of a square matrix; complex where they are."""
    _check(method)
    matrix = _matrix(W)
    if matrix.shape[0] != matrix.shape[1]:
        raise OptionError(f"only square matrices have eigenvalues; this one is {matrix.shape[0]}×{matrix.shape[1]}")
    values, vectors = np.linalg.eig(matrix)
    return values, vectors


def svd_full(W: npt.ArrayLike, method: str = ww.ACCURATE_SVD) -> Triplets:
    """U, S, Vh with U·diag(S)·Vh = W; S descending, as many as the shorter side."""
    _check(method)
    left, values, right = np.linalg.svd(_matrix(W), full_matrices=False)
    return left, values, right


def svd_vals(W: npt.ArrayLike, method: str = ww.ACCURATE_SVD) -> FloatArray:
    """The singular values of a matrix, descending."""
    _check(method)
    return np.sqrt(spectrum(_matrix(W)))[::-1]


def svd_lowrank(W: npt.ArrayLike, k: int, method: str = ww.ACCURATE_SVD) -> Triplets:
    """The k largest singular triplets, the largest first: U (N×k), S (k), Vh (k×M)."""
    _check(method)
    matrix = _matrix(W)
    _check_rank(k, matrix)
    left, values, right = np.linalg.svd(matrix, full_matrices=False)
    return left[:, :k], values[:k], right[:k]


def svd_values(W: npt.ArrayLike, k: int, method: str = ww.ACCURATE_SVD) -> FloatArray:
    """The k largest singular values, descending."""
    _check(method)
    matrix = _matrix(W)
    _check_rank(k, matrix)
    return svd_vals(matrix)[:k]


def best_of_rank(W: npt.ArrayLike, n_comp: int) -> FloatArray:
    """The matrix of rank `n_comp` that is nearest to W."""
    left, values, right = svd_lowrank(W, n_comp)
    return (left * values) @ right


def smooth_W_switch(W: npt.ArrayLike, k: int, method: str = ww.ACCURATE_SVD) -> FloatArray:
    """The matrix of rank k that is nearest to W."""
    _check(method)
    return best_of_rank(W, k)


def _check_rank(k: int, matrix: FloatArray) -> None:
    if not 1 <= k <= min(matrix.shape):
        raise OptionError(
            f"a {matrix.shape[0]}×{matrix.shape[1]} matrix has 1 to {min(matrix.shape)} triplets, not {k}"
        )
