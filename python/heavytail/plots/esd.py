"""A layer's spectrum and fit in, a picture of them on a matplotlib axis out: histogram, power law, xmin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .axes import draw_density, mark, positive, use_log_scales
from .curves import FloatArray, LayerCurves

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_esd"]


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
