"""The wish to draw in, an axis out; figures that are only saved never enter pyplot's list, so none is left open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heavytail.errors import missing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["new_figure", "own_axes", "own_or_given"]

INSTALL = "heavytail[plot]"


def own_or_given(ax: Axes | None, **size: Any) -> Axes:
    """The axis to draw on: the caller's, or that of a new pyplot figure, which a notebook shows."""
    return own_axes(**size) if ax is None else ax


def own_axes(**size: Any) -> Axes:
    """The axis of a new pyplot figure, which a notebook shows."""
    try:
        from matplotlib import pyplot
    except ImportError:
        raise missing("matplotlib", "a plot", INSTALL) from None
    _, axes = pyplot.subplots(**size)
    return axes


def new_figure(**size: Any) -> Figure:
    """A figure that belongs to nobody but its file."""
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise missing("matplotlib", "a plot", INSTALL) from None
    figure = Figure(**size)
    FigureCanvasAgg(figure)
    return figure
