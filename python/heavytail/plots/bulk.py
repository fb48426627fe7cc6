"""A layer's spectrum in, pictures of its random part out: the bulk, the shuffled copy, the tail of product one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .axes import draw_density, mark, positive
from .curves import FloatArray, LayerCurves

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["draw_bulk", "draw_det_x", "draw_shuffled", "has_bulk", "is_square"]

_POINTS = 200


def has_bulk(curves: LayerCurves) -> bool:
    """Whether a bulk was fitted, to the layer itself or to its shuffled copy."""
    return any((curves.row.get(f"{side}sigma_mp") or 0) > 0 for side in ("", "rand_"))


def is_square(curves: LayerCurves) -> bool:
    """Whether N is M: such a bulk is fitted on singular values."""
    return bool(curves.row["N"] == curves.row["M"])


def draw_bulk(curves: LayerCurves, ax: Axes, *, singular: bool) -> None:
    """The spectrum in units where Σλ = n, and the law of its bulk; of singular values for a square matrix.

    Of the layer itself where its bulk was fitted, of its shuffled copy where only that one's was.
    """
    side, evals = ("", curves.evals) if (curves.row.get("sigma_mp") or 0) > 0 else ("rand_", curves.shuffled)
    row = curves.row
    sigma, scale, aspect = row[f"{side}sigma_mp"], row[f"{side}W_scale"], row["N"] / row["M"]
    values, edge = evals * scale**2, row[f"{side}bulk_max"] * scale**2
    if singular:
        values, edge = np.sqrt(values), np.sqrt(edge)
    draw_density(ax, values)
    grid = np.linspace(float(values.min()), edge, _POINTS)
    ax.plot(grid, _density(grid, sigma, aspect, singular), color="tab:red", linewidth=1, label="bulk")
    mark(ax, edge, "edge")
    ax.legend(loc="upper right")
    ax.set_xlabel("singular value, scaled" if singular else "eigenvalue λ, scaled")
    ax.set_ylabel("density")
    what = "shuffled: " if side else ""
    numbers = f"Q {aspect:.3g}, sigma {sigma:.3g}, softrank {row[f'{side}mp_softrank']:.3g}"
    ax.set_title(f"{curves.name}\n{what}{numbers}, {row[f'{side}num_spikes']} spikes", fontsize="medium")


def _density(x: FloatArray, sigma: float, aspect: float, singular: bool) -> FloatArray:
    """The law of Marchenko and Pastur; of the square roots of its values, the quarter circle, if `singular`."""
    if singular:
        return np.asarray(np.sqrt(np.maximum(4 * sigma**2 - x**2, 0)) / (np.pi * sigma**2))
    low, high = ((sigma * (1 + sign / np.sqrt(aspect))) ** 2 for sign in (-1, 1))
    root = np.sqrt(np.maximum((high - x) * (x - low), 0))
    return np.divide(aspect * root, 2 * np.pi * sigma**2 * x, out=np.zeros_like(x), where=x > 0)


def draw_shuffled(curves: LayerCurves, ax: Axes, *, log: bool) -> None:
    """The spectrum over that of the layer's shuffled copy."""
    evals, shuffled = positive(curves.evals), positive(curves.shuffled)
    if log:
        evals, shuffled = np.log10(evals), np.log10(shuffled)
    draw_density(ax, evals, colour="tab:green", label="layer")
    draw_density(ax, shuffled, colour="tab:red", label="shuffled")
    mark(ax, float(shuffled[-1]) if len(shuffled) else None, "largest shuffled", "tab:orange")
    ax.legend(loc="upper right")
    ax.set_xlabel("log10 λ" if log else "eigenvalue λ")
    ax.set_ylabel("density")
    ax.set_title(f"{curves.name} and its shuffled copy", fontsize="medium")


def draw_det_x(curves: LayerCurves, ax: Axes) -> None:
    """Where the tail of product one starts, beside xmin: in units where Σλ = n."""
    row = curves.row
    scale = len(curves.evals) / float(curves.evals.sum())
    draw_density(ax, np.log10(positive(curves.evals * scale)))
    for at, label, colour in (
        (row.get("detX_val"), "det X = 1", "tab:purple"),
        (row.get("xmin") if curves.fitted else None, "xmin", "tab:red"),
    ):
        if at is not None and at > 0:
            mark(ax, np.log10(at * scale), label, colour)
    ax.legend(loc="upper left")
    ax.set_xlabel("log10 λ, scaled")
    ax.set_ylabel("density")
    ax.set_title(f"{curves.name}: the tail of product one", fontsize="medium")
