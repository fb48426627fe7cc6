"""Runs one notebook's lines with weightwatcher and with heavytail in its place, on models held in memory; prints a table.

    python bench/notebook_parity.py

Runs in an environment with weightwatcher 0.7.7, torch, transformers, keras and onnx beside heavytail. Every model is
random: nothing is downloaded. Rows are matched by id and name; `largest difference` is over all numbers of all columns
of the reference, relative, heavytail with `compat=True`. Exits with 1 where a row of the reference is missing, a column
differs, or a number is further off than 1e-6.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
import warnings

os.environ["KERAS_BACKEND"] = "torch"
warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

import numpy as np
import pandas as pd
import torch
from torch import nn

TOLERANCE = 1e-6


def gpt2():
    """GPT-2's shape, two blocks of it: Conv1D weights, embeddings, a tied head."""
    from transformers import GPT2Config, GPT2LMHeadModel

    return GPT2LMHeadModel(GPT2Config(n_layer=2, n_embd=96, n_head=4, vocab_size=500, n_positions=128))


def cnn():
    """One of the small networks of torchvision."""
    import torchvision

    return torchvision.models.squeezenet1_1(weights=None, num_classes=100)


class Recurrent(nn.Module):
    """An embedding, an LSTM, attention and a head."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(200, 64)
        self.lstm = nn.LSTM(64, 96, num_layers=2)
        self.attention = nn.MultiheadAttention(96, 4)
        self.head = nn.Linear(96, 50)


def sequential():
    """A Keras model of convolutions and dense layers."""
    import keras

    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            layers.Conv2D(32, 3, name="conv_a"),
            layers.Conv2D(48, 3, name="conv_b"),
            layers.BatchNormalization(),
            layers.Flatten(),
            layers.Dense(64, name="hidden"),
            layers.Dense(20, name="head"),
        ]
    )


def onnx_export():
    """What an exporter writes of a convolution and two matrices: initialisers by name."""
    from onnx import TensorProto, helper, numpy_helper

    rng = np.random.default_rng(3)
    shapes = {"conv.weight": (32, 16, 3, 3), "conv.bias": (32,), "fc1.weight": (120, 80), "fc2.weight": (60, 120)}
    held = [numpy_helper.from_array(rng.standard_normal(s).astype(np.float32), n) for n, s in shapes.items()]
    value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "xy"]
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g", value[:1], value[1:], held)
    return helper.make_model(graph)


MODELS = {
    "GPT-2 (transformers)": gpt2,
    "SqueezeNet (torchvision)": cnn,
    "LSTM and attention (torch)": Recurrent,
    "Sequential (Keras 3)": sequential,
    "ONNX": onnx_export,
}


def notebook(ww, model, **ours):
    """The article's lines."""
    watcher = ww.WeightWatcher(model=model)
    with contextlib.redirect_stdout(io.StringIO()):
        frame = watcher.analyze(mp_fit=True, detX=True, **ours)
    return frame, watcher.get_summary()


def largest_difference(theirs, ours) -> float:
    """Over all numeric columns of the reference, of rows that both have."""
    keys = ["layer_id", "longname"]
    both = theirs.merge(ours, on=keys, suffixes=("", "_ours"))
    if len(both) != len(theirs):
        missing = set(theirs["longname"]) - set(both["longname"])
        raise AssertionError(f"rows are missing: {sorted(missing)[:5]}")
    worst = 0.0
    for name in theirs.columns:
        if name in keys or not pd.api.types.is_numeric_dtype(theirs[name].dtype):
            continue
        left, right = both[name].to_numpy(float), both[f"{name}_ours"].to_numpy(float)
        if not np.array_equal(np.isnan(left), np.isnan(right)):
            raise AssertionError(f"{name} is empty in other rows")
        known = ~np.isnan(left)
        scale = np.maximum(np.abs(left[known]), 1e-12)
        worst = max(worst, float(np.max(np.abs(left[known] - right[known]) / scale, initial=0.0)))
    return worst


def main() -> int:
    import heavytail
    import weightwatcher

    print(f"{'model':28s}{'rows':>6s}{'rows of ours':>14s}{'without compat':>16s}{'largest difference':>20s}")
    failed = 0
    for name, build in MODELS.items():
        torch.manual_seed(7)
        model = build()
        ours, summary = notebook(heavytail, model, compat=True, progress=False)
        full, _ = notebook(heavytail, model, progress=False)
        try:
            theirs, their_summary = notebook(weightwatcher, model)
        except Exception as error:
            print(f"{name:28s}{'–':>6s}{len(ours):14d}{len(full):16d}  raises {type(error).__name__}: {str(error)[:60]}")
            continue
        if len(theirs) == 0:
            print(f"{name:28s}{0:6d}{len(ours):14d}{len(full):16d}{'–':>20s}")
            continue
        try:
            if list(theirs.columns) != list(ours.columns):
                raise AssertionError(f"columns differ: {set(theirs.columns) ^ set(ours.columns)}")
            kinds = [name for name in theirs.columns if theirs[name].dtype != ours[name].dtype]
            if kinds:
                raise AssertionError(f"types differ: {[(n, theirs[n].dtype, ours[n].dtype) for n in kinds[:4]]}")
            worst = largest_difference(theirs, ours)
            if worst > TOLERANCE:
                raise AssertionError(f"a number differs by {worst:.1e}")
            if len(theirs) == len(ours) and set(summary) != set(their_summary):
                raise AssertionError("the summaries differ")
            print(f"{name:28s}{len(theirs):6d}{len(ours):14d}{len(full):16d}{worst:20.1e}")
        except AssertionError as error:
            failed += 1
            print(f"{name:28s}{len(theirs):6d}{len(ours):14d}{len(full):16d}  {error}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
