"""Layers as objects: the same layers, ids and sizes as tables have, weights to read and to replace."""

from __future__ import annotations

import logging

import numpy as np
import pytest
import torch
from torch import nn

import heavytail as ww
from heavytail.layer_objects import CheckpointTensors
from heavytail.weightwatcher import (
    ONNXLayer,
    PyStateDictDir,
    PyStateDictLayer,
    PyTorchLayer,
    SafeTensorDict,
    WWLayer,
    WWStackedLayerIterator,
)


@pytest.fixture
def net() -> nn.Module:
    torch.manual_seed(1)
    return nn.Sequential(nn.Conv2d(16, 24, 3), nn.BatchNorm2d(24), nn.Flatten(), nn.Linear(60, 40), nn.LSTM(40, 30))


@pytest.mark.parametrize("kind", ["module", "dict", "file"])
def test_the_layers_are_those_of_a_description(net, kind, tmp_path):
    model = net
    if kind != "module":
        model = net.state_dict()
    if kind == "file":
        from safetensors.torch import save_file

        save_file(net.state_dict(), tmp_path / "model.safetensors")
        model = tmp_path / "model.safetensors"
    watcher = ww.WeightWatcher(model=model)
    wanted = watcher.describe(compat=True)
    wanted = wanted[~wanted["longname"].str.contains("4|lstm")]
    found = [layer.get_row() for layer in watcher.make_layer_iterator()]
    assert len(found) == 2
    for name in ("layer_id", "name", "longname", "layer_type", "N", "M", "rf", "Q"):
        assert [row[name] for row in found] == wanted[name].tolist(), name
    convolution, dense = watcher.make_layer_iterator()
    assert len(convolution.Wmats) == 9
    np.testing.assert_array_equal(convolution.Wmats[5], net[0].weight.detach().numpy()[:, :, 1, 2])
    np.testing.assert_array_equal(dense.Wmats[0], net[3].weight.detach().numpy())
    np.testing.assert_array_equal(dense.biases, net[3].bias.detach().numpy())


def test_matrices_have_the_spectrum_that_the_table_has(net):
    watcher = ww.WeightWatcher(model=net)
    for layer in watcher.make_layer_iterator():
        pooled = np.sort(np.concatenate([ww.spectrum(matrix) for matrix in layer.Wmats]))
        np.testing.assert_allclose(pooled, watcher.get_ESD(layer=layer.layer_id), rtol=1e-9, atol=1e-12)
        assert layer.num_components == len(pooled)


def test_filters_ids_and_limits_are_those_of_analyses(net):
    watcher = ww.WeightWatcher(model=net)
    assert [layer.layer_id for layer in watcher.make_layer_iterator(layers=["conv2d"])] == [1]
    params = {**ww.DEFAULT_PARAMS, "layer_ids_start": 10, "min_evals": 41}
    assert [layer.layer_id for layer in watcher.make_layer_iterator(params=params)] == [11]
    with pytest.raises(ww.OptionError, match="valid_params"):
        watcher.make_layer_iterator(params={**ww.DEFAULT_PARAMS, "min_evals": 9, "max_evals": 3})
    with pytest.raises(ww.OptionError, match="products"):
        list(
            watcher.make_layer_iterator(
                params={**ww.DEFAULT_PARAMS, "intra": True, "randomize": False, "vectors": False}
            )
        )


def test_slices_come_one_by_one_without_pooling(net):
    params = {**ww.DEFAULT_PARAMS, "pool": False}
    layers = list(ww.WeightWatcher(model=net).make_layer_iterator(params=params))
    slices = [layer for layer in layers if layer.layer_id == 1]
    assert [layer.get_column("slice_id") for layer in slices] == list(range(9))
    np.testing.assert_array_equal(slices[4].Wmats[0], net[0].weight.detach().numpy()[:, :, 1, 1])
    assert slices[4].plot_id == "1.4"


