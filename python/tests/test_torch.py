"""Torch models: the tree's ids and names, every layout and type, and nothing of the user's model changed."""

from __future__ import annotations

import copy
import weakref
from typing import ClassVar

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn.utils import parametrizations

import heavytail
from heavytail.sources.lend_torch import torch_dtype_name


class Net(nn.Module):
    """A convolution, a norm, matrices, an embedding: what torchvision and transformers are made of."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(16, 32, 3), nn.BatchNorm2d(32), nn.ReLU())
        self.embed = nn.Embedding(70, 24)
        self.head = nn.Linear(64, 40)
        self.tied = self.head


@pytest.fixture
def net():
    torch.manual_seed(0)
    return Net()


def analyze(model, **options):
    return heavytail.analyze(model, progress=False, **options)


def test_ids_are_positions_in_the_module_tree(net):
    details = analyze(net)
    names = [name for name, _ in net.named_modules()]
    for identifier, longname, name in zip(details["layer_id"], details["longname"], details["name"], strict=True):
        assert names[identifier] == longname
        assert name == longname.rpartition(".")[2]
    assert details["longname"] == ["features.0", "embed", "head"]
    assert details["layer_type"] == ["conv2d", "embedding", "dense"]
    assert analyze(net, start_ids=10)["layer_id"] == [identifier + 10 for identifier in details["layer_id"]]


def test_numbers_are_those_of_the_weights(net):
    details = analyze(net)
    weight = net.head.weight.detach().double().numpy()
    np.testing.assert_allclose(
        details.eigenvalues("head"), np.linalg.svd(weight, compute_uv=False)[::-1] ** 2, rtol=1e-9
    )


@pytest.mark.parametrize(
    "dtype", [torch.float16, torch.bfloat16, torch.float64, torch.float8_e4m3fn, torch.float8_e5m2]
)
def test_every_element_type_is_read_as_it_is(dtype):
    weight = torch.randn(50, 40, generator=torch.Generator().manual_seed(1)).to(dtype)
    details = analyze({"w.weight": weight})
    exact = np.linalg.svd(weight.double().numpy(), compute_uv=False)[::-1] ** 2
    np.testing.assert_allclose(details.eigenvalues("w"), exact, rtol=1e-9, atol=1e-12 * exact[-1])
    assert details["dtype"] == [torch_dtype_name(dtype)]


def test_layouts_and_lazy_tensors_are_read(net):
    dense = torch.randn(48, 32, dtype=torch.float64)
    wanted = analyze({"w.weight": dense})["alpha"]
    assert analyze({"w.weight": dense.t()})["alpha"] == pytest.approx(wanted)
    assert analyze({"w.weight": dense.to_sparse()})["alpha"] == wanted
    assert analyze({"w.weight": nn.Parameter(dense)})["alpha"] == wanted
    assert analyze({"w.weight": torch.complex(dense, dense).conj().real})["alpha"] == wanted
    quantised = torch.quantize_per_tensor(dense.float(), 0.05, 0, torch.qint8)
    assert analyze({"w.weight": quantised})["alpha"] == analyze({"w.weight": quantised.dequantize()})["alpha"]


def test_the_users_model_is_left_as_it_was(net):
    net.eval()
    net.half()
    before = copy.deepcopy(net.state_dict())
    watcher = heavytail.WeightWatcher(model=net)
    watcher.analyze(progress=False)
    watcher.get_ESD(layer="head")
    assert not net.training
    assert all(parameter.dtype == torch.float16 for parameter in net.parameters())
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())
    assert not hasattr(net.head, "longname")


def test_a_state_dict_gives_the_modules_numbers(net):
    from_tree, from_dict = analyze(net), analyze(net.state_dict())
    by_name = dict(zip(from_dict["longname"], from_dict["alpha"], strict=True))
    assert [by_name[name] for name in from_tree["longname"]] == from_tree["alpha"]


def test_recurrent_and_attention_layers_have_rows_although_the_reference_has_none():
    model = nn.ModuleDict({"lstm": nn.LSTM(24, 32), "attention": nn.MultiheadAttention(32, 4)})
    details = analyze(model)
    assert len(details) >= 8 + 3
    assert {"recurrent", "attention"} <= set(details["layer_type"])
    assert all(status == "success" for status in details["status"])


def test_weights_under_a_parametrization_are_computed():
    layer = parametrizations.weight_norm(nn.Linear(40, 30))
    details = analyze(nn.Sequential(layer))
    assert details["longname"] == ["0"]
    exact = np.linalg.svd(layer.weight.detach().double().numpy(), compute_uv=False)[::-1] ** 2
    np.testing.assert_allclose(details.eigenvalues("0"), exact, rtol=1e-6)


def test_meta_weights_are_refused_whole_and_told_in_part(net):
    with torch.device("meta"), pytest.raises(heavytail.ModelError, match="load them first"):
        analyze(Net())
    net.head.weight = nn.Parameter(torch.empty(40, 64, device="meta"))
    details = analyze(net)
    row = details[details.row_of("head")]
    assert row["status"] == "failed"
    assert "meta device" in row["reason"]


def test_integer_weights_of_quantised_modules_are_covered():
    class Linear8bit(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(32, 32, dtype=torch.int8), requires_grad=False)

    details = analyze(nn.ModuleDict({"q": Linear8bit(), "f": nn.Linear(32, 32)}))
    assert details["longname"] == ["f"]
    assert ("q.weight", "not_float") in [(found.name, found.reason) for found in details.coverage]


def test_a_module_without_parameters_has_an_empty_table():
    assert len(analyze(nn.ReLU())) == 0


class OnDevice(torch.Tensor):
    """A tensor that says it lies on a GPU and can do nothing but be copied to the CPU, which it counts."""

    copies: ClassVar[list[tuple[int, ...]]] = []
    alive: ClassVar[set[int]] = set()
    most_alive = 0

    @staticmethod
    def __new__(cls, held: torch.Tensor) -> OnDevice:
        made = torch.Tensor._make_wrapper_subclass(cls, held.shape, dtype=held.dtype, device="cuda:0")
        made.held = held
        return made

    @classmethod
    def __torch_dispatch__(cls, function, types, args=(), kwargs=None):
        (tensor, *_), kwargs = args, kwargs or {}
        if function is torch.ops.aten.detach.default:
            return cls(tensor.held)
        if function is torch.ops.aten._to_copy.default and torch.device(kwargs["device"]).type == "cpu":
            copied = tensor.held.clone()
            cls.copies.append(tuple(copied.shape))
            number = len(cls.copies)
            cls.alive.add(number)
            cls.most_alive = max(cls.most_alive, len(cls.alive))
            weakref.finalize(copied.untyped_storage(), cls.alive.discard, number)
            return copied
        raise NotImplementedError(f"{function} on a device")


def test_tensors_of_a_device_are_copied_to_the_cpu_one_at_a_time():
    # Not a GPU: the way that tensors of one take through this package, which asks torch for nothing but the copy.
    torch.manual_seed(0)
    types = 4 * [torch.float32, torch.bfloat16]
    plain = {f"{n}.weight": torch.randn(60, 40).to(dtype) for n, dtype in enumerate(types)}
    lying = {name: OnDevice(weight) for name, weight in plain.items()}
    assert {weight.device.type for weight in lying.values()} == {"cuda"}
    details = heavytail.analyze(lying, progress=False, threads=1)
    assert details["alpha"] == heavytail.analyze(plain, progress=False)["alpha"]
    assert details["dtype"] == 4 * ["f32", "bf16"]
    assert len(OnDevice.copies) == len(plain)
    assert OnDevice.most_alive == 1


@pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA device")
def test_a_model_on_a_gpu_has_the_rows_of_the_same_on_the_cpu():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(300, 200), nn.Conv2d(24, 32, 3), nn.Linear(200, 100, dtype=torch.bfloat16))
    expected = heavytail.analyze(net, progress=False)
    largest = max(parameter.nbytes for parameter in net.parameters())
    net = net.cuda()
    held = torch.cuda.memory_allocated()
    torch.cuda.reset_peak_memory_stats()
    details = heavytail.analyze(net, progress=False)
    assert torch.cuda.max_memory_allocated() - held <= largest
    assert details["alpha"] == expected["alpha"]
    assert details["dtype"] == expected["dtype"]
    smoothed = heavytail.WeightWatcher(model=net).SVDSmoothing(method="svd", percent=0.2)
    assert {parameter.device.type for parameter in smoothed.parameters()} == {"cuda"}
