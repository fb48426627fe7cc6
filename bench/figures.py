"""Times the figures of a model against weightwatcher's plot mode, in turn; prints rows of a table in Markdown.

    python figures.py HEAVYTAIL MODEL.safetensors [--blocks 3] [--pairs 2] [--threads 2]

Every run is a new process that analyses the first blocks of the model (h.0, h.1, …), with its figures written to an empty
folder and without: what drawing costs is the difference. weightwatcher writes five a layer as PNG; heavytail the same
five and three of the model, each as PNG and as SVG.
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
folder = sys.argv[2] if len(sys.argv) > 2 else False
with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
    import weightwatcher
    weightwatcher.WeightWatcher(model=weights).analyze(plot=bool(folder), savefig=folder)
"""


def first_blocks(model, count, folder):
    """A copy of the model that has nothing but its first blocks."""
    from safetensors import safe_open
    from safetensors.torch import save_file

    path = os.path.join(folder, "blocks.safetensors")
    with safe_open(model, "pt") as weights:
        kept = [name for name in weights.keys() if any(f"h.{block}." in name for block in range(count))]
        save_file({name: weights.get_tensor(name) for name in kept}, path)
    return path


def run(bare, drawing, threads):
    """Wall and processor seconds of a process that draws, what of them drawing costs, and the number of files."""
    wall, cpu, _, _ = timed(bare, threads)
    with tempfile.TemporaryDirectory() as folder:
        drawn_wall, drawn_cpu, _, _ = timed([*bare, *drawing, folder], threads)
        return drawn_wall, drawn_cpu, drawn_wall - wall, drawn_cpu - cpu, len(os.listdir(folder))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("heavytail")
    parser.add_argument("model")
    parser.add_argument("--blocks", type=int, default=3)
    parser.add_argument("--pairs", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        model = first_blocks(args.model, args.blocks, folder)
        own = [args.heavytail, "analyze", model, "--quiet", "--threads", str(args.threads)]
        other = [sys.executable, "-c", WEIGHTWATCHER, model]
        runs = [
            (run(own, ["--plots"], args.threads), run(other, [], args.threads)) for _ in range(args.pairs)
        ]
    print(f"{4 * args.blocks} layers: the first {args.blocks} of 12 blocks, {args.pairs} rounds, {args.threads} threads.")
    print()
    print("| side | files | analysis and figures, s | figures alone, s of wall | s of processor |")
    print("|---|---|---|---|---|")
    for side, name in enumerate(("heavytail, PNG and SVG", "weightwatcher 0.7.7, PNG")):
        wall, _, drawing, cpu = (spread([pair[side][part] for pair in runs]) for part in range(4))
        print(f"| {name} | {runs[0][side][4]} | {wall} | {drawing} | {cpu} |")
    print()
    for part, what in ((0, "Analysis and figures"), (2, "Figures alone, by the clock"), (3, "by processor time")):
        ratios = [theirs[part] / ours[part] for ours, theirs in runs]
        files = [theirs[part] / theirs[4] / (ours[part] / ours[4]) for ours, theirs in runs]
        print(
            f"{what}: {statistics.median(ratios):.1f} times faster with every figure twice;"
            f" {statistics.median(files):.1f} times a file."
        )


if __name__ == "__main__":
    main()
