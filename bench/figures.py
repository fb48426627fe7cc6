"""Times the figures of a model against weightwatcher's plot mode, in turn; prints rows of a table in Markdown.

    python figures.py HEAVYTAIL MODEL.safetensors [--pairs 2] [--threads 2]

Every run is a new process that analyses the model and writes its figures to an empty folder. weightwatcher writes five a
layer as PNG; heavytail two a layer and three of the model, each as PNG and as SVG.
"""
import argparse
import os
import statistics
import sys
import tempfile

from side_by_side import spread, timed

WEIGHTWATCHER = """
import contextlib, io, logging, sys, warnings
warnings.filterwarnings("ignore"); logging.disable(logging.CRITICAL)
import matplotlib
matplotlib.use("Agg")
from safetensors.torch import load_file
weights = load_file(sys.argv[1])
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    import weightwatcher
    weightwatcher.WeightWatcher(model=weights).analyze(plot=True, savefig=sys.argv[2])
"""


def run(command, threads):
    """Wall seconds, processor seconds and the number of files of one process that is given an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        wall, cpu, _, _ = timed([*command, folder], threads)
        return wall, cpu, len(os.listdir(folder))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("heavytail")
    parser.add_argument("model")
    parser.add_argument("--pairs", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    own = [args.heavytail, "analyze", args.model, "--quiet", "--threads", str(args.threads), "--plots"]
    other = [sys.executable, "-c", WEIGHTWATCHER, args.model]
    runs = [(run(own, args.threads), run(other, args.threads)) for _ in range(args.pairs)]
    print("| side | files | wall, s | processor, s |")
    print("|---|---|---|---|")
    for side, name in enumerate(("heavytail, PNG and SVG", "weightwatcher 0.7.7, PNG")):
        wall, cpu = (spread([pair[side][part] for pair in runs]) for part in (0, 1))
        print(f"| {name} | {runs[0][side][2]} | {wall} | {cpu} |")
    for part, word in ((0, "wall"), (1, "processor")):
        ratios = [theirs[part] / ours[part] for ours, theirs in runs]
        files = [theirs[part] / theirs[2] / (ours[part] / ours[2]) for ours, theirs in runs]
        print()
        print(f"{word} time: {statistics.median(ratios):.1f} times faster; {statistics.median(files):.1f} times a file.")


if __name__ == "__main__":
    main()
