"""The engine's verdict on a model in, a value with its evidence out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

__all__ = ["NamedLayer", "RoleSummary", "Verdict"]


@dataclass(frozen=True)
class NamedLayer:
    """A layer that the verdict names."""

    name: str
    role: str
    block: int | None
    alpha: float
    certain: bool
    """Whether the whole interval of alpha lies on that side of the limit."""


@dataclass(frozen=True)
class RoleSummary:
    """The layers of one role together: the name without indices, and how many lie above 6 and below 2."""

    role: str
    layers: int
    mean: float
    median: float
    above: int
    below: int


@dataclass(frozen=True)
class Verdict:
    """The answer to "was it trained with enough data?" and what it rests on."""

    word: str
    """`enough-data`, `not-enough-data`, `uncertain` or `no-fit`."""
    sentence: str
    """The answer in the sentences that a person needs."""
    layers: int
    fitted: int
    peak: float | None
    """The place where the alphas are densest."""
    mean: float | None
    median: float | None
    share_above: float
    share_below: float
    chance: float
    """Probability of so many layers above 6 in a model with the tolerated share of them."""
    above: tuple[NamedLayer, ...]
    below: tuple[NamedLayer, ...]
    unfitted: tuple[str, ...]
    roles: tuple[RoleSummary, ...]

    @classmethod
    def of_native(cls, found: Mapping[str, Any]) -> Verdict:
        """The engine's dictionary as a value."""
        plain = _known(cls, found)
        plain["above"] = tuple(NamedLayer(**_known(NamedLayer, layer)) for layer in found["above"])
        plain["below"] = tuple(NamedLayer(**_known(NamedLayer, layer)) for layer in found["below"])
        plain["unfitted"] = tuple(found["unfitted"])
        plain["roles"] = tuple(RoleSummary(**_known(RoleSummary, role)) for role in found["roles"])
        return cls(**plain)

    def __str__(self) -> str:
        return self.sentence

    def __bool__(self) -> bool:
        """Whether the model looks as models trained with enough data do."""
        return self.word == "enough-data"


def _known(kind: type, found: Mapping[str, Any]) -> dict[str, Any]:
    """The members that the value has; a newer engine may tell more."""
    return {field.name: found[field.name] for field in fields(kind)}
