"""A layer's spectrum and fit in, pictures of them out: histogram and law, what the fit considered, level spacings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .axes import draw_density, mark, positive, use_log_scales
from .curves import FloatArray, LayerCurves

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_candidates", "draw_esd", "draw_level_spacings", "draw_level_statistics", "draw_log_density"]


def draw_esd(curves: LayerCurves, ax: Axes, *, log: bool = True) -> None:
    """The density of the eigenvalues on log-log or linear scales, with the fitted law from xmin on."""
    evals, title = positive(curves.evals), curves.name
    if len(evals) == 0:
        ax.text(0.5, 0.5, curves.row.get("reason") or "no eigenvalues above 0", ha="center", wrap=True)
        ax.set_title(title, fontsize="medium")
        return
    draw_density(ax, evals, log=log)
    if curves.fitted:
        alpha, xmin = curves.row["alpha"], curves.row["xmin"]
        mark(ax, xmin, f"xmin {xmin:.3g}")
        if evals[-1] > xmin:
            grid = np.geomspace(xmin, evals[-1], 100)
            ax.plot(grid, _law_density(grid, evals, alpha, xmin), "k--", linewidth=1, label="power law")
        # A fixed place: the search for the best one looks at every point.
        ax.legend(loc="lower left" if log else "upper right")
        title += f": alpha {alpha:.3f}, D {curves.row['D']:.3f}"
    if log:
        use_log_scales(ax)
    ax.set_xlabel("eigenvalue λ")
    ax.set_ylabel("density")
    ax.set_title(title, fontsize="medium")


def _law_density(grid: FloatArray, evals: FloatArray, alpha: float, xmin: float) -> FloatArray:
    """The law's density, scaled by the share of eigenvalues in the tail, so that it lies on the whole histogram."""
    share = np.count_nonzero(evals >= xmin) / len(evals)
    return np.asarray(share * (alpha - 1) / xmin * (grid / xmin) ** -alpha)


def draw_log_density(curves: LayerCurves, ax: Axes) -> None:
    """The histogram of log10 λ on a linear density scale, with both ends of the law."""
    draw_density(ax, np.log10(positive(curves.evals)))
    if curves.fitted:
        for name, colour in (("xmin", "tab:red"), ("xmax", "tab:orange")):
            if (curves.row.get(name) or 0) > 0:
                mark(ax, np.log10(curves.row[name]), name, colour)
        ax.legend(loc="upper left")
    ax.set_xlabel("log10 λ")
    ax.set_ylabel("density")
    ax.set_title(f"{curves.name}: log λ", fontsize="medium")


def draw_candidates(curves: LayerCurves, ax: Axes, *, column: str) -> None:
    """What the fit considered at every xmin: its KS distance (`column="D"`) or its `"alpha"`."""
    ax.plot(curves.candidates["xmin"], curves.candidates[column], color="tab:blue", linewidth=1)
    mark(ax, curves.row["xmin"], "xmin")
    ax.set_xlabel("xmin")
    ax.set_ylabel({"D": "KS distance D"}.get(column, column))
    ax.set_title(curves.name, fontsize="medium")


def draw_level_spacings(curves: LayerCurves, ax: Axes) -> None:
    """log10 of the distance from each eigenvalue to the next, in their order."""
    gaps = np.diff(curves.evals)
    rank = np.flatnonzero(gaps > 0)
    ax.plot(rank, np.log10(gaps[rank]), ".", markersize=3, color="tab:blue")
    if curves.fitted:
        mark(ax, float(np.searchsorted(curves.evals, curves.row["xmin"])), "xmin")
        ax.legend(loc="lower right")
    ax.set_xlabel("rank of the eigenvalue")
    ax.set_ylabel("log10 Δλ")
    ax.set_title(curves.name, fontsize="medium")


def draw_level_statistics(curves: LayerCurves, ax: Axes) -> None:
    """The histogram of log10 Δλ."""
    draw_density(ax, np.log10(positive(np.diff(curves.evals))))
    ax.set_xlabel("log10 Δλ")
    ax.set_ylabel("density")
    ax.set_title(curves.name, fontsize="medium")
