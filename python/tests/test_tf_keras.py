"""A TF-Keras model has the rows of the same network in Keras 3; `cargo xtask test --tensorflow` runs this with both."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import heavytail

tf_keras = pytest.importorskip("tf_keras")
keras = pytest.importorskip("keras")


def network(k: Any) -> Any:
    """Every kind of layer that holds a matrix, and a model inside the model, in the words that both Keras have."""
    layers = k.layers
    inner = k.Sequential([k.Input((24,)), layers.Dense(40, name="inner_dense")], name="inner")
    image = k.Input((12, 12, 8), name="image")
    flat = layers.Conv2D(24, 3, name="conv")(image)
    flat = layers.BatchNormalization(name="norm")(flat)
    flat = layers.SeparableConv2D(32, 3, name="separable")(flat)
    flat = layers.Flatten(name="flat")(flat)
    words = k.Input((16,), name="words")
    table = layers.Embedding(50, 24, name="table")(words)
    table = layers.MultiHeadAttention(2, 12, name="attention")(table, table)
    table = layers.Conv1D(24, 3, name="conv1d")(table)
    table = layers.Bidirectional(layers.LSTM(20, return_sequences=True), name="both_ways")(table)
    table = layers.Dense(24, name="narrow")(layers.GRU(28, name="gru")(table))
    head = layers.Dense(30, name="head")(layers.Concatenate(name="join")([flat, inner(table)]))
    return k.Model([image, words], head)


@pytest.fixture(scope="module")
def pair() -> tuple[Any, Any]:
    """The network in TF-Keras and in Keras 3 with the same random weights."""
    models = network(tf_keras), network(keras)
    rng = np.random.default_rng(3)
    shapes = [[weight.shape for weight in model.get_weights()] for model in models]
    assert shapes[0] == shapes[1]
    weights = [rng.standard_normal(shape).astype(np.float32) for shape in shapes[0]]
    for model in models:
        model.set_weights(weights)
    return models


def test_rows_are_those_of_the_same_network_in_keras_3(pair):
    old, new = (heavytail.WeightWatcher(model=model).analyze(mp_fit=True, progress=False) for model in pair)
    assert {"conv", "table", "conv1d", "narrow", "inner_dense", "head"} <= set(old["longname"])
    assert {"dense", "conv2d", "conv1d", "embedding", "recurrent"} <= set(old["layer_type"])
    assert old.to_csv() == new.to_csv()
    assert (old["status"] == "success").all()


def test_everything_without_a_row_is_told_of_alike(pair):
    told = [heavytail.analyze(model, progress=False).coverage for model in pair]
    assert [(one.name, one.reason) for one in told[0]] == [(one.name, one.reason) for one in told[1]]


def test_numbers_are_those_of_the_models_own_arrays(pair):
    details = heavytail.analyze(pair[0], progress=False)
    kernel = pair[0].get_layer("head").get_weights()[0].astype(np.float64)
    exact = np.linalg.svd(kernel, compute_uv=False)[::-1] ** 2
    np.testing.assert_allclose(details.eigenvalues("head"), exact, rtol=1e-9)


def test_the_users_model_is_left_as_it_was(pair):
    before = [weight.copy() for weight in pair[0].get_weights()]
    watcher = heavytail.WeightWatcher(model=pair[0])
    watcher.analyze(progress=False)
    assert watcher.infer_framework(pair[0]) == heavytail.FRAMEWORK.KERAS
    assert all(np.array_equal(*both) for both in zip(before, pair[0].get_weights(), strict=True))
