"""Times a notebook's lines with weightwatcher and with heavytail in its place, in turn; prints a table in Markdown.

    python bench/notebook.py [--rounds 3] [--blocks 12]

Runs in an environment that has both. `analyze` is `ww.WeightWatcher(model=model).analyze()` on a torch model of
GPT-2-small's shapes with random weights; `import` is a fresh interpreter's, less its own start. Both sides take turns,
ratios are taken turn by turn; the figure is the median, the range follows in brackets.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

import torch
from torch import nn

import heavytail
import weightwatcher

WIDTH = 768


class Block(nn.Module):
    """The four matrices of a GPT-2 block."""

    def __init__(self) -> None:
        super().__init__()
        self.c_attn = nn.Linear(WIDTH, 3 * WIDTH)
        self.c_proj = nn.Linear(WIDTH, WIDTH)
        self.c_fc = nn.Linear(WIDTH, 4 * WIDTH)
        self.mlp_proj = nn.Linear(4 * WIDTH, WIDTH)
        self.norm = nn.LayerNorm(WIDTH)


class Gpt2(nn.Module):
    """GPT-2's embeddings and blocks."""

    def __init__(self, blocks: int) -> None:
        super().__init__()
        self.wte = nn.Embedding(50257, WIDTH)
        self.wpe = nn.Embedding(1024, WIDTH)
        self.h = nn.ModuleList([Block() for _ in range(blocks)])


def analyze(package, model: nn.Module, **options) -> tuple[float, int]:
    """Seconds of the notebook's line, and how many rows it gives."""
    began = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        frame = package.WeightWatcher(model=model).analyze(**options)
    return time.perf_counter() - began, len(frame)


def start(words: str) -> float:
    """Seconds of a fresh interpreter with these words."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-W", "ignore", "-c", words], check=True, capture_output=True)
    return time.perf_counter() - began


def in_turn(rounds: int, theirs: Callable[[], float], ours: Callable[[], float]) -> str:
    """Cells of a row: both sides' seconds, and how many times as fast the second is."""
    pairs = [(theirs(), ours()) for _ in range(rounds)]
    ratios = [first / second for first, second in pairs]
    middle = [statistics.median(side) for side in zip(*pairs, strict=True)]
    times = statistics.median(ratios)
    return f"{middle[0]:.2f} | {middle[1]:.2f} | {times:.1f} [{min(ratios):.1f}–{max(ratios):.1f}]"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--blocks", type=int, default=12)
    asked = parser.parse_args()
    torch.manual_seed(0)
    model = Gpt2(asked.blocks)
    counts = [analyze(package, nn.Sequential(nn.Linear(64, 64)))[1] for package in (weightwatcher, heavytail)]
    assert counts == [1, 1], "the warm-up has a row on both sides"
    rows = {}

    def side(name: str, package, **options) -> Callable[[], float]:
        def run() -> float:
            seconds, rows[name] = analyze(package, model, **options)
            return seconds

        return run

    def imported(name: str) -> Callable[[], float]:
        return lambda: max(start(f"import {name}") - start("pass"), 1e-3)

    print(
        f"torch {torch.__version__}, weightwatcher 0.7.7 on {torch.get_num_threads()} threads, {asked.blocks} blocks.\n"
    )
    print("| line | weightwatcher, s | heavytail, s | times as fast |\n|---|---|---|---|")
    theirs, ours = side("weightwatcher", weightwatcher), side("heavytail", heavytail, progress=False)
    print(f"| `ww.WeightWatcher(model=model).analyze()` | {in_turn(asked.rounds, theirs, ours)} |")
    print(f"| `import` | {in_turn(5, imported('weightwatcher'), imported('heavytail'))} |")
    print(f"\nRows: {', '.join(f'{name} {count}' for name, count in rows.items())}.")


if __name__ == "__main__":
    main()
