"""Times heavytail against others as whole processes, in turn; prints rows of a table in Markdown.

    python side_by_side.py HEAVYTAIL MODEL.safetensors [--against weightwatcher,numpy] [--rate PROGRAM]
                           [--pairs 5] [--threads 2] [--memory 1.5G]

Runs in an environment that has weightwatcher; its interpreter is used for the other sides. Every run is a new process;
wall time, processor time and peak resident memory are the operating system's own figures for that process. Ratios are
taken pair by pair. With --rate, the program that measures the rate of f64 multiplication runs before every pair, and the
time of heavytail is also given as a multiple of (N·M² + 4/3·M³) flops at that rate. With --pace, the seconds that the last
layers of every shape take are held against those of the first.
"""
import argparse
import csv
import json
import os
import statistics
import struct
import subprocess
import sys
import tempfile
import time

WEIGHTWATCHER = """
import contextlib, io, logging, sys, warnings
warnings.filterwarnings("ignore"); logging.disable(logging.CRITICAL)
from safetensors.torch import load_file
weights = load_file(sys.argv[1])
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    import weightwatcher
    table = weightwatcher.WeightWatcher(model=weights).analyze()
print(len(table))
"""

# The best a Python user can write: the Gram matrix in f64 and LAPACK without vectors.
NUMPY = """
import sys
import numpy as np, scipy.linalg
from safetensors import safe_open
count = 0
with safe_open(sys.argv[1], "np") as tensors:
    for name in tensors.keys():
        w = tensors.get_tensor(name).astype(np.float64)
        w = w if w.shape[0] >= w.shape[1] else w.T
        scipy.linalg.eigvalsh(w.T @ w, overwrite_a=True, check_finite=False, driver="evd")
        count += 1
print(count)
"""


def timed(command, threads):
    """Wall seconds, processor seconds, peak MiB, the lines printed by one process, and those on its error stream."""
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    env = dict(os.environ, **{name: str(threads) for name in names})
    began = time.perf_counter()
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, env=env)
        out = child.stdout.read().decode()
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
        errors.seek(0)
        told = errors.read().decode(errors="replace").splitlines()
    if status != 0:
        sys.exit(f"{' '.join(command[:4])} … ended with status {status}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, out.strip().splitlines(), told


def flops(model):
    """N·M² + 4/3·M³ over the matrices of a checkpoint of linear layers."""
    with open(model, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
    sides = [sorted(t["shape"]) for name, t in header.items() if name != "__metadata__" and len(t["shape"]) == 2]
    return sum(n * m**2 + 4 / 3 * m**3 for m, n in sides)


def pace(rows, told):
    """For every shape with eight layers or more: mean seconds of the first quarter of them and of the last."""
    shapes = {row["name"]: (int(row["N"]), int(row["M"])) for row in csv.DictReader(rows)}
    seconds = {}
    for name, rest in (line.split(": ", 1) for line in told if line.endswith(" s")):
        seconds.setdefault(shapes[name], []).append(float(rest.split()[-2]))
    for (n, m), taken in seconds.items():
        quarter = len(taken) // 4
        if quarter >= 2:
            yield f"{n}×{m}", statistics.mean(taken[:quarter]), statistics.mean(taken[-quarter:])


def spread(values):
    """The median, and the extremes where there are several."""
    middle = statistics.median(values)
    return f"{middle:.2f} ({min(values):.2f} to {max(values):.2f})" if len(values) > 1 else f"{middle:.2f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("heavytail")
    parser.add_argument("model")
    parser.add_argument("--against", default="weightwatcher")
    parser.add_argument("--rate")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory")
    parser.add_argument("--pace", action="store_true")
    arguments = parser.parse_args()
    threads = str(arguments.threads)
    others = [name for name in arguments.against.split(",") if name]
    ours = [arguments.heavytail, "analyze", arguments.model, "--format", "csv", "--threads", threads,
            "--verbose" if arguments.pace else "--quiet", *(["--memory", arguments.memory] if arguments.memory else [])]
    scripts = {"weightwatcher": WEIGHTWATCHER, "numpy": NUMPY}
    sides = {"heavytail": ours} | {name: [sys.executable, "-c", scripts[name], arguments.model] for name in others}
    if others:
        timed(ours, arguments.threads)                    # the file is in memory for all
    runs, of_limit = {name: [] for name in sides}, []
    for _ in range(arguments.pairs):
        if arguments.rate:
            rate = float(timed([arguments.rate, threads], 1)[3][-1])
        for name, command in sides.items():
            runs[name].append(timed(command, arguments.threads))
        if arguments.rate:
            of_limit.append(runs["heavytail"][-1][0] * rate * 1e9 / flops(arguments.model))
    rows = {name: taken[-1][3][-1] for name, taken in runs.items()} | {"heavytail": len(runs["heavytail"][-1][3]) - 1}
    model = os.path.splitext(os.path.basename(arguments.model))[0]
    print(f"{model}, {arguments.threads} threads, {arguments.pairs} rounds\n")
    print("| | layers | wall s | processor s | peak MiB | times heavytail's wall | times its memory |")
    print("|---|---|---|---|---|---|---|")
    mine = runs["heavytail"]
    for name, taken in runs.items():
        middle = [statistics.median(run[k] for run in taken) for k in range(3)]
        ratios = [spread([run[k] / own[k] for run, own in zip(taken, mine)]) for k in (0, 2)]
        ratios = ratios if name != "heavytail" else ["1", "1"]
        print(f"| {name} | {rows[name]} | {middle[0]:.2f} | {middle[1]:.2f} | {middle[2]:.0f} | {' | '.join(ratios)} |")
    if of_limit:
        print(f"\nheavytail takes {spread(of_limit)} times the limit of multiplication.")
    if arguments.pace:
        *_, table, told = mine[-1]
        for shape, first, last in pace(table, told):
            print(f"\nLayers of {shape}: {first:.2f} s in the first quarter, {last:.2f} s in the last.")


if __name__ == "__main__":
    main()
