"""Numbers in, the cheap forms of histograms and scales on a matplotlib axis out.

A figure of the reference is a hundred bars and a search for the best places of legend and margins, which is most of
its drawing time; these are one outline and fixed places.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .curves import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_density", "mark", "positive", "use_log_scales"]

_BINS = 100


def positive(values: FloatArray) -> FloatArray:
    """The values that a logarithm has."""
    return values[values > 0]


def draw_density(ax: Axes, values: FloatArray, *, log: bool = False, colour: str = "tab:blue", **options: Any) -> None:
    """A histogram of unit area, its bins equal or, with `log`, of equal ratios."""
    if len(values) == 0:
        return
    low, high = float(values.min()), float(values.max())
    edges = np.geomspace(low, high, _BINS + 1) if log and low < high else np.histogram_bin_edges(values, bins=_BINS)
    counts, edges = np.histogram(values, bins=edges, density=True)
    ax.stairs(counts, edges, fill=True, color=colour, alpha=0.5, **options)


def mark(ax: Axes, at: float | None, label: str, colour: str = "tab:red") -> None:
    """A vertical line where a number lies, none where it is missing or off a logarithm's scale."""
    if at is not None and np.isfinite(at):
        ax.axvline(at, color=colour, linewidth=1, label=label)


def use_log_scales(ax: Axes) -> None:
    """Log-log scales with a mark a decade: minor marks would be half of the drawing time."""
    from matplotlib.ticker import FuncFormatter, NullLocator

    ax.set_xscale("log")
    ax.set_yscale("log")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
