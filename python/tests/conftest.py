"""Models that several tests use: planted heavy tails, noise, and the project's own golden matrices."""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]

# Nothing is drawn on a screen.
os.environ.setdefault("MPLBACKEND", "Agg")


@pytest.fixture(autouse=True)
def no_figures():
    """No test finds the figures that another one has left open; not everybody has matplotlib."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture(scope="session")
def golden() -> Path:
    """The folder of reference tables."""
    return ROOT / "fixtures" / "golden"


@pytest.fixture(scope="session")
def pair() -> tuple[Path, Path]:
    """The bundled models: one trained on much data, one on little."""
    return ROOT / "examples" / "tiny-gpt-much-data", ROOT / "examples" / "tiny-gpt-little-data"


@pytest.fixture
def weights() -> dict[str, np.ndarray]:
    """A small state dict: two matrices, a convolution, a norm and a bias."""
    rng = np.random.default_rng(7)
    return {
        "fc1.weight": rng.standard_normal((60, 40)).astype(np.float32),
        "fc1.bias": rng.standard_normal(60).astype(np.float32),
        "norm.weight": np.ones(60, dtype=np.float32),
        "conv.weight": rng.standard_normal((24, 16, 3, 3)).astype(np.float32),
        "fc2.weight": rng.standard_normal((30, 50)),
    }


@pytest.fixture(scope="session")
def read_csv():
    """Reads a golden table into rows by name."""

    def read(path: Path) -> dict[str, dict[str, str]]:
        with path.open() as file:
            return {row["name"]: row for row in csv.DictReader(file)}

    return read
