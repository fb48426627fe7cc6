"""Eigenvalues or a matrix in, a power law or a spectrum out: the engine's single steps as functions."""

from __future__ import annotations

import numbers
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from heavytail import _native
from heavytail import constants as ww
from heavytail.details import Details
from heavytail.errors import ModelError, OptionError, refuse_unknown_options
from heavytail.options import Options, checked, native_options, whole
from heavytail.sources import open_model

__all__ = ["PowerLaw", "PowerLawTuple", "fit_as_reference", "fit_powerlaw", "spectrum"]

FloatArray = npt.NDArray[np.float64]

# Element types of arrays that are taken as numbers although no layer's weights are whole.
_WHOLE = tuple(np.dtype(kind) for kind in "?bBhHiIlLqQ")


@dataclass(frozen=True)
class PowerLaw:
    """The law p(λ) ∝ λ^−alpha on λ ≥ xmin."""

    alpha: float
    """Exponent: 2 to 6 for layers of well-trained networks."""
    xmin: float
    xmax: float
    D: float
    """Kolmogorov–Smirnov distance between the tail and the law."""
    sigma: float
    """Asymptotic standard error of alpha."""
    num_pl_spikes: int
    """Eigenvalues in the tail."""
    num_fitted: int
    """Eigenvalues above the cut."""


class PowerLawTuple(NamedTuple):
    """What weightwatcher's `fit_powerlaw` returns."""

    alpha: float
    Lambda: float
    xmin: float
    xmax: float | None
    D: float
    sigma: float
    num_pl_spikes: int
    num_fingers: int
    raw_alpha: float
    status: str
    warning: str


@refuse_unknown_options
def spectrum(array: Any) -> FloatArray:
    """The eigenvalues of WᵀW of a matrix W, ascending: its singular values squared, in f64.

    `array` is a 2-D array or tensor of any library and element type; it is read where it lies.
    """
    if len(getattr(array, "shape", ())) != 2 or getattr(array, "dtype", None) in _WHOLE:
        array = np.asarray(array, dtype=np.float64)
    if array.ndim != 2:
        raise OptionError(f"spectrum() takes a matrix; this array has {array.ndim} axes")
    if min(array.shape) == 0:
        return np.empty(0)
    options = native_options({"min_evals": 1, "max_evals": 0})
    model = open_model({"matrix.weight": array})
    listed = _native.describe(model, options)
    if len(listed) == 0:
        raise ModelError(f"the matrix has no spectrum: it {listed.coverage()[0]['message']}")
    return np.frombuffer(_native.esd(model, "matrix", options), dtype=np.float64)


@refuse_unknown_options
def fit_powerlaw(
    eigenvalues: npt.ArrayLike, *, cut: float = 1e-5, scale_free: bool = False, drop_largest: int = 0
) -> PowerLaw:
    """Fits a power law to the tail of a spectrum (Clauset, Shalizi, Newman 2009; xmin of least KS distance).

    `cut`: only larger eigenvalues are fitted; relative to the largest if `scale_free`. `drop_largest`: leave so many
    of the largest out.

    Raises
    ------
    HeavytailError
        No law can be fitted: fewer than two distinct values above the cut, and the like.
    """
    values = _ascending(eigenvalues)
    dropped = checked("drop_largest", drop_largest, whole())
    return PowerLaw(**_native.fit_powerlaw(values.tobytes(), float(cut), bool(scale_free), dropped))


def fit_as_reference(
    evals: npt.ArrayLike, xmin: float | str | None, xmax: float | str | None, thresh: float, options: Options
) -> tuple[PowerLawTuple, Details]:
    """The reference's answer, a tuple with −1 for every number of a fit that failed; and the table of one row to draw.

    `xmin` leaves out what is below the eigenvalue that is nearest to it; `xmax` is None, "force", or how many of the
    largest to leave out, anything else counts as None, as in the reference.
    """
    values = _ascending(evals)
    if xmin not in (None, -1, "auto", "peak"):
        values = values[int(np.argmin(np.abs(values - float(xmin)))) :]  # type: ignore[arg-type]
    elif thresh != ww.EVALS_THRESH:
        values = values[values > thresh]
    drops = isinstance(xmax, numbers.Integral) and not isinstance(xmax, bool)
    given = {**options, "xmax": xmax if drops or xmax == ww.XMAX_FORCE else None}
    table = Details(_native.fit_eigenvalues(values.tobytes(), native_options(given)))
    row = table[0]
    if row["status"] != ww.SUCCESS:
        failed = PowerLawTuple(-1.0, -1.0, -1.0, None, -1.0, -1.0, -1, 0, -1.0, ww.FAILED, ww.OVER_TRAINED)
        return failed, table
    found = PowerLawTuple(
        alpha=row["alpha"],
        Lambda=row.get("Lambda", -1.0),
        xmin=row["xmin"],
        xmax=row["xmax"],
        D=row["D"],
        sigma=row.get("sigma", -1.0),
        num_pl_spikes=row["num_pl_spikes"],
        num_fingers=row.get("num_fingers", 0),
        raw_alpha=row.get("raw_alpha", -1.0),
        status=row["status"],
        warning=row.get("warning", ""),
    )
    return found, table


def _ascending(eigenvalues: npt.ArrayLike) -> FloatArray:
    values = np.sort(np.asarray(eigenvalues, dtype=np.float64).ravel())
    if not np.isfinite(values).all():
        raise OptionError("eigenvalues must be finite numbers; there is NaN or infinity among them")
    return values
