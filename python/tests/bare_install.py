"""Run by `test.sh` where NumPy is the only other package: imports stay light, and the package works."""

from __future__ import annotations

import subprocess
import sys
import time

import numpy as np

OPTIONAL = ("pandas", "torch", "tqdm", "matplotlib", "polars", "pyarrow", "keras", "onnx")


def main() -> None:
    started = time.perf_counter()
    import heavytail

    print(f"import heavytail (after numpy): {time.perf_counter() - started:.3f} s")
    loaded = [name for name in OPTIONAL if name in sys.modules]
    assert not loaded, f"importing heavytail imported {loaded}"

    weights = {"fc.weight": np.random.default_rng(0).standard_normal((60, 40))}
    details = heavytail.analyze(weights)
    assert len(details) == 1
    assert details.verdict.layers == 1, details.verdict
    assert "fc" in details.to_csv()
    assert details._repr_html_()
    for ask in (
        details.to_pandas,
        details.to_polars,
        details.plot.alphas,
        lambda: heavytail.analyze(weights, progress=True),
    ):
        try:
            ask()
        except ImportError as error:
            assert "pip install" in str(error), error
        else:
            raise AssertionError("an optional package is installed; this test has to run without it")

    times = []
    for _ in range(5):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", "import heavytail"], check=True)
        with_package = time.perf_counter() - started
        started = time.perf_counter()
        subprocess.run([sys.executable, "-c", "pass"], check=True)
        times.append(with_package - (time.perf_counter() - started))
    print(f"import heavytail, numpy included, beyond the interpreter's start: {sorted(times)[2]:.3f} s (median of 5)")


if __name__ == "__main__":
    main()
