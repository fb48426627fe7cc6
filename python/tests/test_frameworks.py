"""Keras and ONNX models: their layers' names, kinds and numbers."""

from __future__ import annotations

import os

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import heavytail


def test_a_keras_model_is_read_layer_by_layer():
    model = keras.Sequential(
        [
            keras.Input((12, 12, 16)),
            keras.layers.Conv2D(24, 3, name="conv"),
            keras.layers.BatchNormalization(name="norm"),
            keras.layers.Flatten(),
            keras.layers.Dense(32, name="head"),
        ]
    )
    details = heavytail.analyze(model, progress=False)
    assert details["longname"] == ["conv", "head"]
    assert details["layer_type"] == ["conv2d", "dense"]
    assert (details["N"], details["M"], details["rf"]) == ([24, 2400], [16, 32], [9, 1])
    kernel = model.get_layer("head").get_weights()[0].astype(np.float64)
    exact = np.linalg.svd(kernel, compute_uv=False)[::-1] ** 2
    np.testing.assert_allclose(details.eigenvalues("head"), exact, rtol=1e-9)
    slices = model.get_layer("conv").get_weights()[0].reshape(9, 16, 24).astype(np.float64)
    pooled = np.sort(np.linalg.svd(slices, compute_uv=False).ravel() ** 2) / 2
    np.testing.assert_allclose(details.eigenvalues("conv"), pooled, rtol=1e-9)


def test_nested_keras_models_and_embeddings_are_taken_apart():
    inner = keras.Sequential([keras.Input((5, 24)), keras.layers.Dense(16, name="inner_dense")], name="inner")
    model = keras.Sequential([keras.Input((5,)), keras.layers.Embedding(40, 24, name="table"), inner])
    details = heavytail.analyze(model, progress=False)
    assert details["longname"] == ["table", "inner_dense"]
    assert details["layer_type"] == ["embedding", "dense"]


def test_an_onnx_model_counts_its_initialisers():
    rng = np.random.default_rng(5)
    weights = {
        "bias": rng.standard_normal(16).astype(np.float32),
        "head": rng.standard_normal((30, 20)).astype(np.float32),
        "conv": rng.standard_normal((16, 12, 3, 3)).astype(np.float16),
    }
    initialisers = [numpy_helper.from_array(array, name) for name, array in weights.items()]
    node = helper.make_node("Identity", ["x"], ["y"])
    value = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "xy"]
    model = helper.make_model(helper.make_graph([node], "g", value[:1], value[1:], initialisers))
    onnx.checker.check_model(model)
    details = heavytail.analyze(model, progress=False)
    assert details["layer_id"] == [1, 2]
    assert details["longname"] == ["head", "conv"]
    assert details["layer_type"] == ["dense", "conv2d"]
    exact = np.linalg.svd(weights["head"].astype(np.float64), compute_uv=False)[::-1] ** 2
    np.testing.assert_allclose(details.eigenvalues("head"), exact, rtol=1e-9)