def test_all_layers_stacked_are_one_matrix_of_the_described_size():
    rng = np.random.default_rng(3)
    weights = {"a.weight": rng.standard_normal((50, 20)), "b.weight": rng.standard_normal((40, 30))}
    params = {**ww.DEFAULT_PARAMS, "stacked": True}
    iterator = ww.WeightWatcher(model=weights).make_layer_iterator(params=params)
    assert isinstance(iterator, WWStackedLayerIterator)
    (layer,) = iterator
    assert (layer.name, layer.layer_id, layer.rf, layer.the_type) == ("Stacked Layer", 0, 1, "stacked")
    (matrix,) = layer.Wmats
    assert (layer.N, layer.M) == matrix.shape == (90, 30)
    esd = ww.analyze(weights, stacked=True, progress=False).eigenvalues(0)
    np.testing.assert_allclose(ww.spectrum(matrix), esd, rtol=1e-8)


def test_replaced_weights_arrive_in_the_model_in_its_type_and_can_be_put_back(net):
    for model in (net.to(torch.bfloat16), net.state_dict(), {"a.weight": np.ones((20, 30), dtype=np.float32)}):
        layer = list(ww.WeightWatcher(model=model).make_layer_iterator())[-1]
        before = layer.get_weights_and_biases().weights.copy()
        kept = layer.get_weights_and_biases().weights
        layer.replace_layer_weights(np.full(before.shape, 7.0))
        np.testing.assert_array_equal(layer.weights, 7.0)
        np.testing.assert_array_equal(kept, before)
        layer.replace_layer_weights(kept)
        np.testing.assert_array_equal(layer.Wmats[0], before)
        with pytest.raises(ww.OptionError, match="can't replace it"):
            layer.replace_layer_weights(np.ones((2, 2)))
    assert net[3].weight.dtype == torch.bfloat16


def test_weights_in_a_file_are_never_written_to(net, tmp_path):
    from safetensors.torch import save_file

    save_file(net.state_dict(), tmp_path / "model.safetensors")
    layer = next(ww.WeightWatcher(model=tmp_path).make_layer_iterator())
    with pytest.raises(ww.ModelError, match="only read"):
        layer.replace_layer_weights(layer.weights)


def test_a_difference_is_taken_by_full_name(net, caplog):
    base = {name: np.ones(tuple(value.shape)) for name, value in net.state_dict().items()}
    del base["0.weight"]
    model = {name: 3.0 * np.ones(tuple(value.shape)) for name, value in net.state_dict().items()}
    watcher = ww.WeightWatcher()
    with caplog.at_level(logging.WARNING, logger="heavytail"):
        layers = list(watcher.make_delta_layer_iterator(base_model=base, model=model))
    assert "0: the base model has no layer" in caplog.text
    assert [layer.longname for layer in layers] == ["3"]
    np.testing.assert_array_equal(layers[0].Wmats[0], 2.0)
    assert len(list(watcher.make_layer_iterator(model=model, base_model=model))) == 2


def test_elements_are_shuffled_and_put_back_without_the_model(net):
    watcher = ww.WeightWatcher(model=net)
    before = net[3].weight.detach().numpy().copy()
    layer = next(watcher.make_layer_iterator(layers=[4]))
    watcher.apply_permute_W(layer)
    assert not np.array_equal(layer.Wmats[0], before)
    watcher.apply_unpermute_W(layer)
    np.testing.assert_array_equal(layer.Wmats[0], before)
    np.testing.assert_array_equal(layer.unpermute_Wmats(layer.permute_Wmats())[0], before)
    np.testing.assert_array_equal(net[3].weight.detach().numpy(), before)
    with pytest.raises(ww.OptionError, match="apply_permute_W"):
        watcher.apply_unpermute_W(layer)


def test_one_layer_can_be_asked_for(net):
    watcher = ww.WeightWatcher(model=net)
    assert watcher.get_framework_layer(layer=4) is net[3]
    assert watcher.get_Weights(layer="3")[0].shape == (40, 60)
    with pytest.raises(ww.LayerNotFoundError, match="999"):
        watcher.get_Weights(layer=999)
    with pytest.raises(ww.OptionError, match="which layer"):
        watcher.get_Weights()


