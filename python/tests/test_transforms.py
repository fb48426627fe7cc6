"""Distances, smoothing, sharpening and traps: the golden numbers, and nothing of the user's model changed."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
import torch
from torch import nn

import heavytail as ww


@pytest.mark.parametrize("method", ["raw", "euclidean", "cka"])
def test_distances_are_the_references(golden, method):
    watcher = ww.WeightWatcher()
    second, first = golden / "second.safetensors", golden / "matrices.safetensors"
    mean, _, frame = watcher.distances(second, first, method=method, compat=True)
    with (golden / f"distances_{method}.csv").open() as file:
        wanted = {row["name"]: float(row["delta_W"]) for row in csv.DictReader(file)}
    found = dict(zip(frame["name"], frame["delta_W"], strict=True))
    common = [name for name in wanted if name in found]
    assert len(common) >= 15
    for name in common:
        assert found[name] == pytest.approx(wanted[name], rel=1e-4), name
    assert mean == pytest.approx(np.nanmean(frame["delta_W"]))
    assert frame.index.name == "layer_id"
    assert list(frame.columns)[:7] == ["method", "name", "delta_W", "delta_b", "M", "N", "b_shape"]
    if method == "raw":
        lengths = dict(zip(frame["name"], frame["b_shape"], strict=True))
        biased = {name for name, delta in zip(frame["name"], frame["delta_b"], strict=True) if delta > 0}
        assert biased
        assert {name for name, length in lengths.items() if length != ww.UNKNOWN} == biased
    else:
        assert set(frame["b_shape"]) == {ww.UNKNOWN}


def test_raw_distances_of_a_convolution_are_over_its_slices_with_its_biases():
    torch.manual_seed(0)
    first, second = nn.Sequential(nn.Conv2d(24, 32, 3)), nn.Sequential(nn.Conv2d(24, 32, 3))
    weight, bias, frame = ww.WeightWatcher().distances(first, second, "raw")
    assert weight == pytest.approx(torch.dist(first[0].weight, second[0].weight).item(), rel=1e-6)
    assert bias == pytest.approx(torch.dist(first[0].bias, second[0].bias).item(), rel=1e-6)
    assert frame[["M", "N", "b_shape"]].to_numpy().tolist() == [[24, 32, 32]]


def test_distances_of_no_layers_are_a_frame_without_rows_and_names_have_no_case():
    weights = {"a.weight": np.eye(20), "a.bias": np.ones(20)}
    watcher = ww.WeightWatcher()
    full = watcher.distances(weights, weights, "RAW")[2]
    assert full["b_shape"].tolist() == watcher.distances(weights, weights, "raw")[2]["b_shape"].tolist() == [20]
    for method in ("raw", "cka"):
        for empty in ({"a.bias": np.ones(20)}, weights):
            _, _, frame = watcher.distances(empty, empty, method, layers=["b*"] if empty is weights else ())
            assert len(frame) == 0
            assert set(full.columns) <= set(frame.columns)
            assert frame.index.name == "layer_id"


def test_auto_takes_the_bulk_where_alpha_is_large_and_the_product_elsewhere():
    rng = np.random.default_rng(0)

    def law(alpha: float) -> np.ndarray:
        basis, _ = np.linalg.qr(rng.standard_normal((120, 120)))
        return basis * np.sqrt((1 - np.arange(120) / 120) ** (-1 / (alpha - 1)))

    model = {"steep.weight": law(9.0), "heavy.weight": law(2.5)}
    watcher = ww.WeightWatcher()
    found = {how: watcher.SVDSmoothing(model=model, method=how) for how in ("auto", "rmt", "detX")}
    np.testing.assert_array_equal(found["auto"]["steep.weight"], found["rmt"]["steep.weight"])
    np.testing.assert_array_equal(found["auto"]["heavy.weight"], found["detX"]["heavy.weight"])
    for name in model:
        assert not np.array_equal(found["rmt"][name], found["detX"][name])


def ranks(kernel: np.ndarray) -> list[int]:
    """Of each slice."""
    return [int(np.linalg.matrix_rank(kernel[:, :, i, j])) for i in range(3) for j in range(3)]


def test_slices_share_a_rank_when_pooled_and_have_their_own_otherwise():
    kernel = np.random.default_rng(4).standard_t(3, (32, 24, 3, 3)) / 20
    watcher = ww.WeightWatcher()
    pooled, alone = (watcher.SVDSmoothing({"c.weight": kernel}, pool=pool)["c.weight"] for pool in (True, False))
    assert len(set(ranks(pooled))) == 1
    # What each asks for as a layer of its own.
    assert ranks(alone) == [
        np.linalg.matrix_rank(watcher.SVDSmoothing({"w.weight": kernel[:, :, i, j]})["w.weight"])
        for i in range(3)
        for j in range(3)
    ]
    assert len(set(ranks(alone))) > 1


def test_a_share_is_that_of_each_slice_whether_pooled_or_not():
    kernel = np.random.default_rng(4).standard_normal((20, 16, 3, 3))
    found = [
        ww.WeightWatcher(model={"c.weight": kernel}).SVDSmoothing(method="svd", percent=0.25, pool=pool)["c.weight"]
        for pool in (True, False)
    ]
    np.testing.assert_array_equal(*found)
    assert set(ranks(found[0])) == {4}


def test_where_channels_stand_is_told_to_the_engine_of_distances():
    rng = np.random.default_rng(5)
    # As wide as deep, so that its shape does not tell where the channels stand.
    first = {"conv.weight": rng.standard_normal((12, 12, 12, 12))}
    second = {"conv.weight": rng.standard_normal((12, 12, 12, 12))}
    watcher = ww.WeightWatcher()
    found = {place: watcher.distances(first, second, "cka", channels=place)[0] for place in ("first", "last")}
    swapped = [{"conv.weight": model["conv.weight"].transpose(2, 3, 0, 1)} for model in (first, second)]
    assert found["first"] != pytest.approx(found["last"], rel=1e-6)
    assert watcher.distances(*swapped, "cka", channels="last")[0] == pytest.approx(found["first"])
    with pytest.raises(ww.OptionError, match="channels"):
        watcher.distances(first, second, channels="middle")


def test_smoothing_keeps_the_rank_that_the_reference_keeps(golden):
    facts = json.loads((golden / "smoothing.json").read_text())
    assert facts
    rng = np.random.default_rng(0)
    weights = {"w.weight": rng.standard_normal((60, 40)), "b.bias": np.ones(3)}
    before = weights["w.weight"].copy()
    smoothed = ww.WeightWatcher(model=weights).SVDSmoothing(method="svd", percent=0.25)
    assert np.array_equal(weights["w.weight"], before)
    assert np.linalg.matrix_rank(smoothed["w.weight"]) == 10
    left, values, right = np.linalg.svd(before, full_matrices=False)
    np.testing.assert_allclose(smoothed["w.weight"], (left[:, :10] * values[:10]) @ right[:10], atol=1e-9)
    assert np.array_equal(smoothed["b.bias"], weights["b.bias"])


def test_the_watcher_holds_the_new_model_afterwards(tmp_path):
    weights = {"w.weight": np.random.default_rng(0).standard_normal((60, 40))}
    watcher = ww.WeightWatcher(model=weights)
    smoothed = watcher.SVDSmoothing(method="svd", percent=0.25)
    assert watcher.model is smoothed
    assert np.count_nonzero(watcher.get_ESD(layer="w") > 1e-10) == 10
    watcher.SVDSmoothing(method="svd", percent=0.1, to=tmp_path / "model.safetensors")
    assert watcher.model is smoothed


def test_a_module_comes_back_as_a_module_of_its_own(tmp_path):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(40, 30), nn.ReLU(), nn.Linear(30, 20)).to(torch.bfloat16)
    before = net[0].weight.detach().clone()
    smoothed = ww.WeightWatcher(model=net).SVDSmoothing(method="svd", percent=0.5)
    assert isinstance(smoothed, nn.Sequential)
    assert smoothed[0].weight.dtype == torch.bfloat16
    assert torch.equal(net[0].weight, before)
    assert not torch.equal(smoothed[0].weight, before)
    written = ww.WeightWatcher(model=net).SVDSharpness(to=tmp_path / "sharp" / "model.safetensors")
    assert len(ww.analyze(written, progress=False)) == 2


def test_dicts_inside_a_dict_and_wrappers_keep_their_form():
    matrix = np.random.default_rng(1).standard_normal((30, 20))
    model = {"state_dict": {"encoder": {"fc": {"weight": matrix, "steps": np.arange(3)}}}, "epoch": 3}
    smoothed = ww.WeightWatcher(model=model).SVDSmoothing(method="svd", percent=0.2)
    inner = smoothed["state_dict"]["encoder"]["fc"]
    assert np.linalg.matrix_rank(inner["weight"]) == 4
    assert np.linalg.matrix_rank(matrix) == 20
    assert inner["steps"] is model["state_dict"]["encoder"]["fc"]["steps"]
    assert smoothed["epoch"] == 3


def test_weights_under_a_parametrization_are_put_back_through_it():
    layer = torch.nn.utils.parametrizations.weight_norm(nn.Linear(40, 30))
    before = layer.weight.detach().clone()
    smoothed = ww.WeightWatcher(model=nn.Sequential(layer)).SVDSmoothing(method="svd", percent=0.2)
    assert np.linalg.matrix_rank(smoothed[0].weight.detach().double().numpy(), tol=1e-5) == 6
    assert torch.equal(layer.weight, before)


def test_a_planted_trap_is_found_and_removed():
    weights = np.random.default_rng(3).standard_normal((300, 200)) / 20
    weights[17, 5] = 30.0
    watcher = ww.WeightWatcher(model={"w.weight": weights})
    traps = watcher.analyze_traps(seed=1)
    assert len(traps) >= 1
    without = watcher.remove_traps(seed=1)["w.weight"]
    assert abs(without[17, 5]) < 3.0
    assert weights[17, 5] == 30.0


def test_a_quantised_tensor_stays_what_it_is_and_the_others_change(caplog):
    torch.manual_seed(0)
    packed = torch.quantize_per_tensor(torch.randn(30, 20), 0.05, 0, torch.qint8)
    weights = {"packed.weight": packed, "plain.weight": torch.randn(30, 20), "shapes": torch.tensor([1, 2])}
    watcher = ww.WeightWatcher(model=weights)
    smoothed = watcher.SVDSmoothing(method="svd", percent=0.3)
    assert smoothed["packed.weight"] is packed
    assert np.linalg.matrix_rank(smoothed["plain.weight"].double().numpy(), tol=1e-5) == 6
    told = {row["longname"]: (row["changed"], row.get("reason")) for row in watcher.changes}
    assert told["plain"] == (True, None)
    assert told["packed"][0] is False
    assert told["packed"][1].startswith("is packed as qint8, and new weights can't be put back into it")
    assert "layer packed stays what it is: it is packed as qint8" in caplog.text


@pytest.mark.parametrize("asked", ["packed", "p", 1, ["plain", "packed"]])
def test_a_quantised_layer_that_is_asked_for_is_refused(asked):
    name = "p" if asked == "p" else "packed"
    weights = {
        f"{name}.weight": torch.quantize_per_tensor(torch.randn(30, 20), 0.05, 0, torch.qint8),
        "plain.weight": torch.randn(30, 20),
    }
    watcher = ww.WeightWatcher(model=weights)
    with pytest.raises(ww.ModelError, match=rf"layer `{name}` is packed as qint8.*dequantise the model first"):
        watcher.SVDSmoothing(method="svd", percent=0.3, layers=asked)
    assert watcher.model is weights


def test_what_can_not_be_put_back_is_refused(pair):
    with pytest.raises(ww.OptionError, match=r"to='folder/model\.safetensors'"):
        ww.WeightWatcher(model=pair[0]).SVDSmoothing()
    with pytest.raises(ww.OptionError, match=r"option method.* detX, svd, rmt, alpha_min or auto"):
        ww.WeightWatcher(model={"a.weight": np.eye(20)}).SVDSmoothing(method="melt")
    with pytest.raises(ww.OptionError, match="option method"):
        ww.WeightWatcher().distances({"a.weight": np.eye(20)}, {"a.weight": np.eye(20)}, method="miles")
