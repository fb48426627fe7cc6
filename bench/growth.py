"""How the time of heavytail grows with the side of a matrix and with the number of layers; prints Markdown.

    python growth.py HEAVYTAIL FOLDER [--largest 4096] [--rounds 3]

Makes the models it needs in FOLDER. Fits time = c·size^exponent by least squares over logarithms, on the processor
seconds of whole processes with one thread, less those of a model with one tiny layer.
"""
import argparse
import os
import statistics
import subprocess
import sys

import numpy as np

from side_by_side import timed

MAKE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "mk_shapes.py")


def model(folder, side, layers):
    path = os.path.join(folder, f"side_{side}x{layers}.safetensors")
    if not os.path.exists(path):
        subprocess.run([sys.executable, MAKE, "side", path, "--side", str(side), "--layers", str(layers)], check=True)
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("heavytail")
    parser.add_argument("folder")
    parser.add_argument("--largest", type=int, default=4096)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()

    def seconds(side, layers):
        command = [arguments.heavytail, "analyze", model(arguments.folder, side, layers), "--format", "csv", "-o",
                   os.devnull, "--threads", "1", "--quiet"]
        return statistics.median(timed(command, 1)[1] for _ in range(arguments.rounds))

    start = seconds(64, 1)

    def layer(side):
        count = max(1, (1024 // side) ** 2)               # enough work to be measured
        return (seconds(side, count) - start) / count

    sides = [side for side in (256, 512, 1024, 2048, 4096, 8192) if side <= arguments.largest]
    counts = [8, 16, 32, 64, 128]
    series = {
        "M": [(side, layer(side)) for side in sides],
        "layers": [(count, seconds(256, count) - start) for count in counts],
    }
    for name, points in series.items():
        sizes, times = np.array(points).T
        exponent, _ = np.polyfit(np.log(sizes), np.log(times), 1)
        shown = ", ".join(f"{size:.0f}: {time:.4g} s" for size, time in points)
        print(f"- time against {name}: exponent {exponent:.2f} ({shown})")


if __name__ == "__main__":
    main()
