"""Singular values, eigenvalues or a vector in, one number out: ranks, entropies, localisation, distances."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from heavytail import constants as ww
from heavytail.errors import OptionError
from heavytail.fitting import FloatArray

from .decompositions import svd_vals

__all__ = [
    "calc_rank_loss",
    "detX_constraint",
    "discrete_entropy",
    "hard_rank",
    "jensen_shannon_distance",
    "line_entropy",
    "localization_ratio",
    "matrix_entropy",
    "matrix_rank",
    "matrix_soft_rank",
    "max_discrete_entropy",
    "participation_ratio",
    "rescale_eigenvalues",
    "stable_rank",
    "un_rescale_eigenvalues",
    "vector_entropy",
]


def _numbers(values: npt.ArrayLike, of: str) -> FloatArray:
    array = np.asarray(values, dtype=np.float64).ravel()
    if array.size == 0:
        raise OptionError(f"{of}: there are none")
    return array


def matrix_rank(svals: npt.ArrayLike, N: int, tol: float | None = None) -> int:
    """How many singular values exceed `tol`, by default σ_max·N·ε; N is the longer side."""
    values = _numbers(svals, "singular values")
    floor = float(np.max(values)) * N * float(np.finfo(np.float64).eps) if tol is None else tol
    return int(np.count_nonzero(values > floor))


def calc_rank_loss(svals: npt.ArrayLike, N: int, tol: float | None = None) -> int:
    """How many singular values are no larger than `tol`, by default σ_max·N·ε."""
    return int(np.size(svals)) - matrix_rank(svals, N, tol)


def matrix_entropy(svals: npt.ArrayLike, N: int) -> float:
    """−Σ p ln p / ln(rank), p = σ²/Σσ²: 1 where all singular values are equal; −1 where the rank is below 2."""
    values = _numbers(svals, "singular values")
    rank = matrix_rank(values, N)
    if rank < 2:
        return -1.0
    share = values**2 / np.sum(values**2) + ww.EPSILON
    return float(-np.sum(share * np.log(share)) / np.log(rank + ww.EPSILON))


def hard_rank(W: npt.ArrayLike, sv: npt.ArrayLike) -> int:
    """The rank of W with a tolerance for f32: σ_max·ε₃₂/(2·√(N + M + 1))."""
    matrix, values = np.asarray(W, dtype=np.float64), _numbers(sv, "singular values")
    floor = float(np.max(values)) * float(np.finfo(np.float32).eps) / (2.0 * np.sqrt(sum(matrix.shape) + 1))
    return int(np.count_nonzero(values > floor))


def stable_rank(evals: npt.ArrayLike) -> float:
    """Σλ/λ_max."""
    values = _numbers(evals, "eigenvalues")
    return float(np.sum(values) / np.max(values))


def matrix_soft_rank(W: npt.ArrayLike, method: str = ww.ACCURATE_SVD) -> float:
    """The stable rank ‖W‖_F²/σ_max² of a matrix."""
    return stable_rank(svd_vals(W, method) ** 2)


def localization_ratio(vec: npt.ArrayLike) -> float:
    """‖v‖₁/‖v‖_∞: 1 for a vector of one element, its length for an even one."""
    vector = np.abs(_numbers(vec, "elements of the vector"))
    return float(np.sum(vector) / np.max(vector))


def participation_ratio(vec: npt.ArrayLike) -> float:
    """‖v‖₂/‖v‖₄."""
    vector = _numbers(vec, "elements of the vector")
    return float(np.linalg.norm(vector) / np.linalg.norm(vector, ord=4))


def vector_entropy(u: npt.ArrayLike) -> float:
    """exp(−‖u‖/2)/√(2π), the density of Porter and Thomas at the vector's length, as the reference has it."""
    length = float(np.linalg.norm(_numbers(u, "elements of the vector")))
    return float(np.exp(-length / 2.0) / np.sqrt(2.0 * np.pi))


def discrete_entropy(vec: npt.ArrayLike, num_bins: int = 100) -> float:
    """The entropy of the histogram of |v| − mean|v|, in nats: at most ln `num_bins`."""
    vector = np.abs(_numbers(vec, "elements of the vector"))
    counts = np.histogram(vector - np.mean(vector), density=True, bins=num_bins)[0]
    share = counts + ww.EPSILON
    share = share / np.sum(share)
    return float(-np.sum(share * np.log(share)))


def max_discrete_entropy(len_vec: int, num_bins: int = 100, sample_size: int = 100000, seed: int = 0) -> float:
    """The largest `discrete_entropy` of `sample_size` random normal vectors."""
    rng = np.random.default_rng(seed)
    return max(discrete_entropy(rng.standard_normal(len_vec), num_bins) for _ in range(sample_size))


def line_entropy(data: npt.ArrayLike) -> float:
    """The entropy of the values of a curve, in nats, in bins that NumPy chooses."""
    counts = np.histogram(_numbers(data, "values"), bins="auto")[0]
    share = counts[counts > 0] / np.sum(counts)
    return float(np.sum(share * np.log(1.0 / share)))


def jensen_shannon_distance(p: npt.ArrayLike, q: npt.ArrayLike) -> float:
    """√((KL(p‖m) + KL(q‖m))/2), m their mean, in nats; both are made to sum to 1."""
    first, second = _numbers(p, "probabilities"), _numbers(q, "probabilities")
    if first.size != second.size:
        raise OptionError(f"the distributions have {first.size} and {second.size} values; they must have as many")
    first, second = first / np.sum(first), second / np.sum(second)
    middle = (first + second) / 2.0
    return float(np.sqrt(max(0.0, (_divergence(first, middle) + _divergence(second, middle)) / 2.0)))


def _divergence(p: FloatArray, q: FloatArray) -> float:
    known = p > 0.0
    return float(np.sum(p[known] * np.log(p[known] / q[known])))


def rescale_eigenvalues(evals: npt.ArrayLike) -> tuple[FloatArray, float]:
    """The eigenvalues times Wscale², so that they sum to their number, and Wscale = √(n/Σλ)."""
    values = _numbers(evals, "eigenvalues")
    scale = float(np.sqrt(values.size / np.sum(values)))
    return values * scale**2, scale


def un_rescale_eigenvalues(evals: npt.ArrayLike, Wscale: float) -> FloatArray:
    """The eigenvalues as they were before `rescale_eigenvalues`."""
    return np.asarray(evals, dtype=np.float64) / Wscale**2


def detX_constraint(evals: npt.ArrayLike, rescale: bool = True) -> tuple[int, int]:
    """The shortest tail whose product is below 1: its length, and the index where it starts.

    `evals` are ascending; `rescale` makes them sum to their number first. Where no tail does, all n from index 1;
    where all are equal or there are fewer than two, (0, 0).
    """
    values = np.asarray([] if evals is None else evals, dtype=np.float64).ravel()
    if values.size < 2 or not values[0] < values[-1]:
        return 0, 0
    if rescale:
        values, _ = rescale_eigenvalues(values)
    # In logarithms: the product of a long tail is beyond every float.
    with np.errstate(divide="ignore"):
        tails = np.cumsum(np.log(np.maximum(values, 0.0))[::-1])[::-1]
    below = np.flatnonzero(tails[1:] < 0.0)
    if below.size == 0:
        return int(values.size), 1
    start = int(below[-1]) + 1
    return int(values.size) - start, start
