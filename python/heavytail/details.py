"""The engine's table of one model in; rows, data frames, curves, verdict and pictures out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from heavytail import _native
from heavytail.errors import LayerNotFoundError, missing
from heavytail.options import limits
from heavytail.verdict import Verdict

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from heavytail.plots import DetailsPlots

__all__ = ["Details", "Uncovered"]

FloatArray = npt.NDArray[np.float64]

# Columns of the reference's descriptions; those of ours that are known before any maths follow.
_DESCRIBED = ("layer_id", "name", "M", "N", "Q", "layer_type", "longname", "num_evals", "rf", "slice_id", "dtype")

# How many layers a message names.
_NAMED = 20

_DTYPES = {"integer": "int64", "float": "float64", "flag": "bool"}


@dataclass(frozen=True)
class Uncovered:
    """A tensor, or a layer out of limits, that has no row."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    reason: str
    """A short word, the same in every version: `norm`, `bias`, `too_few_eigenvalues`, …"""
    message: str
    """The reason in a sentence, with the numbers that decided."""


class Details(Sequence[Mapping[str, Any]]):
    """The details table of one model: a row a layer, and a reason for everything that has none.

    A sequence of rows (dictionaries by column, `None` where null). `details["alpha"]` is a column, `details[0]` a row.
    """

    def __init__(self, native: _native.Details, label: str = "model") -> None:
        self.native = native
        self.label = label
        self._kinds = {name: kind for name, kind, _ in native.columns()}
        self._values = {name: native.column(name) for name in self._kinds}

    @property
    def columns(self) -> list[str]:
        """The columns in print order: the reference's first, in its order, then ours."""
        return list(self._kinds)

    @property
    def has_fits(self) -> bool:
        """Whether it is the table of an analysis; on one of changes, or of layers alone, no verdict rests."""
        return "alpha" in self._kinds and "status" in self._kinds

    def __len__(self) -> int:
        return len(self.native)

    def __getitem__(self, key: Any) -> Any:
        if isinstance(key, str):
            return self.column(key)
        if isinstance(key, slice):
            return [self[position] for position in range(*key.indices(len(self)))]
        return {name: values[key] for name, values in self._values.items()}

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (self[position] for position in range(len(self)))

    def column(self, name: str) -> list[Any]:
        """A column's values, `None` where null."""
        if name not in self._kinds:
            raise KeyError(f"{name!r} is no column of this table; it has {', '.join(self._kinds)}")
        return list(self._values[name])

    @property
    def verdict(self) -> Verdict:
        """Whether the model was trained with enough data, with the evidence."""
        return self.judge()

    def judge(
        self,
        tolerated_share: float | None = None,
        significance: float | None = None,
        min_layers: int | None = None,
    ) -> Verdict:
        """The verdict under other limits.

        `tolerated_share` of the layers may lie above 6 in a model with enough data (0.05), more of them count as proof
        when they are less probable than `significance` (0.05), and below `min_layers` fitted layers (5) a model is
        told neither.
        """
        given = {"tolerated_share": tolerated_share, "significance": significance, "min_layers": min_layers}
        return Verdict.of_native(self.native.verdict(limits(given)))

    @property
    def coverage(self) -> list[Uncovered]:
        """Every tensor and layer without a row, with its reason."""
        return [Uncovered(**{**found, "shape": tuple(found["shape"])}) for found in self.native.coverage()]

    @property
    def warnings(self) -> list[str]:
        """What a caller should hear although nothing stopped for it."""
        return self.native.warnings()

    @property
    def options(self) -> dict[str, str]:
        """The options that shaped the table, by their names on the command line."""
        return dict(self.native.options())

    @property
    def origin(self) -> dict[str, Any]:
        """Where the model came from: path, format, files, number of tensors."""
        return self.native.origin()

    def summary(self, fitted_only: bool = True) -> dict[str, float]:
        """Means by column: over the rows whose fit succeeded, or over all with their −1, as the reference's."""
        return dict(self.native.summary(fitted_only))

    def row_of(self, layer: int | str) -> int:
        """The position of a layer by its id or its (short or full) name."""
        if isinstance(layer, str):
            for name in ("longname", "name"):
                if layer in (names := self.column(name)):
                    return names.index(layer)
        elif layer in (ids := self.column("layer_id")):
            return ids.index(layer)
        known = self.column("longname" if isinstance(layer, str) else "layer_id")
        more = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
        raise LayerNotFoundError(f"no layer {layer!r} has a row; there are {', '.join(map(str, known[:_NAMED]))}{more}")

    def eigenvalues(self, layer: int | str) -> FloatArray:
        """The ESD of a layer, ascending; empty where the layer could not be read."""
        found = self.native.eigenvalues(self.row_of(layer))
        return np.frombuffer(found or b"", dtype=np.float64)

    def shuffled(self, layer: int | str) -> FloatArray:
        """The ESD of the layer with its elements shuffled, ascending; empty unless `randomize=True` was asked for."""
        found = self.native.shuffled(self.row_of(layer))
        return np.frombuffer(found or b"", dtype=np.float64)

    def candidates(self, layer: int | str) -> dict[str, FloatArray]:
        """Every xmin that the layer's fit considered, ascending: arrays `xmin`, `D` and `alpha`."""
        found = self.native.candidates(self.row_of(layer)) or (b"", b"", b"")
        return {
            name: np.frombuffer(part, dtype=np.float64)
            for name, part in zip(("xmin", "D", "alpha"), found, strict=True)
        }

    def to_pandas(self, *, reference_only: bool = False) -> pd.DataFrame:
        """The table as a pandas data frame, dtypes as the reference's: int64, float64, bool, text.

        A count that is null in some row becomes float64 with NaN, as it does in pandas. `reference_only` leaves out
        the columns that weightwatcher does not have.
        """
        try:
            import pandas as pd
        except ImportError:
            raise missing("pandas", "a data frame", "pandas") from None
        kept = [name for name, _, is_theirs in self.native.columns() if is_theirs or not reference_only]
        return pd.DataFrame({name: _series(self.column(name), self._kinds[name]) for name in kept})

    def described_to_pandas(self, *, reference_only: bool = False) -> pd.DataFrame:
        """The columns of a description only, in the reference's order."""
        frame = self.to_pandas(reference_only=reference_only)
        return frame[[name for name in _DESCRIBED if name in frame.columns]]

    def to_polars(self) -> pl.DataFrame:
        """The table as a polars data frame, nulls kept."""
        try:
            import polars as pl
        except ImportError:
            raise missing("polars", "a polars data frame", "polars") from None
        types = {"integer": pl.Int64, "float": pl.Float64, "text": pl.String, "flag": pl.Boolean}
        return pl.DataFrame(
            {name: pl.Series(self.column(name), dtype=types[kind]) for name, kind in self._kinds.items()}
        )

    def to_csv(self) -> str:
        """The table as CSV, the same text as the command line writes."""
        return self.native.to_csv()

    def to_json(self) -> str:
        """Table, coverage and verdict as JSON, the same text as the command line writes."""
        return self.native.to_json()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The table as an Arrow stream: `pyarrow.table(details)`, `polars.DataFrame(details)`, DuckDB, …

        Made by pyarrow, or by polars where that is what there is.
        """
        try:
            import pyarrow as pa
        except ImportError:
            return self.to_polars().__arrow_c_stream__(requested_schema)
        types = {"integer": pa.int64(), "float": pa.float64(), "text": pa.string(), "flag": pa.bool_()}
        columns = [pa.array(self.column(name), type=types[kind]) for name, kind in self._kinds.items()]
        return pa.table(columns, names=list(self._kinds)).__arrow_c_stream__(requested_schema)

    @property
    def plot(self) -> DetailsPlots:
        """Pictures of the table: `.alphas()`, `.compare(other)`, `.correlation_flow()`, `.esd(layer)`."""
        from heavytail.plots import DetailsPlots

        return DetailsPlots(self)

    def __repr__(self) -> str:
        told = f"; {self.verdict.sentence}" if self.has_fits else ""
        return f"<heavytail.Details of {self.label}: {len(self)} layers{told}>"

    def _repr_html_(self) -> str:
        from heavytail.html import details_html

        return details_html(self)


def _series(values: list[Any], kind: str) -> Any:
    """A column as pandas should store it."""
    if kind == "text":
        return ["" if value is None else value for value in values]
    if any(value is None for value in values):
        return np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)
    return np.array(values, dtype=_DTYPES[kind])
