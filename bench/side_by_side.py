"""Times heavytail against weightwatcher as whole processes, in turn, and prints medians, ratios and peak memory.

    python side_by_side.py HEAVYTAIL MODEL.safetensors [--pairs 5] [--threads 2]

Runs in an environment that has weightwatcher; its interpreter is used for the other side. Every run is a new
process; wall time and the peak resident memory are the operating system's own figures for that process.
"""
import argparse
import os
import statistics
import subprocess
import sys
import time

REFERENCE = """
import contextlib, io, logging, sys, warnings
warnings.filterwarnings("ignore"); logging.disable(logging.CRITICAL)
from safetensors.torch import load_file
weights = load_file(sys.argv[1])
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    import weightwatcher
    table = weightwatcher.WeightWatcher(model=weights).analyze()
table.to_csv(sys.argv[2], index=False)
print(len(table))
"""


def timed(command, threads):
    """Wall seconds, user and system seconds, peak MiB and the output's last line of one process."""
    env = dict(os.environ, OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads))
    began = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env)
    out = child.stdout.read().decode()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - began
    if status != 0:
        sys.exit(f"{' '.join(command[:4])} … ended with status {status}")
    lines = out.strip().splitlines()
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, lines[-1] if lines else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("heavytail")
    parser.add_argument("model")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", default=".")
    arguments = parser.parse_args()
    ours_csv = os.path.join(arguments.out, "heavytail.csv")
    theirs_csv = os.path.join(arguments.out, "weightwatcher.csv")
    sides = {
        "heavytail": [arguments.heavytail, "analyze", arguments.model, "--format", "csv", "-o", ours_csv,
                      "--threads", str(arguments.threads), "--quiet"],
        "weightwatcher": [sys.executable, "-c", REFERENCE, arguments.model, theirs_csv],
    }
    runs = {name: [] for name in sides}
    for name, command in sides.items():                   # once each, so that the files are in memory for both
        timed(command, arguments.threads)
    for _ in range(arguments.pairs):
        for name, command in sides.items():
            runs[name].append(timed(command, arguments.threads))
    rows = {name: sum(1 for _ in open(path)) - 1 for name, path in (("heavytail", ours_csv), ("weightwatcher", theirs_csv))}
    print(f"{os.path.basename(arguments.model)}, {arguments.threads} threads, {arguments.pairs} alternating pairs")
    print(f"{'':16s}{'rows':>6s}{'wall s':>10s}{'min':>8s}{'max':>8s}{'cpu s':>8s}{'peak MiB':>10s}")
    for name, taken in runs.items():
        walls = [run[0] for run in taken]
        print(f"{name:16s}{rows[name]:6d}{statistics.median(walls):10.2f}{min(walls):8.2f}{max(walls):8.2f}"
              f"{statistics.median(run[1] for run in taken):8.2f}{statistics.median(run[2] for run in taken):10.0f}")
    ratios = [theirs[0] / ours[0] for ours, theirs in zip(runs["heavytail"], runs["weightwatcher"])]
    memory = [theirs[2] / ours[2] for ours, theirs in zip(runs["heavytail"], runs["weightwatcher"])]
    print(f"heavytail is {statistics.median(ratios):.1f} times as fast (pairs {min(ratios):.1f} to {max(ratios):.1f})"
          f" and needs 1/{statistics.median(memory):.1f} of the memory")


if __name__ == "__main__":
    main()
