"""weightwatcher's flat files: written from checkpoints, indexed, and read as a model with the same numbers."""

from __future__ import annotations

import json
import logging

import numpy as np
import pytest

import heavytail as ww


@pytest.fixture
def folder(tmp_path):
    """A folder with two shards of one model."""
    from safetensors.numpy import save_file

    rng = np.random.default_rng(9)
    first = {
        "conv.weight": rng.standard_normal((12, 8, 3, 3)).astype(np.float32),
        "norm.weight": np.ones(12, dtype=np.float32),
        "norm.bias": np.zeros(12, dtype=np.float32),
    }
    second = {"fc.weight": rng.standard_normal((30, 20)), "fc.bias": np.arange(30.0)}
    path = tmp_path / "model"
    path.mkdir()
    save_file(first, path / "model-1.safetensors")
    save_file(second, path / "model-2.safetensors")
    return path


def test_extracted_weights_are_the_models(folder, tmp_path):
    config = ww.WeightWatcher.extract_pytorch_bins(folder, model_name="net", tmp_dir=tmp_path)
    layers = config["layers"]
    assert [layer["longname"] for layer in layers.values()] == ["conv", "norm", "fc"]
    assert [layer["type"] for layer in layers.values()] == ["conv2d", "norm", "dense"]
    assert list(layers) == [0, 1, 2]
    assert config["format"] == "safetensors"
    assert ww.WeightWatcher.read_pystatedict_config(config["weights_dir"]) == config
    watcher = ww.WeightWatcher(model=config["weights_dir"])
    assert watcher.infer_framework(config["weights_dir"]) == ww.FRAMEWORK.WW_FLATFILES
    assert watcher.infer_framework(folder) == ww.FRAMEWORK.PYSTATEDICT_DIR
    frame = watcher.analyze(progress=False)
    assert frame["layer_id"].tolist() == [0, 2]
    assert frame["name"].tolist() == ["net.0", "net.2"]
    direct = ww.WeightWatcher(model=folder).analyze(progress=False)
    np.testing.assert_allclose(np.sort(frame["log_norm"]), np.sort(direct["log_norm"]), rtol=1e-12)
    layer = list(watcher.make_layer_iterator())[-1]
    assert layer.name == layer.framework_layer.name == "net.2"
    np.testing.assert_array_equal(layer.biases, np.arange(30.0))
    assert watcher.describe(start_ids=5)["layer_id"].tolist() == [5, 7]


def test_a_folder_of_checkpoints_is_a_model_like_any_other(folder):
    watcher = ww.WeightWatcher(model=folder)
    pd_testing = pytest.importorskip("pandas").testing
    pd_testing.assert_frame_equal(ww.WeightWatcher.describe_pytorch_bins(folder), watcher.describe())
    found = ww.WeightWatcher.analyze_pytorch_bins(folder, layers=["fc"], progress=False)
    assert found["name"].tolist() == ["fc"]


def test_listing_writes_nothing_unless_asked(folder, tmp_path):
    extract = ww.WeightWatcher.extract_pytorch_statedict_
    listed = extract(tmp_path, "net", folder / "model-2.safetensors", 4, format="safetensors")
    assert list(tmp_path.glob("*.npy")) == []
    assert list(listed) == [4]
    extract(tmp_path, "net", folder / "model-2.safetensors", format="safetensors", save=True)
    assert sorted(path.name for path in tmp_path.glob("*.npy")) == ["net.0.bias.npy", "net.0.weight.npy"]


def test_what_is_no_folder_of_flat_files_is_named(folder, tmp_path, caplog):
    with pytest.raises(ww.ModelNotFoundError, match="no such folder"):
        ww.WeightWatcher.extract_pytorch_bins(tmp_path / "nowhere")
    with pytest.raises(ww.OptionError, match="option format"):
        ww.WeightWatcher.extract_pytorch_bins(tmp_path)
    with pytest.raises(ww.ModelNotFoundError, match="extract_pytorch_bins"):
        ww.WeightWatcher.read_pystatedict_config(tmp_path)
    config = ww.WeightWatcher.extract_pytorch_bins(folder, tmp_dir=tmp_path)
    index = tmp_path / config["weights_dir"] / ww.WW_CONFIG_FILENAME
    index.parent.joinpath(config["layers"][2]["weightfile"]).write_bytes(b"no array")
    with caplog.at_level(logging.CRITICAL), pytest.raises(ww.ModelError, match=r"weight\.npy: no array"):
        ww.WeightWatcher(model=config["weights_dir"]).describe()
    for text in ("{", "[]", json.dumps({"layers": {"one": {}}}), json.dumps({"layers": {"1": {"name": "x"}}})):
        index.write_text(text)
        with pytest.raises(ww.ModelError, match="no index of flat files"):
            ww.WeightWatcher(model=config["weights_dir"]).describe()
