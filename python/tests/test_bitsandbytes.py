"""Weights that bitsandbytes has quantised have the rows of what bitsandbytes itself unpacks them to."""

from __future__ import annotations

import copy

import bitsandbytes as bnb
import numpy as np
import pytest
import torch
from torch import nn

import heavytail


@pytest.fixture(scope="module")
def net() -> nn.Module:
    """Four and eight bits, quantised on the CPU, beside a plain layer."""
    torch.manual_seed(0)
    plain = nn.Sequential(nn.Linear(256, 128), nn.Linear(128, 96), nn.Linear(96, 64), nn.Linear(64, 40))
    packed = nn.Sequential(
        bnb.nn.Linear4bit(256, 128, quant_type="nf4", compute_dtype=torch.float32),
        bnb.nn.Linear4bit(128, 96, quant_type="fp4", compress_statistics=False),
        bnb.nn.Linear8bitLt(96, 64, has_fp16_weights=False),
        nn.Linear(64, 40),
    )
    packed.load_state_dict(plain.state_dict())
    return packed.to("cpu")


def unpacked(net: nn.Module) -> list[torch.Tensor]:
    """The weights by bitsandbytes' own functions."""
    four = [bnb.functional.dequantize_4bit(net[at].weight.data, net[at].weight.quant_state) for at in (0, 1)]
    eight = net[2].weight
    scales = eight.SCB if eight.SCB is not None else net[2].state.SCB
    return [*four, bnb.functional.int8_vectorwise_dequant(eight.data, scales), net[3].weight.detach()]


def check(net: nn.Module) -> None:
    details = heavytail.analyze(net, progress=False)
    assert details["longname"] == ["0", "1", "2", "3"]
    assert list(zip(details["N"], details["M"], strict=True)) == [(256, 128), (128, 96), (96, 64), (64, 40)]
    assert details["dtype"] == ["bitsandbytes-nf4", "bitsandbytes-fp4", "bitsandbytes-int8", "f32"]
    for name, weight in enumerate(unpacked(net)):
        exact = np.linalg.svd(weight.double().numpy(), compute_uv=False)[::-1] ** 2
        np.testing.assert_allclose(details.eigenvalues(str(name)), exact, rtol=1e-9)
    plain = {f"{name}.weight": weight for name, weight in enumerate(unpacked(net))}
    assert details["alpha"] == heavytail.analyze(plain, progress=False)["alpha"]


def test_rows_are_those_of_bitsandbytes_own_numbers(net):
    assert [net[at].weight.dtype for at in (0, 1, 2)] == [torch.uint8, torch.uint8, torch.int8]
    check(net)


def test_a_module_that_has_been_called_keeps_its_scales_elsewhere(net):
    called = copy.deepcopy(net)
    called(torch.randn(2, 256))
    check(called)


def test_the_users_model_stays_packed(net):
    before = {name: value.clone() for name, value in net.named_parameters()}
    heavytail.WeightWatcher(model=net).analyze(progress=False)
    for name, value in net.named_parameters():
        assert value.dtype == before[name].dtype
        assert torch.equal(value.data, before[name].data)


def test_layer_objects_hold_what_is_unpacked_and_refuse_other_weights(net):
    layers = list(heavytail.WeightWatcher(model=net).make_layer_iterator())
    for layer, weight in zip(layers, unpacked(net), strict=True):
        np.testing.assert_array_equal(layer.Wmats[0], weight.numpy())
    with pytest.raises(heavytail.ModelError, match=r"`0.weight` is packed as torch.uint8: dequantise it first"):
        layers[0].framework_layer.replace_layer_weights(layers[0].Wmats[0])


def test_smoothing_leaves_packed_layers_of_a_module_and_writes_them_unpacked_to_a_file(net, tmp_path):
    watcher = heavytail.WeightWatcher(model=net)
    smoothed = watcher.SVDSmoothing(method="svd", percent=0.25)
    assert watcher.changes["changed"] == [False, False, False, True]
    assert [(reason or "")[:28] for reason in watcher.changes["reason"]] == [
        "is packed as bitsandbytes-nf",
        "is packed as bitsandbytes-fp",
        "is packed as bitsandbytes-in",
        "",
    ]
    for at in range(3):
        assert torch.equal(smoothed[at].weight.data, net[at].weight.data)
    assert np.linalg.matrix_rank(smoothed[3].weight.detach().double().numpy(), tol=1e-5) == 10
    for asked in (2, [2, 4]):
        with pytest.raises(heavytail.ModelError, match="layer `1` is packed as bitsandbytes-fp4"):
            watcher.SVDSmoothing(model=net, method="svd", percent=0.25, layers=asked)
    written = watcher.SVDSmoothing(model=net, method="svd", percent=0.25, to=tmp_path / "model.safetensors")
    for name, rank in (("0", 32), ("1", 24), ("2", 16)):
        spectrum = heavytail.WeightWatcher(model=written).get_ESD(layer=name)
        assert np.count_nonzero(spectrum > 1e-5 * spectrum[-1]) == rank


def test_an_adapters_base_is_unpacked(net):
    peft = pytest.importorskip("peft")
    base = nn.ModuleDict({"q": copy.deepcopy(net[0]), "k": copy.deepcopy(net[2])})
    model = peft.get_peft_model(base, peft.LoraConfig(r=8, lora_alpha=16, target_modules=["q", "k"]))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_()
    details = heavytail.analyze(model, peft="with_base", progress=False)
    for name, weight in (("q", unpacked(net)[0]), ("k", unpacked(net)[2])):
        factors = base[name]
        update = 2.0 * factors.lora_B["default"].weight @ factors.lora_A["default"].weight
        exact = np.linalg.svd((weight + update).detach().double().numpy(), compute_uv=False)[::-1] ** 2
        (row,) = [one for one in details["longname"] if f".{name}." in one and "W_plus" in one]
        np.testing.assert_allclose(details.eigenvalues(row)[-20:], exact[-20:], rtol=1e-6)


def test_weights_that_are_not_packed_yet_are_read_as_they_are():
    torch.manual_seed(1)
    waiting = nn.Sequential(bnb.nn.Linear4bit(64, 48), bnb.nn.Linear8bitLt(48, 32, has_fp16_weights=False))
    details = heavytail.analyze(waiting, progress=False)
    assert details["longname"] == ["0", "1"]
    assert details["status"] == ["success", "success"]


def test_a_state_dict_of_packed_weights_says_that_they_are_to_be_unpacked(net):
    details = heavytail.analyze(net.state_dict(), progress=False)
    assert details["longname"] == ["3"]
    told = {one.name: one.message for one in details.coverage}
    for name in ("0.weight", "1.weight", "2.weight"):
        assert "have to be dequantised first" in told[name]
