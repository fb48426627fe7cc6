"""The engine's registry of columns in, what each column of a table means out."""

from __future__ import annotations

from dataclasses import dataclass, fields

from heavytail import _native

__all__ = ["Column", "columns"]


@dataclass(frozen=True)
class Column:
    """One column of the details table, as documentation and tooltips have it."""

    name: str
    type: str
    unit: str
    meaning: str
    definition: str
    reading: str
    source: str
    origin: str
    """`reference` or `heavytail`."""


def columns() -> list[Column]:
    """Every column that there is, in print order."""
    names = [field.name for field in fields(Column)]
    return [Column(**{name: column[name] for name in names}) for column in _native.columns()]
