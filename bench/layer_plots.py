"""Times `analyze(plot=True)` less `analyze(plot=False)` of weightwatcher and of heavytail: what drawing costs.

    python bench/layer_plots.py [--layers 8] [--runs 3]

Runs in an environment that has both. A torch model of random Linear layers is analysed with mp_fit, randomize and detX;
both write the figures of the same names. Printed are processor seconds (the machine may be busy with other things) and
wall seconds a file, medians of the runs, and the ratio.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import logging
import os
import statistics
import tempfile
import time
import warnings
from pathlib import Path

os.environ["MPLBACKEND"] = "Agg"
warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

import torch
from torch import nn

import heavytail
import weightwatcher


def cost(watcher, folder: str, **options) -> tuple[float, float]:
    """Processor and wall seconds that drawing adds."""
    taken = []
    for plot in (False, True):
        began, clock = time.process_time(), time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            watcher.analyze(
                plot=plot, savefig=folder, mp_fit=True, randomize=True, detX=True, **options
            )
        taken.append((time.process_time() - began, time.perf_counter() - clock))
    return taken[1][0] - taken[0][0], taken[1][1] - taken[0][1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--layers", type=int, default=8)
    parser.add_argument("--runs", type=int, default=3)
    asked = parser.parse_args()
    torch.manual_seed(0)
    model = nn.Sequential(*[nn.Linear(150, 200) for _ in range(asked.layers)])
    sides = {
        "weightwatcher": (weightwatcher.WeightWatcher(model=model), {}),
        "heavytail": (heavytail.WeightWatcher(model=model), {"progress": False}),
    }
    a_file: dict[str, tuple[float, float]] = {}
    names = {}
    for side, (watcher, options) in sides.items():
        with tempfile.TemporaryDirectory() as folder:
            cost(watcher, f"{folder}/warm", **options)
            runs = [cost(watcher, f"{folder}/figures", **options) for _ in range(asked.runs)]
            names[side] = {path.name for path in Path(folder, "figures").iterdir()}
        count = len(names[side])
        a_file[side] = tuple(statistics.median(run[kind] for run in runs) / count for kind in (0, 1))
        print(f"{side:14s} {count:4d} files {1000 * a_file[side][0]:8.1f} ms of processor a file"
              f" {1000 * a_file[side][1]:8.1f} ms of wall")
    missing = names["weightwatcher"] - names["heavytail"]
    print(f"files of weightwatcher that heavytail does not write: {sorted(missing) or 'none'}")
    ratios = [a_file["weightwatcher"][kind] / a_file["heavytail"][kind] for kind in (0, 1)]
    print(f"heavytail draws {ratios[0]:.0f} times as fast by processor time, {ratios[1]:.0f} by the clock")


if __name__ == "__main__":
    main()
