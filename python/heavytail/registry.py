"""The engine's registry of columns in, what each column of a table means out."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from heavytail import _native

__all__ = ["Column", "columns"]


# Keywords that are not the command line's words with underscores.
_KEYWORDS = {"detx": "detX", "no_pool": "pool"}


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
    presence: str
    """`always`, or the option of `analyze` or the other table (`traps`, `distances`, …) that has it."""


def columns() -> list[Column]:
    """Every column that there is, in print order."""
    names = [field.name for field in fields(Column)]
    return [Column(**{**{name: column[name] for name in names}, **_presence(column)}) for column in _native.columns()]


def _presence(column: dict[str, Any]) -> dict[str, str]:
    """The command line's option as the keyword that it is here."""
    presence = column["presence"]
    option = presence if isinstance(presence, str) else presence["option"].replace("-", "_")
    return {"presence": _KEYWORDS.get(option, option)}
