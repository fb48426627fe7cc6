"""An analysed model in, the reference's figures of each layer as PNG files out.

One canvas is reused for all of them and never enters pyplot's list: a figure that nobody keeps can't leak.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from heavytail import constants as ww

from .canvas import new_figure
from .esd import draw_density, draw_esd, spectrum_of, title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from heavytail.details import Details

__all__ = ["draw_layers"]


def draw_layers(details: Details, savefig: str | bool) -> list[Path]:
    """Writes the figures of every layer; `savefig` is a folder (made where it is missing), True or False.

    Without a file to write to, figures go to pyplot, which a notebook shows.
    """
    if savefig is False or savefig is None:
        for row in range(len(details)):
            draw_esd(details, row)
        return []
    folder = Path(ww.DEF_SAVE_DIR if savefig is True else savefig)
    folder.mkdir(parents=True, exist_ok=True)
    figure = new_figure(figsize=(6, 4), dpi=100)
    written = []
    for row, identifier in enumerate(details.column("layer_id")):
        if len(spectrum_of(details, row)) == 0:
            continue
        name = f"ww.layer{_plot_id(details, row, identifier)}"
        for word, draw in _figures(details, row):
            figure.clear()
            draw(figure.add_subplot())
            path = folder / f"{name}.{word}.png"
            figure.savefig(path, pil_kwargs={"compress_level": 1})
            written.append(path)
    _show_in_notebook(written)
    return written


def _show_in_notebook(written: list[Path]) -> None:
    """A notebook shows the files, as it shows the reference's figures."""
    if "ipykernel" not in sys.modules:
        return
    from IPython.display import Image, display

    for path in written:
        display(Image(filename=str(path)))  # type: ignore[no-untyped-call]


def _plot_id(details: Details, row: int, identifier: int) -> str:
    """The id, with the slice where a convolution has a row a slice."""
    if "slice_id" in details.columns and (slice_id := details.column("slice_id")[row]) is not None:
        return f"{identifier}.{slice_id}"
    return str(identifier)


def _figures(details: Details, row: int) -> list[tuple[str, Callable[[Axes], Any]]]:
    figures: list[tuple[str, Callable[[Axes], Any]]] = [
        ("esd", lambda ax: draw_esd(details, row, ax=ax)),
        ("esd2", lambda ax: draw_esd(details, row, log=False, ax=ax)),
        ("esd3", lambda ax: _draw_log_density(details, row, ax)),
    ]
    if details.column("status")[row] == "success":
        figures.append(("esd4", lambda ax: _draw_candidates(details, row, 1, ax)))
        figures.append(("esd5", lambda ax: _draw_candidates(details, row, 2, ax)))
    return figures


def _draw_log_density(details: Details, row: int, ax: Axes) -> None:
    """The histogram of log10 λ on a linear density axis."""
    evals = spectrum_of(details, row)
    logs = np.log10(evals[evals > 0])
    if len(logs):
        draw_density(ax, logs)
    if details.column("status")[row] == "success":
        ax.axvline(np.log10(details.column("xmin")[row]), color="tab:red", linewidth=1)
        ax.axvline(np.log10(details.column("xmax")[row]), color="tab:orange", linewidth=1)
    ax.set_xlabel("log10 λ")
    ax.set_ylabel("density")
    ax.set_title(f"{title_of(details, row)}: log λ", fontsize="medium")


def _draw_candidates(details: Details, row: int, part: int, ax: Axes) -> None:
    """What the fit considered at every xmin: the KS distance (part 1) or alpha (part 2)."""
    columns = [np.frombuffer(column) for column in details.native.candidates(row) or (b"", b"", b"")]
    ax.plot(columns[0], columns[part], color="tab:blue", linewidth=1)
    ax.axvline(details.column("xmin")[row], color="tab:red", linewidth=1)
    ax.set_xlabel("xmin")
    ax.set_ylabel(("KS distance D", "alpha")[part - 1])
    ax.set_title(title_of(details, row), fontsize="medium")
