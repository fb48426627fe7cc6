"""Tables in, alpha against depth out: the correlation flow of Martin, Peng and Mahoney (2021)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .canvas import BAND, COLOURS, own_or_given

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from heavytail.details import Details

__all__ = ["draw_flow"]


def draw_flow(tables: Sequence[Details], labels: Sequence[str] | None = None, ax: Axes | None = None) -> Axes:
    """One line a model; layers without a fit leave a gap."""
    ax = own_or_given(ax, figsize=(7, 4))
    ax.axhspan(*BAND, color="0.5", alpha=0.12, label="2 to 6")
    names = labels if labels is not None else [table.label for table in tables]
    for number, (table, name) in enumerate(zip(tables, names, strict=True)):
        pairs = zip(table.column("status"), table.column("alpha"), strict=True)
        alphas = np.array([alpha if status == "success" else np.nan for status, alpha in pairs], dtype=float)
        colour = COLOURS[number % len(COLOURS)]
        ax.plot(np.arange(len(alphas)), alphas, "o-", color=colour, markersize=3, linewidth=1, label=name)
    ax.locator_params(axis="x", integer=True)
    ax.set_xlabel("depth: position of the layer")
    ax.set_ylabel("alpha")
    ax.legend()
    return ax
