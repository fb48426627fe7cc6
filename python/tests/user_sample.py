"""What a user with a type checker writes; `mypy --strict` reads it against the installed stubs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

import heavytail
import heavytail as ww


def weakest_layers(path: Path) -> list[str]:
    details: heavytail.Details = heavytail.analyze(path, layers=["dense", "-lm_head"], max_N=50_000)
    verdict: heavytail.Verdict = details.verdict or details.judge(significance=0.01)
    if verdict:
        return []
    return [layer.name for layer in verdict.above]


def frame(model: object) -> pd.DataFrame:
    watcher = ww.WeightWatcher(model=model)
    table: pd.DataFrame = watcher.analyze(mp_fit=False, plot=False)
    summary: dict[str, float] = watcher.get_summary(table)
    print(summary["alpha"], watcher.verdict.sentence, len(watcher.coverage))
    return table


def tail(weights: npt.NDArray[np.float32]) -> float:
    evals: npt.NDArray[np.float64] = heavytail.spectrum(weights)
    law: heavytail.PowerLaw = heavytail.fit_powerlaw(evals)
    return law.alpha


def which(first: Path, second: Path) -> str:
    comparison: heavytail.Comparison = heavytail.compare(
        first, second, labels=["a", "b"], tolerated_share=0.1, min_layers=8
    )
    pair = comparison.pairs[0]
    return pair.sentence if pair.difference is not None else pair.word
