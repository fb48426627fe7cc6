"""Importing the package stays light: what is optional is imported when it is used, although it is installed."""

from __future__ import annotations

import subprocess
import sys

OPTIONAL = ("pandas", "torch", "tqdm", "matplotlib", "polars", "pyarrow", "keras", "onnx", "transformers", "IPython")


def loaded_after(lines: str) -> list[str]:
    """Which of the optional packages a fresh interpreter has imported after these lines."""
    told = f"{lines}\nimport sys\nprint(*[name for name in {OPTIONAL!r} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", told], check=True, capture_output=True, text=True)
    return ran.stdout.split()


def test_an_import_loads_no_optional_package():
    assert loaded_after("import heavytail") == []


def test_an_analysis_of_arrays_loads_none_either():
    lines = """
import heavytail, numpy
details = heavytail.analyze({"w.weight": numpy.random.default_rng(0).standard_normal((60, 40))}, progress=False)
str(details.verdict), details._repr_html_(), heavytail.RMT_Util.svd_vals(numpy.eye(4))
"""
    assert loaded_after(lines) == []


def test_a_data_frame_loads_pandas_and_no_framework():
    lines = """
import heavytail, numpy
heavytail.WeightWatcher(model={"w.weight": numpy.eye(30)}).analyze(progress=False)
"""
    assert "torch" not in loaded_after(lines)
    assert "pandas" in loaded_after(lines)