def test_objects_can_be_made_by_hand(net):
    layer = PyTorchLayer(net[3], layer_id=21, name="last", longname="the.last")
    assert (layer.plot_id, layer.the_type, layer.channels, layer.skipped) == ("21", "dense", "last", False)
    assert PyTorchLayer(net[3], 21).name == "Linear"
    whole = WWLayer(layer, layer_id=21)
    assert (whole.N, whole.M, whole.num_params, whole.weight_dims) == (60, 40, 2400, (40, 60))
    whole.add_column("mine", 5)
    assert whole.get_row()["mine"] == 5
    assert whole.copy().columns == []
    np.testing.assert_array_equal(whole.unflatten_weights(whole.flatten_weights()), whole.weights)
    with pytest.raises(ww.OptionError, match="no column"):
        whole.get_column("yours")
    with pytest.raises(ww.LayerNotFoundError, match="gone"):
        PyStateDictLayer(net.state_dict(), 1, "gone")
    assert not PyTorchLayer(net[1], 2).get_weights_and_biases().has_weights


def test_layers_of_onnx_and_keras_models_are_objects_too():
    onnx = pytest.importorskip("onnx")
    numbers = np.random.default_rng(1).standard_normal((20, 30)).astype(np.float32)
    graph = onnx.helper.make_graph([], "g", [], [], [onnx.numpy_helper.from_array(numbers, "w")])
    model = onnx.helper.make_model(graph)
    (layer,) = ww.WeightWatcher(model=model).make_layer_iterator()
    assert isinstance(layer.framework_layer, ONNXLayer)
    np.testing.assert_array_equal(layer.Wmats[0], numbers)
    layer.replace_layer_weights(numbers * 2)
    np.testing.assert_array_equal(onnx.numpy_helper.to_array(model.graph.initializer[0]), numbers * 2)


def test_files_are_read_tensor_by_tensor_in_the_order_of_the_map(tmp_path):
    from safetensors.numpy import save_file

    rng = np.random.default_rng(8)
    tensors = {f"{name}.weight": rng.standard_normal((20, 10)).astype(np.float16) for name in "cab"}
    save_file(tensors, tmp_path / "model.0.safetensors")
    read = SafeTensorDict(f"{tmp_path}/model*safetensors")
    assert set(read) == set(tensors)
    np.testing.assert_array_equal(read["a.weight"], tensors["a.weight"])
    assert read["a.weight"].dtype == np.float16
    assert len(PyStateDictDir.read_safetensor_state_dict(tmp_path / "model.0.safetensors")) == 3
    assert ww.WeightWatcher(model=tmp_path).describe()["name"].tolist() == ["a", "b", "c"]
    (tmp_path / "model.0.layer_map").write_text("c.weight\na.weight\nb.weight\n")
    frame = ww.WeightWatcher(model=tmp_path).describe()
    assert frame["name"].tolist() == ["c", "a", "b"]
    assert frame["layer_id"].tolist() == [0, 1, 2]
    assert PyStateDictDir.get_layer_map(f"{tmp_path}/model*safetensors") == list(tensors)
    analysed = ww.WeightWatcher(model=tmp_path).get_ESD(layer="a")
    np.testing.assert_allclose(analysed, ww.spectrum(tensors["a.weight"]), rtol=1e-9)
    read.close()
    assert len(read) == 0
    with pytest.raises(ww.ModelNotFoundError, match="no such file"):
        SafeTensorDict(f"{tmp_path}/nothing*")
    assert isinstance(read, CheckpointTensors)


def test_vectors_have_their_metrics():
    watcher = ww.WeightWatcher()
    vectors = [np.arange(5.0), np.ones(5)]
    frame = watcher.vector_metrics(vectors)
    assert frame["localization_ratio"].tolist() == [2.5, 5.0]
    assert list(frame) == ["length", "entropy", "discrete_entropy", "localization_ratio", "participation_ratio"]
    assert frame["discrete_entropy"].tolist() == [ww.RMT_Util.discrete_entropy(vector) for vector in vectors]
    assert len(watcher.vector_metrics(np.array(vectors))) == 2
    assert len(watcher.vector_metrics(vectors[0])) == 1
    assert [watcher.valid_vectors(value) for value in (None, 1, vectors, vectors[0], [1, 2])] == [
        False,
        False,
        True,
        True,
        False,
    ]
    with pytest.raises(ww.OptionError, match="vectors"):
        watcher.vector_metrics(7)
