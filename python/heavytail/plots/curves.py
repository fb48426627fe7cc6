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
    """One layer: its row, the name to write over its picture, its eigenvalues, ascending."""

    row: Mapping[str, Any]
    name: str
    evals: FloatArray

    @classmethod
    def of(cls, details: Details, position: int, title: str | None = None) -> LayerCurves:
        """The curves of the row at a position."""
        row = details[position]
        found = details.native.eigenvalues(position)
        name = title or f"layer {row['layer_id']} {row['longname']}"
        return cls(row=row, name=name, evals=np.frombuffer(found or b"", dtype=np.float64))

    @property
    def fitted(self) -> bool:
        """Whether the row has a law."""
        return bool(self.row.get("status") == "success")
