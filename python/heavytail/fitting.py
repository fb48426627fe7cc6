"""Eigenvalues or a matrix in, a power law or a spectrum out: the engine's single steps as functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from heavytail import _native
from heavytail import constants as ww
from heavytail.errors import HeavytailError, OptionError
from heavytail.options import native_options
from heavytail.sources import open_model

__all__ = ["PowerLaw", "PowerLawTuple", "fit_as_reference", "fit_powerlaw", "spectrum"]


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


def spectrum(array: Any) -> npt.NDArray[np.float64]:
    """The eigenvalues of WᵀW of a matrix W, ascending: its singular values squared, in f64.

    `array` is a 2-D array or tensor of any library and element type; it is read where it lies.
    """
    if len(getattr(array, "shape", ())) != 2:
        array = np.asarray(array, dtype=np.float64)
    if array.ndim != 2:
        raise OptionError(f"spectrum() takes a matrix; this array has {array.ndim} axes")
    if min(array.shape) == 0:
        return np.empty(0)
    options = native_options({"min_evals": 1, "max_evals": 0, "keep_curves": True})
    details = _native.analyze(open_model({"matrix.weight": array}), options)
    found = details.eigenvalues(0) if len(details) else None
    if found is None:
        reason = details.column("reason")[0] if len(details) else details.coverage()[0]["message"]
        raise HeavytailError(f"the matrix has no spectrum: it {reason}")
    return np.frombuffer(found, dtype=np.float64)


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
    return PowerLaw(**_native.fit_powerlaw(values.tobytes(), float(cut), bool(scale_free), int(drop_largest)))


def fit_as_reference(
    evals: npt.ArrayLike,
    xmin: float | str | None,
    xmax: float | str | None,
    thresh: float,
    fix_fingers: str | bool | None,
    fit_type: str,
    pl_package: str,
) -> PowerLawTuple:
    """The reference's answer: a tuple, with −1 for every number of a fit that failed."""
    if xmin is not None or fix_fingers or fit_type not in (ww.PL, ww.POWER_LAW) or pl_package != ww.WW_POWERLAW_PACKAGE:
        raise OptionError("fit_powerlaw() fits the default law; analyze() takes fit=, fix_fingers= and pl_package=")
    values = _ascending(evals)
    largest = float(values[-1]) if len(values) else None
    try:
        kept = values if xmax in (None, largest) else values[values <= float(xmax)]  # type: ignore[arg-type]
        law = fit_powerlaw(kept, cut=thresh)
    except HeavytailError:
        return PowerLawTuple(-1.0, -1.0, -1.0, None, -1.0, -1.0, -1, 0, -1.0, ww.FAILED, ww.OVER_TRAINED)
    warning = ww.OVER_TRAINED if law.alpha < ww.OVER_TRAINED_THRESH else ""
    warning = ww.UNDER_TRAINED if law.alpha > ww.UNDER_TRAINED_THRESH else warning
    spikes = law.num_pl_spikes
    return PowerLawTuple(law.alpha, -1.0, law.xmin, law.xmax, law.D, law.sigma, spikes, 0, -1.0, ww.SUCCESS, warning)


def _ascending(eigenvalues: npt.ArrayLike) -> npt.NDArray[np.float64]:
    values = np.sort(np.asarray(eigenvalues, dtype=np.float64).ravel())
    if not np.isfinite(values).all():
        raise OptionError("eigenvalues must be finite numbers; there is NaN or infinity among them")
    return values
