"""A layer's spectrum and fit in, the reference's picture of it out: histogram, power law, xmin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from .canvas import own_or_given

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from heavytail.details import Details

__all__ = ["draw_density", "draw_esd", "law_density", "spectrum_of", "title_of"]

FloatArray = npt.NDArray[np.float64]

_BINS = 100


def spectrum_of(details: Details, row: int) -> FloatArray:
    """The eigenvalues of a row, ascending; empty where it has none."""
    return np.frombuffer(details.native.eigenvalues(row) or b"", dtype=np.float64)


def title_of(details: Details, row: int) -> str:
    """The layer's id and name."""
    return f"layer {details.column('layer_id')[row]} {details.column('longname')[row]}"


def draw_density(ax: Axes, values: FloatArray, log: bool = False) -> None:
    """A histogram of unit area: one outline and not a hundred bars, which would be most of the drawing time."""
    low, high = float(values.min()), float(values.max())
    edges = np.geomspace(low, high, _BINS + 1) if log and low < high else np.histogram_bin_edges(values, bins=_BINS)
    counts, edges = np.histogram(values, bins=edges, density=True)
    ax.stairs(counts, edges, fill=True, color="tab:blue", alpha=0.5)


def draw_esd(details: Details, row: int, *, log: bool = True, ax: Axes | None = None) -> Axes:
    """The density of the eigenvalues on log-log or linear axes, with the fitted law from xmin on."""
    ax = own_or_given(ax, figsize=(6, 4))
    evals = spectrum_of(details, row)
    positive = evals[evals > 0]
    title = title_of(details, row)
    if len(positive) == 0:
        ax.text(0.5, 0.5, details.column("reason")[row] or "no eigenvalues", ha="center", wrap=True)
        ax.set_title(title, fontsize="medium")
        return ax
    draw_density(ax, positive, log)
    if details.column("status")[row] == "success":
        alpha, xmin, distance = (details.column(name)[row] for name in ("alpha", "xmin", "D"))
        _draw_law(ax, positive, alpha, xmin)
        title += f": alpha {alpha:.3f}, D {distance:.3f}"
    if log:
        _use_log_axes(ax)
    ax.set_xlabel("eigenvalue λ")
    ax.set_ylabel("density")
    ax.set_title(title, fontsize="medium")
    return ax


def _use_log_axes(ax: Axes) -> None:
    """Log-log axes with a mark a decade: minor marks would be half of the drawing time."""
    from matplotlib.ticker import FuncFormatter, NullLocator

    ax.set_xscale("log")
    ax.set_yscale("log")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _draw_law(ax: Axes, evals: FloatArray, alpha: float, xmin: float) -> None:
    ax.axvline(xmin, color="tab:red", linewidth=1, label=f"xmin {xmin:.3g}")
    if evals[-1] > xmin:
        grid = np.geomspace(xmin, evals[-1], 100)
        ax.plot(grid, law_density(grid, evals, alpha, xmin), "k--", linewidth=1, label="power law")
    # A fixed place: the search for the best one looks at every point.
    ax.legend(loc="lower left")


def law_density(grid: FloatArray, evals: FloatArray, alpha: float, xmin: float) -> FloatArray:
    """The law's density, scaled by the share of eigenvalues in the tail, so that it lies on the whole histogram."""
    share = np.count_nonzero(evals >= xmin) / len(evals)
    return np.asarray(share * (alpha - 1) / xmin * (grid / xmin) ** -alpha)
