"""Holds heavytail against weightwatcher on random models under many options; prints each value that differs.

    python differential.py HEAVYTAIL --out DIR [--seeds 3]

Runs in an environment that has weightwatcher 0.7.7. Each seed makes another state dict: random shapes, element types
(f16, bf16, f32, f64) and spectra (Gaussian, heavy-tailed, planted power laws, spikes, ties), convolutions with odd and
even kernels. Both sides analyse it under each option, heavytail with `--compat ww`: counts, names and flags have to be
equal, floats within 1e-8. Exits with 1 where anything differs.
"""

import argparse
import contextlib
import csv
import io
import logging
import math
import os
import subprocess
import sys
import warnings

import numpy as np
import torch
from safetensors.torch import save_file

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

TYPES = [torch.float32, torch.float16, torch.bfloat16, torch.float64]

# weightwatcher's keywords and heavytail's words for the same.
OPTIONS = [
    ({}, []),
    ({"mp_fit": True}, ["--mp-fit"]),
    ({"detX": True}, ["--detx"]),
    ({"pool": False}, ["--no-pool"]),
    ({"min_evals": 20}, ["--min-evals", "20"]),
    ({"max_evals": 150}, ["--max-evals", "150"]),
    ({"max_evals": 400, "max_N": 400}, ["--max-evals", "400", "--max-n", "400"]),
    ({"tolerance": 1e-2}, ["--tolerance", "1e-2"]),
    ({"fix_fingers": "clip_xmax"}, ["--fix-fingers", "clip_xmax"]),
    ({"fix_fingers": "clip_xmax", "finger_thresh": 0.2}, ["--fix-fingers", "clip_xmax", "--finger-thresh", "0.2"]),
    ({"xmax": 5}, ["--xmax", "5"]),
    ({"xmax": -3}, ["--xmax=-3"]),
    ({"inverse": True}, ["--inverse"]),
    ({"conv2d_norm": False}, ["--no-conv2d-norm"]),
    ({"svd_method": "accurate"}, ["--svd-method", "accurate"]),
    ({"start_ids": 1}, ["--start-ids", "1"]),
]

# Where the file lies and which model it is, and what a state dict does not tell.
IGNORED = {"layer_id", "name", "longname", "layer_type", "has_esd"}


def matrix(rng, n, m):
    """An n x m matrix of one of six kinds."""
    kind = rng.integers(6)
    noise = rng.standard_normal((n, m))
    if kind == 0:
        return noise / np.sqrt(n)
    if kind == 1:
        return noise * rng.pareto(rng.uniform(1.5, 4), size=(n, m))
    if kind == 2:
        return np.round(noise * 4) / 4
    k = min(n, m)
    left, _ = np.linalg.qr(rng.standard_normal((n, k)))
    right, _ = np.linalg.qr(rng.standard_normal((m, k)))
    if kind == 3:
        return noise / np.sqrt(m) + 3 * np.outer(left[:, 0], right[:, 0])
    exponent = rng.uniform(1.5, 9)
    singular = np.sqrt((1 - rng.random(k)) ** (-1 / (exponent - 1))) * 10 ** rng.uniform(-3, 2)
    planted = (left * singular) @ right.T
    return planted + 0.01 * noise if kind == 4 else planted


def model(seed):
    """A state dict of 14 matrices and 4 convolutions."""
    rng = np.random.default_rng(seed)
    weights = {}
    for i in range(14):
        n, m = (9, 8) if i == 0 else (30, 7) if i == 1 else rng.integers(2, 400, size=2)
        weights[f"l{i}.fc.weight"] = torch.from_numpy(matrix(rng, n, m)).to(TYPES[rng.integers(4)]).contiguous()
        if rng.random() < 0.5:
            weights[f"l{i}.fc.bias"] = torch.zeros(int(n))
    for i, width in enumerate([1, 3, 3, 5]):
        outputs, inputs = rng.integers(4, 70, size=2)
        height = width if rng.random() < 0.7 else max(1, width - 1)
        kernel = rng.standard_normal((outputs, inputs, width, height)) * rng.uniform(0.01, 2)
        weights[f"c{i}.conv.weight"] = torch.from_numpy(kernel).float()
    return weights


def reference(weights, options, path):
    """weightwatcher's table of the weights, as a list of rows."""
    import weightwatcher

    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        weightwatcher.WeightWatcher(model=dict(weights)).analyze(**options).to_csv(path, index=False)
    return rows(path)


def rows(path):
    """The rows of a CSV file by name and slice."""
    with open(path, newline="") as table:
        return {(row["name"].strip(), row.get("slice_id", "")): row for row in csv.DictReader(table)}


def same(theirs, ours):
    """Whether two fields say the same."""
    try:
        a, b = float(theirs), float(ours)
    except ValueError:
        return theirs.strip() == ours.strip()
    if math.isnan(a) or math.isinf(a) or a == b:
        return a == b or (math.isnan(a) and math.isnan(b))
    whole = theirs.lstrip("-").isdigit() and ours.lstrip("-").isdigit()
    return not whole and abs(a - b) <= max(1e-8 * max(abs(a), abs(b)), 1e-12)


def differences(theirs, ours):
    """What is not the same, and how many values were held against each other."""
    wrong, checked = [], 0
    for key, row in theirs.items():
        if key not in ours:
            wrong.append(f"{key}: no row")
            continue
        for column, value in row.items():
            if column in IGNORED:
                continue
            checked += 1
            if not same(value, ours[key].get(column, "no column")):
                wrong.append(f"{key[0]}.{column}: weightwatcher {value} heavytail {ours[key].get(column)}")
    return wrong + [f"{key}: a row of ours alone" for key in ours.keys() - theirs.keys()], checked


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("heavytail")
    parser.add_argument("--out", required=True)
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    os.makedirs(arguments.out, exist_ok=True)
    path = os.path.join(arguments.out, "model.safetensors")
    theirs, ours = (os.path.join(arguments.out, name) for name in ("weightwatcher.csv", "heavytail.csv"))
    total = wrong = 0
    for seed in range(1, arguments.seeds + 1):
        weights = model(seed)
        save_file(weights, path)
        for options, words in OPTIONS:
            table = reference(weights, options, theirs)
            command = [arguments.heavytail, "analyze", path, "--compat", "ww", "--format", "csv", "-o", ours, "--quiet"]
            subprocess.run(command + words, check=True)
            found, checked = differences(table, rows(ours))
            total, wrong = total + checked, wrong + len(found)
            for line in found:
                print(f"seed {seed}, {options}: {line}")
    print(f"{total} values of {arguments.seeds} random models under {len(OPTIONS)} options, {wrong} differ")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
