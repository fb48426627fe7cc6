"""An aspect ratio and a variance in, the laws of random matrices out: their densities, edges, fits and pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from heavytail import _native
from heavytail.errors import OptionError
from heavytail.fitting import FloatArray

__all__ = [
    "calc_lambda_minus",
    "calc_lambda_plus",
    "calc_mp_soft_rank",
    "calc_sigma",
    "fit_density",
    "fit_density_with_range",
    "get_Q",
    "marchenko_pastur_fun",
    "marchenko_pastur_pdf",
    "mp_soft_rank",
    "mu4alpha",
    "quarter_circle_fun",
    "quarter_circle_pdf",
    "spike_lmax",
    "spike_min",
]


def get_Q(W: Any) -> float:
    """N/M ≥ 1 of a matrix."""
    sides = sorted(W.shape)
    if len(sides) != 2 or sides[0] == 0:
        raise OptionError(f"an array of shape {tuple(W.shape)} has no aspect ratio")
    return float(sides[1] / sides[0])


def calc_lambda_plus(Q: float, sigma: float) -> float:
    """Upper edge of the Marchenko–Pastur bulk, σ²(1 + 1/√Q)²."""
    return float((sigma * (1.0 + 1.0 / np.sqrt(Q))) ** 2)


def calc_lambda_minus(Q: float, sigma: float) -> float:
    """Lower edge of the Marchenko–Pastur bulk, σ²(1 − 1/√Q)²."""
    return float((sigma * (1.0 - 1.0 / np.sqrt(Q))) ** 2)


def calc_sigma(Q: float, evals: npt.ArrayLike) -> float:
    """The σ whose bulk ends at the largest eigenvalue."""
    return float(np.sqrt(np.max(evals)) / (1.0 + 1.0 / np.sqrt(Q)))


def calc_mp_soft_rank(evals: npt.ArrayLike, Q: float, sigma: float) -> float:
    """Upper edge of the bulk over the largest eigenvalue."""
    return calc_lambda_plus(Q, sigma) / float(np.max(evals))


def mp_soft_rank(evals: npt.ArrayLike, num_spikes: int) -> float:
    """The largest eigenvalue that is no spike over the largest of all."""
    values = np.sort(np.asarray(evals, dtype=np.float64))
    if not 0 <= num_spikes < values.size:
        raise OptionError(f"{values.size} eigenvalues can't have {num_spikes} spikes and a bulk")
    return float(values[values.size - 1 - num_spikes] / values[-1])


def marchenko_pastur_fun(x: npt.ArrayLike, Q: float, sigma: float = 1.0) -> tuple[FloatArray, FloatArray, float, float]:
    """x, the Marchenko–Pastur density Q·√((b − x)(x − a))/(2πσ²x) there, 0 outside of the bulk, and its edges a < b."""
    points = np.asarray(x, dtype=np.float64)
    a, b = calc_lambda_minus(Q, sigma), calc_lambda_plus(Q, sigma)
    inside = (points > a) & (points < b) & (points > 0.0)
    density = np.zeros_like(points)
    kept = points[inside]
    density[inside] = Q * np.sqrt((b - kept) * (kept - a)) / (2.0 * np.pi * sigma**2 * kept)
    return points, density, a, b


def marchenko_pastur_pdf(
    x_min: float, x_max: float, Q: float, sigma: float = 1.0, grid_size: float = 0.001
) -> tuple[FloatArray, FloatArray]:
    """Points of the bulk between `x_min` and `x_max`, `grid_size` apart, and the Marchenko–Pastur density there."""
    first, last = max(x_min, calc_lambda_minus(Q, sigma)), min(x_max, calc_lambda_plus(Q, sigma))
    points, density, _, _ = marchenko_pastur_fun(np.arange(first, last, grid_size), Q, sigma)
    return points, density


def quarter_circle_fun(x: npt.ArrayLike, sigma: float = 1.0) -> tuple[FloatArray, FloatArray]:
    """x, and the density √(4σ² − x²)/(πσ²) of singular values of square random matrices there, 0 beyond 2σ."""
    points = np.asarray(x, dtype=np.float64)
    return points, np.sqrt(np.maximum(4.0 * sigma**2 - points**2, 0.0)) / (np.pi * sigma**2)


def quarter_circle_pdf(
    x_min: float, x_max: float, sigma: float = 1.0, grid_size: float = 0.001
) -> tuple[FloatArray, FloatArray]:
    """Points between `x_min` and `x_max`, at most 2σ, `grid_size` apart, and the quarter circle's density there."""
    return quarter_circle_fun(np.arange(x_min, min(x_max, 2.0 * sigma), grid_size), sigma)


def spike_min(Q: float) -> float:
    """The least strength of a perturbation that a spike tells of, Q^(−1/4)."""
    return float(Q**-0.25)


def spike_lmax(S: float, Q: float) -> float:
    """Where a perturbation of strength S puts its spike, (1/Q + S²)(1 + 1/S²)."""
    return float((1.0 / Q + S**2) * (1.0 + 1.0 / S**2))


def mu4alpha(alpha: float) -> float:
    """The exponent μ of heavy-tailed random elements whose spectrum has this alpha."""
    if alpha < 2.0:
        return 2.0 * (alpha - 1.0)
    return 2.0 if alpha <= 3.0 else alpha - 1.0


def fit_density_with_range(
    evals: npt.ArrayLike, Q: float, bw: float = 0.1, sigma_range: Any = None
) -> tuple[float, float]:
    """The σ of the Marchenko–Pastur bulk under eigenvalues, and the squared residual left.

    Q = N/M. The engine's fit chooses the range of σ and has a kernel of width 0.1, which `bw` can't change. σ is in
    the units of the eigenvalues.
    """
    if bw != 0.1:
        raise OptionError(f"option bw: {bw!r} is not allowed; the density is estimated with a width of 0.1")
    values = np.sort(np.asarray(evals, dtype=np.float64).ravel())
    # The engine takes sides, of which Q needs the ratio alone.
    columns = max(values.size, 1)
    bulk = _native.fit_bulk(values.tobytes(), max(round(columns * Q), columns), columns)
    return float(bulk["sigma_mp"] / bulk["W_scale"]), float(bulk["residual"])


def fit_density(evals: npt.ArrayLike, Q: float, bw: float = 0.1, sigma0: float | None = None) -> tuple[float, float]:
    """The same as `fit_density_with_range`: no start `sigma0` is needed."""
    return fit_density_with_range(evals, Q, bw)
