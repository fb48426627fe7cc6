"""Eigenvalues in, pictures of their density and its law on matplotlib's current axes out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from heavytail.errors import OptionError
from heavytail.plots.canvas import pyplot

from .laws import (
    calc_lambda_plus,
    fit_density_with_range,
    marchenko_pastur_fun,
    marchenko_pastur_pdf,
    quarter_circle_pdf,
)

__all__ = ["plot_density", "plot_density_and_fit", "plot_loghist", "save_fig"]


def plot_density(
    to_plot: npt.ArrayLike, sigma: float, Q: float, method: str = "MP", color: str = "blue", cutoff: float = 0.0
) -> None:
    """Draws the histogram of eigenvalues above `cutoff` and the Marchenko–Pastur law of this Q and σ over it."""
    if str(method).upper() != "MP":
        raise OptionError(f"option method: {method!r} is not allowed; 'MP'")
    plt = pyplot()
    values = np.asarray(to_plot, dtype=np.float64).ravel()
    plt.hist(values[values > cutoff], bins=100, density=True, color=color, alpha=0.6)
    edge = calc_lambda_plus(Q, sigma)
    x, density = (
        quarter_circle_pdf(0.0, 2.0 * sigma, sigma)
        if Q == 1
        else marchenko_pastur_pdf(0.0, edge, Q, sigma, edge / 1000)
    )
    plt.plot(x, density, linewidth=1, color="red", label="Marchenko–Pastur")
    plt.legend()


def plot_density_and_fit(
    eigenvalues: npt.ArrayLike,
    *,
    Q: float,
    layer_name: str = "",
    layer_id: int = 0,
    sigma: float | None = None,
    color: str = "blue",
    cutoff: float = 0.0,
) -> tuple[float, npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Draws eigenvalues with their Marchenko–Pastur law, fitted unless σ is given: σ, and points of the law."""
    values = np.asarray(eigenvalues, dtype=np.float64).ravel()
    width = fit_density_with_range(values, Q)[0] if sigma is None else float(sigma)
    plot_density(values, width, Q, color=color, cutoff=cutoff)
    pyplot().title(f"{layer_name} layer {layer_id}: Q = {Q:.3f}, σ = {width:.3f}".strip())
    x, density, _, _ = marchenko_pastur_fun(np.linspace(0.0, calc_lambda_plus(Q, width), 1000), Q, width)
    return width, x, density


def plot_loghist(x: npt.ArrayLike, bins: int = 100, xmin: float | None = None) -> None:
    """Draws a histogram of positive numbers in bins of equal width on a logarithmic axis, and a line at `xmin`."""
    values = np.asarray(x, dtype=np.float64).ravel()
    values = values[values > 0.0]
    if values.size == 0:
        raise OptionError("no number is above 0, so that none has a place on a logarithmic axis")
    plt = pyplot()
    plt.hist(values, bins=np.geomspace(values.min(), values.max() * (1.0 + 1e-12), bins + 1).tolist(), density=True)
    if xmin:
        plt.axvline(xmin, color="red", label=r"$\lambda_{min}$")
    plt.xscale("log")


def save_fig(plt: Any, figname: str, layer_id: int | str, savedir: str | Path) -> Path:
    """Saves the current figure under the reference's name for a layer's; the folder is made where it is missing."""
    folder = Path(savedir)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"ww.layer{layer_id}.{figname}.png"
    plt.tight_layout()
    plt.savefig(path)
    return path
