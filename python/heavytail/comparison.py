"""What the engine found of two or more models side by side in, a value to read, show and plot out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from heavytail.verdict import Verdict

if TYPE_CHECKING:
    from heavytail.details import Details

__all__ = ["Comparison", "Interval", "PairComparison"]


@dataclass(frozen=True)
class Interval:
    """An estimate with its bootstrap interval."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class PairComparison:
    """Two models held against each other."""

    first: str
    second: str
    word: str
    """`first-had-less`, `second-had-less`, `undecided` or `nothing-in-common`."""
    sentence: str
    """What it shows, in the sentences that a person needs."""
    statistic: str
    """The column that decides: `alpha_stable`, or `alpha` where a table has nothing else."""
    difference: Interval | None
    """Mean of first − second over matched layers."""
    scale_difference: Interval | None
    """The same for `log_spectral_norm`, which does not decide."""
    matched: tuple[tuple[str, float, float], ...]
    """Name, value in the first, value in the second, of each matched layer."""
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]


class Comparison:
    """Two or more models side by side."""

    def __init__(self, found: Mapping[str, Any], labels: Sequence[str], details: Sequence[Details]) -> None:
        self.labels: tuple[str, ...] = tuple(labels)
        self.details: tuple[Details, ...] = tuple(details)
        self.verdicts: tuple[Verdict, ...] = tuple(Verdict.of_native(model["verdict"]) for model in found["models"])
        self.means: tuple[dict[str, float], ...] = tuple(dict(model["means"]) for model in found["models"])
        self.pairs: tuple[PairComparison, ...] = tuple(self._pair(pair) for pair in found["pairs"])

    def _pair(self, found: Mapping[str, Any]) -> PairComparison:
        return PairComparison(
            first=self.labels[found["first"]],
            second=self.labels[found["second"]],
            word=found["word"],
            sentence=found["sentence"],
            statistic=found["statistic"],
            difference=_interval(found["difference"]),
            scale_difference=_interval(found["scale_difference"]),
            matched=tuple((layer["name"], layer["first"], layer["second"]) for layer in found["matched"]),
            only_first=tuple(found["only_first"]),
            only_second=tuple(found["only_second"]),
        )

    @property
    def sentence(self) -> str:
        """What the comparison shows, pair by pair."""
        return "\n".join(pair.sentence for pair in self.pairs)

    def plot(self, **options: Any) -> Any:
        """Histograms of the models' alphas over each other; needs matplotlib."""
        from heavytail.plots.alphas import draw_alphas

        return draw_alphas(list(self.details), labels=self.labels, **options)

    def __str__(self) -> str:
        return self.sentence

    def __repr__(self) -> str:
        return f"<heavytail.Comparison of {', '.join(self.labels)}>"

    def _repr_html_(self) -> str:
        from heavytail.html import comparison_html

        return comparison_html(self)


def _interval(found: Mapping[str, float] | None) -> Interval | None:
    return None if found is None else Interval(found["estimate"], found["low"], found["high"])
