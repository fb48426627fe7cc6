"""A row of a table in, what the pictures of that layer are drawn from out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from heavytail.details import Details

__all__ = ["FloatArray", "LayerCurves"]

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class LayerCurves:
    """One layer: its row, its eigenvalues (ascending), those of its shuffled copy, what its fit considered."""

    row: Mapping[str, Any]
    name: str
    number: str
    """What files call it: the id, with the slice where a convolution has a row a slice."""
    evals: FloatArray
    shuffled: FloatArray
    candidates: Mapping[str, FloatArray]

    @classmethod
    def of(cls, details: Details, position: int) -> LayerCurves:
        """The curves of the row at a position."""
        native = details.native
        row = details[position]
        slice_id = row.get("slice_id")
        parts = native.candidates(position) or (b"", b"", b"")
        return cls(
            row=row,
            name=f"layer {row.get('layer_id')} {row.get('longname', '')}",
            number=str(row.get("layer_id")) if slice_id is None else f"{row['layer_id']}.{slice_id}",
            evals=_numbers(native.eigenvalues(position)),
            shuffled=_numbers(native.shuffled(position)),
            candidates={name: _numbers(part) for name, part in zip(("xmin", "D", "alpha"), parts, strict=True)},
        )

    @property
    def fitted(self) -> bool:
        """Whether the row has a law."""
        return bool(self.row.get("status") == "success")


def _numbers(raw: bytes | None) -> FloatArray:
    return np.frombuffer(raw or b"", dtype=np.float64)
