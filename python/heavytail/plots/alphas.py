"""Tables in, histograms of one column over each other out: the article's figures 2 and 3."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .canvas import BAND, COLOURS, own_or_given

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from heavytail.details import Details

__all__ = ["draw_alphas", "fitted"]


def draw_alphas(
    tables: Sequence[Details],
    column: str = "alpha",
    labels: Sequence[str] | None = None,
    bins: int | Sequence[float] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Histograms on common bins; for alphas with the band from 2 to 6."""
    ax = own_or_given(ax, figsize=(7, 4))
    series = [fitted(table, column) for table in tables]
    together = np.concatenate(series) if series else np.empty(0)
    if bins is None:
        bins = max(10, min(60, 2 * round(len(together) ** 0.5)))
    edges = np.histogram_bin_edges(together if len(together) else [0.0, 1.0], bins=bins)
    if column == "alpha":
        ax.axvspan(*BAND, color="0.5", alpha=0.12, label="2 to 6")
    names = labels if labels is not None else [table.label for table in tables]
    for number, (values, name) in enumerate(zip(series, names, strict=True)):
        colour = COLOURS[number % len(COLOURS)]
        # The first lies over the others.
        ax.hist(values, bins=list(edges), color=colour, alpha=0.55, label=name, zorder=2 - 0.1 * number)
        if len(values):
            ax.axvline(float(np.mean(values)), color=colour, linestyle="--", linewidth=1)
    ax.set_xlabel(column)
    ax.set_ylabel("layers")
    ax.legend()
    return ax


def fitted(table: Details, column: str) -> np.ndarray:
    """A column over the layers whose fit succeeded."""
    pairs = zip(table.column("status"), table.column(column), strict=True)
    values = np.array([value for status, value in pairs if status == "success" and value is not None], dtype=float)
    return values[np.isfinite(values)]
