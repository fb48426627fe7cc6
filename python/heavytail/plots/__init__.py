"""Details in, matplotlib figures out. matplotlib is imported when the first figure is drawn, not before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from heavytail.details import Details

__all__ = ["DetailsPlots"]


class DetailsPlots:
    """The pictures of one table: `details.plot.alphas()`. Each draws on `ax`, or on a figure of its own."""

    def __init__(self, details: Details) -> None:
        self._details = details

    def alphas(self, ax: Axes | None = None, **options: Any) -> Axes:
        """The histogram of the layers' alphas, the band from 2 to 6 shaded."""
        from .alphas import draw_alphas

        return draw_alphas([self._details], ax=ax, **options)

    def compare(
        self, *others: Details, column: str = "alpha", labels: Sequence[str] | None = None, ax: Axes | None = None
    ) -> Axes:
        """Histograms of several models over each other: the first in red, the second in green."""
        from .alphas import draw_alphas

        return draw_alphas([self._details, *others], column=column, labels=labels, ax=ax)

    def correlation_flow(self, *others: Details, labels: Sequence[str] | None = None, ax: Axes | None = None) -> Axes:
        """Alpha against the depth of the layer."""
        from .flow import draw_flow

        return draw_flow([self._details, *others], labels=labels, ax=ax)

    def esd(self, layer: int | str, *, log: bool = True, ax: Axes | None = None) -> Axes:
        """The spectrum of a layer with its power law and xmin."""
        from .canvas import own_or_given
        from .curves import LayerCurves
        from .esd import draw_esd

        ax = own_or_given(ax, figsize=(6, 4))
        draw_esd(LayerCurves.of(self._details, self._details.row_of(layer)), ax, log=log)
        return ax
