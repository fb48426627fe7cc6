"""An analysed model in, the reference's figures of each layer out: PNG files, which the engine draws, or pyplot's."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from heavytail import _native
from heavytail import constants as ww

from .canvas import own_axes
from .curves import LayerCurves
from .esd import draw_esd

if TYPE_CHECKING:
    from heavytail.details import Details

__all__ = ["draw_layers"]


def draw_layers(
    details: Details,
    savefig: str | bool,
    *,
    deltas: bool = False,
    number: str | None = None,
    title: str | None = None,
) -> list[Path]:
    """Writes the figures of every layer that has a spectrum, under the reference's file names.

    `savefig` is a folder (made where it is missing) or True for the reference's; with False the spectra go to pyplot,
    which a notebook shows. `number` and `title` are those of a table's only layer.
    """
    if not savefig:
        for position in range(len(details)):
            draw_esd(LayerCurves.of(details, position, title), own_axes(figsize=(6, 4)))
        return []
    folder = Path(ww.DEF_SAVE_DIR if savefig is True else savefig)
    written = _native.draw_layers(details.native, folder, deltas, number, title)
    _show_in_notebook(written)
    return written


def _show_in_notebook(written: list[Path]) -> None:
    """A notebook shows the files layer by layer, as it shows the reference's figures."""
    if "ipykernel" not in sys.modules:
        return
    from IPython.display import Image, display

    for path in sorted(written, key=lambda path: [int(digits) for digits in re.findall(r"\d+", path.name)]):
        display(Image(filename=str(path)))  # type: ignore[no-untyped-call]
