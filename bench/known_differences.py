"""What a method gives with both packages in, whether they differ as docs/differences.md says, and in nothing else, out.

Each raises AssertionError where the difference is another one, or is gone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Both:
    """What a call gave or raised with weightwatcher and with heavytail, and what heavytail gives in its place."""

    theirs: Any
    raised: str | None
    mine: Any
    refused: str | None
    weights: dict[str, np.ndarray]
    """Those of the model that was given."""
    otherwise: Callable[..., Any]
    """Calls `SVDSmoothing` of heavytail under other options."""


@dataclass(frozen=True)
class Known:
    """A difference that has its row in docs/differences.md."""

    why: str
    check: Callable[[Both], None]


def biases_of_a_convolution(both: Both) -> None:
    """The reference takes the kernel's side for M and finds no bias; all else of the frame is the same."""
    theirs, mine = both.theirs["rows"].set_index("name"), both.mine["rows"].set_index("name")
    ours_alone = ["delta_b", "M", "N", "b_shape"]
    assert theirs.loc["conv", ours_alone].tolist() == [0.0, 3, 32, "unknown"]
    bias, *rest = mine.loc["conv", ours_alone]
    assert bias > 0
    assert rest == [24, 32, 32]
    others = theirs.index != "conv"
    for name in theirs.columns:
        rows = others if name in ours_alone else slice(None)
        a, b = theirs[name][rows].tolist(), mine[name][rows].tolist()
        assert a == b or np.allclose(a, b, rtol=1e-5), name
    (weight, of_biases), (same, more) = both.theirs["means"], both.mine["means"]
    assert np.isclose(weight, same, rtol=1e-5)
    assert np.isclose(more, of_biases + bias / len(mine))


def randomised_truncation(both: Both) -> None:
    """Ours is the nearest matrix of the rank that the reference keeps; the reference's is a little further away."""
    further = []
    for name, before in both.weights.items():
        theirs, mine = both.theirs[name], both.mine[name]
        if before.ndim == 1 or np.array_equal(before, mine):
            assert np.array_equal(theirs, mine), name
            continue
        for whole, their, my in zip(slices(before), slices(theirs), slices(mine), strict=True):
            rank = rank_of(my)
            assert rank == rank_of(their) < min(whole.shape), name
            assert_nearest(whole, my)
            least, distance = np.linalg.norm(whole - my), np.linalg.norm(whole - their)
            assert least * (1 - 1e-7) <= distance <= least * 1.001, name
            further.append(float(np.max(np.abs(my - their))) / float(np.max(np.abs(my))))
    assert max(further) > 1e-5, "the reference's truncation is exact now"


def unknown_method(both: Both) -> None:
    """The reference smooths every layer, as by "svd" with 0.8; ours names the methods."""
    assert both.raised is None
    assert both.refused is not None
    assert both.refused.startswith('OptionError: option method: "melt" is not allowed; detX, svd,')
    meant = both.otherwise(method="svd", percent=0.8)
    for name, theirs in both.theirs.items():
        for their, ours in zip(slices(theirs), slices(meant[name]), strict=True):
            assert np.linalg.norm(their - ours) < 0.1 * np.linalg.norm(ours), name


def slices_by_themselves(both: Both) -> None:
    """The reference raises; ours smooths each slice of a convolution by its own spectrum, and matrices as ever."""
    assert both.raised == "Exception: only pooling (not ww2x) is supported yet for SVDSmoothness, ending"
    assert both.refused is None
    pooled = both.otherwise()
    ranks = set()
    for name, weights in both.mine.items():
        if weights.ndim < 4:
            assert np.array_equal(weights, pooled[name]), name
            continue
        for whole, smoothed in zip(slices(both.weights[name]), slices(weights), strict=True):
            ranks.add(rank_of(smoothed))
            assert_nearest(whole, smoothed)
    assert len(ranks) > 1


def misspelt_column(both: Both) -> None:
    """The reference has one column more, of a misspelt name, in which our column's numbers are."""
    assert len(both.theirs) == len(both.mine)
    for theirs, mine in zip(both.theirs[:-1], both.mine[:-1], strict=True):
        assert set(theirs.columns) ^ set(mine.columns) == {"discete_entropy"}
        for name in set(mine.columns) - {"discrete_entropy"}:
            assert np.allclose(theirs[name], mine[name], rtol=1e-5), name
        assert np.allclose(theirs["discete_entropy"], mine["discrete_entropy"], rtol=1e-5)
        assert not np.allclose(theirs["discrete_entropy"], mine["discrete_entropy"], rtol=1e-5)
    assert both.theirs[-1] == both.mine[-1]


def slices(weights: np.ndarray) -> list[np.ndarray]:
    """The matrices of a layer; a vector is its own."""
    if weights.ndim < 4:
        return [weights]
    return [weights[:, :, i, j] for i in range(weights.shape[2]) for j in range(weights.shape[3])]


def assert_nearest(whole: np.ndarray, smoothed: np.ndarray) -> None:
    """No matrix of the smoothed one's rank is nearer to the whole."""
    left, values, right = np.linalg.svd(whole, full_matrices=False)
    rank = rank_of(smoothed)
    assert np.allclose(smoothed, (left[:, :rank] * values[:rank]) @ right[:rank], atol=1e-6 * values[0])


def rank_of(matrix: np.ndarray) -> int:
    """The rank within single precision."""
    return int(np.linalg.matrix_rank(matrix, tol=1e-5 * np.linalg.norm(matrix, 2)))


RANDOM = Known("the reference's truncation is randomised", randomised_truncation)

KNOWN = {
    "distances(raw)": Known("a convolution's biases, M and N", biases_of_a_convolution),
    "SVDSmoothing(method='svd', percent=0.3)": RANDOM,
    "SVDSmoothing(method='rmt')": RANDOM,
    "SVDSmoothing(method='alpha_min')": RANDOM,
    "SVDSmoothing(layers=[3], method='svd', percent=0.3)": RANDOM,
    "SVDSmoothing(method='melt')": Known("an unknown method is refused", unknown_method),
    "SVDSmoothing(pool=False)": Known("it answers", slices_by_themselves),
    "vector_metrics, valid_vectors": Known("a misspelt column", misspelt_column),
}
