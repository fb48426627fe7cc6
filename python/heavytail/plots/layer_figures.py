"""An analysed model in, the reference's figures of each layer as PNG files out.

One canvas is reused for all of them and never enters pyplot's list: a figure that nobody keeps can't leak.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from heavytail import constants as ww

from .bulk import draw_bulk, draw_det_x, draw_shuffled, has_bulk, is_square
from .canvas import new_figure, own_axes
from .curves import LayerCurves
from .esd import draw_candidates, draw_esd, draw_level_spacings, draw_level_statistics, draw_log_density

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from heavytail.details import Details

__all__ = ["draw_curves", "draw_layers"]

Draw = Callable[["LayerCurves", "Axes"], None]


def draw_layers(details: Details, savefig: str | bool, *, deltas: bool = False) -> list[Path]:
    """Writes the figures of every layer; `savefig` is a folder (made where it is missing), True or False.

    Without a file to write to, the spectra go to pyplot, which a notebook shows. A layer without a spectrum has none.
    """
    written = []
    for position in range(len(details)):
        written += draw_curves(LayerCurves.of(details, position), savefig, deltas=deltas)
    return written


def draw_curves(curves: LayerCurves, savefig: str | bool, *, deltas: bool = False) -> list[Path]:
    """Writes the figures of one layer."""
    if len(curves.evals) == 0:
        return []
    if not savefig:
        draw_esd(curves, own_axes(figsize=(6, 4)))
        return []
    folder = Path(ww.DEF_SAVE_DIR if savefig is True else savefig)
    folder.mkdir(parents=True, exist_ok=True)
    figure = new_figure(figsize=(6, 4), dpi=100)
    written = []
    for word, draw in figures_of(curves, deltas):
        figure.clear()
        draw(curves, figure.add_subplot())
        path = folder / f"ww.layer{curves.number}.{word}.png"
        figure.savefig(path, pil_kwargs={"compress_level": 1})
        written.append(path)
    _show_in_notebook(written)
    return written


def figures_of(curves: LayerCurves, deltas: bool) -> list[tuple[str, Draw]]:
    """The figures that the row has the numbers of, by the words of the reference's file names."""
    figures: list[tuple[str, Draw]] = [
        ("esd", draw_esd),
        ("esd2", partial(draw_esd, log=False)),
        ("esd3", draw_log_density),
    ]
    if curves.fitted:
        figures += [("esd4", partial(draw_candidates, column="D")), ("esd5", partial(draw_candidates, column="alpha"))]
    if has_bulk(curves):
        if is_square(curves):
            figures.append(("mpfit1", partial(draw_bulk, singular=False)))
        figures.append(("mpfit2", partial(draw_bulk, singular=is_square(curves))))
    if len(curves.shuffled):
        figures += [("randesd1", partial(draw_shuffled, log=False)), ("randesd2", partial(draw_shuffled, log=True))]
    if curves.row.get("detX_num") is not None:
        figures.append(("detX", draw_det_x))
    if deltas:
        figures += [("deltaEs", draw_level_spacings), ("level-stats", draw_level_statistics)]
    return figures


def _show_in_notebook(written: list[Path]) -> None:
    """A notebook shows the files, as it shows the reference's figures."""
    if "ipykernel" not in sys.modules:
        return
    from IPython.display import Image, display

    for path in written:
        display(Image(filename=str(path)))  # type: ignore[no-untyped-call]
