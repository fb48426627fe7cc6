"""The wish to draw in, an axis out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from heavytail import constants as ww
from heavytail.errors import missing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["BAND", "COLOURS", "own_axes", "own_or_given", "pyplot"]

# The article's: the first model in red, the second in green.
COLOURS = ("tab:red", "tab:green", "tab:blue", "tab:purple", "tab:orange")

# Where the alphas of well-trained layers lie.
BAND = (ww.OVER_TRAINED_THRESH, ww.UNDER_TRAINED_THRESH)


def own_or_given(ax: Axes | None, **size: Any) -> Axes:
    """The axis to draw on: the caller's, or that of a new pyplot figure, which a notebook shows."""
    return own_axes(**size) if ax is None else ax


def own_axes(**size: Any) -> Axes:
    """The axis of a new pyplot figure, which a notebook shows."""
    _, axes = pyplot().subplots(**size)
    return axes


def pyplot() -> Any:
    """The module `matplotlib.pyplot`, or the error that says how to install it."""
    try:
        from matplotlib import pyplot
    except ImportError:
        raise missing("matplotlib", "a plot", "heavytail[plot]") from None
    return pyplot
