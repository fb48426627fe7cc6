"""Times heavytail's options against weightwatcher's on one block of GPT-2-small's shapes; prints rows of a table in Markdown.

    python options.py HEAVYTAIL --powerlaw FOLDER [--blocks 12] [--rounds 3] [--threads 2] [--only vectors]

Both sides work on the same file of BLOCKS blocks of four matrices (2304x768, 768x768, 3072x768, 768x3072); GPT-2-small has
twelve. The reference's time is that of
the call alone in a process that has imported everything; heavytail's is that of the whole process, start and file included.
The truncated law is fitted to one matrix, 3072x768, with powerlaw 1.5 from FOLDER: the reference fails with powerlaw 2.
"""
import argparse
import contextlib
import io
import itertools
import logging
import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

from side_by_side import spread

SHAPES = {"c_attn": (2304, 768), "attn.c_proj": (768, 768), "c_fc": (3072, 768), "mlp.c_proj": (768, 3072)}
# What the reference is asked for, what heavytail is, whether of all layers (or one), and the least ratio that is to be had.
OPTIONS = {
    "default": ({}, [], True, None),
    "mp_fit": ({"mp_fit": True}, ["--mp-fit"], True, 20),
    "randomize, mp_fit": ({"randomize": True, "mp_fit": True}, ["--randomize", "--mp-fit"], True, 20),
    "vectors": ({"vectors": True}, ["--vectors"], True, 10),
    "smoothing": (None, None, True, 20),
    "TPL": ({"fit": "TPL", "pl_package": "powerlaw"}, ["--fit", "TPL", "--pl-package", "powerlaw"], False, 500),
}


def make(path, blocks, seed=1):
    """Gaussian weights with heavy-tailed scales, as trained layers have, in float32."""
    import torch
    from safetensors.torch import save_file
    draw = torch.Generator().manual_seed(seed)
    weights = {}
    for block, (name, (rows, cols)) in itertools.product(range(blocks), SHAPES.items()):
        side = min(rows, cols)
        scale = (torch.arange(1, side + 1) / side).pow(-0.35)
        basis, _ = torch.linalg.qr(torch.randn(cols, side, generator=draw))
        weights[f"h.{block}.{name}.weight"] = ((torch.randn(rows, side, generator=draw) * scale) @ basis.T * 0.02).contiguous()
    save_file(weights, path)
    return weights


def seconds(work):
    began = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        work()
    return time.perf_counter() - began


def reference(name, weights, watcher):
    """Seconds of the reference's own call."""
    asked, _, whole, _ = OPTIONS[name]
    weights = dict(weights) if whole else {"c_fc.weight": weights["h.0.c_fc.weight"]}
    if asked is None:
        return seconds(lambda: watcher(model=weights).SVDSmoothing(model=weights, percent=0.2))
    return seconds(lambda: watcher(model=weights).analyze(**asked))


def heavytail(name, binary, model, folder, threads):
    """Seconds of the whole process."""
    _, words, whole, _ = OPTIONS[name]
    out = os.path.join(folder, "out.safetensors")
    if words is None:
        command = [binary, "smooth", model, out, "--percent", "0.2", "--quiet"]
    else:
        command = [binary, "analyze", model, "--quiet", "--format", "csv", *words]
        command += [] if whole else ["--layers", "h.0.c_fc"]
    command += ["--threads", str(threads)]
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    took = time.perf_counter() - began
    if os.path.exists(out):
        os.remove(out)
    return took


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("heavytail")
    parser.add_argument("--powerlaw", required=True)
    parser.add_argument("--blocks", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", action="append", choices=list(OPTIONS))
    arguments = parser.parse_args()
    sys.path.insert(0, arguments.powerlaw)
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    import torch
    torch.set_num_threads(arguments.threads)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        from weightwatcher import WeightWatcher
    print(f"{arguments.blocks} blocks of GPT-2-small's shapes, {arguments.threads} threads, {arguments.rounds} rounds in turn.\n")
    print("| option | layers | weightwatcher s | heavytail s | times heavytail's | wanted |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        model = os.path.join(folder, "block.safetensors")
        weights = make(model, arguments.blocks)
        for name in arguments.only or OPTIONS:
            whole, wanted = OPTIONS[name][2:]
            heavytail(name, arguments.heavytail, model, folder, arguments.threads)      # files in memory
            turns = []
            for _ in range(arguments.rounds if whole else 1):
                theirs = reference(name, weights, WeightWatcher)
                turns.append((theirs, heavytail(name, arguments.heavytail, model, folder, arguments.threads)))
            theirs, ours = (statistics.median(side) for side in zip(*turns))
            ratio = spread([one / other for one, other in turns])
            layers = len(weights) if whole else 1
            print(f"| {name} | {layers} | {theirs:.2f} | {ours:.3f} | {ratio} | {wanted or ''} |", flush=True)


if __name__ == "__main__":
    main()
