"""What can't be analysed ends in an exception, or in a reason, that says what to do; never in an abort."""

from __future__ import annotations

import functools
import inspect
import io
import re

import numpy as np
import pytest
import torch
from torch import nn

import heavytail


def analyze(model, **options):
    return heavytail.analyze(model, progress=False, **options)


def test_packed_weights_of_a_quantised_module_are_listed_with_what_to_do():
    class Params4bit(nn.Parameter):
        """As bitsandbytes has it: half-bytes in a column, their scales beside."""

    class Linear4bit(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = Params4bit(torch.zeros(512, 1, dtype=torch.uint8), requires_grad=False)
            self.weight.quant_state = object()

    details = analyze(nn.ModuleDict({"packed": Linear4bit(), "plain": nn.Linear(32, 32)}))
    assert details["longname"] == ["plain"]
    (found,) = [one for one in details.coverage if one.name == "packed.weight"]
    assert found.reason == "not_float"
    assert "have to be dequantised first" in found.message


@pytest.mark.parametrize("kind", ["npz", "h5"])
def test_a_closed_file_is_to_be_opened_again(tmp_path, kind):
    matrix = np.random.default_rng(1).standard_normal((30, 20))
    if kind == "npz":
        np.savez(tmp_path / "a.npz", **{"w.weight": matrix})
        held = np.load(tmp_path / "a.npz")
    else:
        held = pytest.importorskip("h5py").File(tmp_path / "a.h5", "w")
        held["w.weight"] = matrix
    np.testing.assert_allclose(analyze(held).eigenvalues("w"), heavytail.spectrum(matrix), rtol=1e-9)
    held.close()
    with pytest.raises(heavytail.ModelError, match="open the file again"):
        analyze(held)


def test_a_file_object_open_or_closed_is_no_model(tmp_path):
    (tmp_path / "a").write_bytes(b"x")
    with (tmp_path / "a").open("rb") as file, pytest.raises(heavytail.ModelError, match="the path or Hugging Face id"):
        analyze(file)
    with pytest.raises(heavytail.ModelError, match="is no model"):
        analyze(file)
    with pytest.raises(heavytail.ModelError, match="is no model"):
        analyze(io.BytesIO(b"x"))


@pytest.mark.parametrize("layout", ["to_sparse", "to_sparse_csr", "to_sparse_csc"])
@pytest.mark.filterwarnings("ignore:Sparse CS")
def test_sparse_tensors_have_the_spectrum_of_dense_ones(layout):
    dense = torch.randn(40, 30, generator=torch.Generator().manual_seed(1)).relu()
    details = analyze({"w.weight": getattr(dense, layout)()})
    np.testing.assert_allclose(details.eigenvalues("w"), heavytail.spectrum(dense.numpy()), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("dtype", [torch.complex64, torch.complex128, torch.complex32])
@pytest.mark.filterwarnings("ignore:ComplexHalf")
def test_complex_weights_are_listed_and_their_real_part_is_not_taken_for_them(dtype):
    details = analyze({"w.weight": torch.ones(30, 20).to(dtype), "v.weight": torch.randn(30, 20)})
    assert details["longname"] == ["v"]
    assert [(one.name, one.reason) for one in details.coverage] == [("w.weight", "not_float")]


def test_meta_weights_say_that_they_are_to_be_loaded():
    with pytest.raises(heavytail.ModelError, match="load them first"):
        analyze(nn.Linear(20, 30, device="meta"))
    details = analyze({"w.weight": torch.empty(30, 20, device="meta"), "v.weight": torch.randn(30, 20)})
    assert details["status"] == ["failed", "success"]
    assert "load the weights first" in details["reason"][0]


def test_lazy_modules_before_their_first_input_have_no_rows():
    assert len(analyze(nn.Sequential(nn.LazyLinear(30)))) == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"mp_fit": "yes"}, "mp_fit: 'yes' is not allowed; True or False"),
        ({"vectors": 2}, "vectors: 2 is not allowed; True or False"),
        ({"min_evals": 2.5}, "min_evals: 2.5 is not allowed; a whole number"),
        ({"threads": -1}, "threads: -1 is not allowed; a whole number from 0"),
        ({"memory": "big"}, "memory: 'big' is not allowed; a whole number"),
        ({"layers": {"a": 1}}, "layers: .* a list of ids, names or types"),
        ({"fit": 3}, "fit: 3 is not allowed; a word"),
        ({"tolerance": "x"}, "tolerance: 'x' is not allowed; a number"),
        ({"finger_thresh": []}, r"finger_thresh: \[\] is not allowed; a number"),
        ({"channels": 3}, "channels: 3 is not allowed; a word"),
        ({"xmax": 1.5}, "xmax: 1.5 is not allowed; a whole number"),
        ({"svd_method": "x"}, "svd_method: .* one of fast, accurate"),
        ({"base_model": 4}, "int is no model"),
    ],
)
def test_an_option_of_a_wrong_type_is_named_with_what_is_allowed(weights, options, words):
    with pytest.raises(heavytail.HeavytailError, match=words):
        analyze(weights, **options)


WEIGHTS = {"w.weight": np.random.default_rng(0).standard_normal((30, 20))}
WATCHER = heavytail.WeightWatcher()
CALLS = {
    "analyze": lambda **option: analyze(WEIGHTS, **option),
    "compare": lambda **option: heavytail.compare(WEIGHTS, WEIGHTS, progress=False, **option),
    "judge": lambda **option: analyze(WEIGHTS).judge(**option),
    "fit_powerlaw": lambda **option: heavytail.fit_powerlaw(np.arange(1.0, 60.0), **option),
    "WeightWatcher.analyze": lambda **option: WATCHER.analyze(WEIGHTS, **option),
    "WeightWatcher.describe": lambda **option: WATCHER.describe(WEIGHTS, **option),
    "WeightWatcher.distances": lambda **option: WATCHER.distances(WEIGHTS, WEIGHTS, **option),
    "WeightWatcher.SVDSmoothing": lambda **option: WATCHER.SVDSmoothing(WEIGHTS, **option),
    "WeightWatcher.SVDSharpness": lambda **option: WATCHER.SVDSharpness(WEIGHTS, **option),
    "WeightWatcher.analyze_traps": lambda **option: WATCHER.analyze_traps(WEIGHTS, **option),
    "WeightWatcher.remove_traps": lambda **option: WATCHER.remove_traps(WEIGHTS, **option),
    "WeightWatcher.randomize_model": lambda **option: WATCHER.randomize_model(WEIGHTS, **option),
}

# Without an effect, as their warning says.
IDLE = ("min_size", "max_size")


def integers():
    """Every option of every call that is annotated as a whole number."""
    owners = {"judge": heavytail.Details.judge}
    for call in CALLS:
        function = owners.get(call) or functools.reduce(getattr, call.split("."), heavytail)
        for name, parameter in inspect.signature(function).parameters.items():
            if re.match(r"int\b", str(parameter.annotation)) and name not in IDLE:
                yield call, name


def test_the_whole_numbers_among_the_options_are_found():
    found = set(integers())
    assert {("analyze", "seed"), ("compare", "resamples"), ("WeightWatcher.analyze", "max_N")} <= found
    assert len(found) > 30


@pytest.mark.parametrize(("call", "name"), list(integers()))
@pytest.mark.parametrize("value", [-1, -(2**70), 2**64, 2**70, 2.5, True, "7"], ids=str)
def test_a_whole_number_out_of_range_is_named_with_its_range(call, name, value):
    if name == "xmax" and value in (-1, "7"):
        return  # Any number counts from the largest, and a word has an error of its own.
    with pytest.raises(heavytail.OptionError, match=rf"option {name}: .* is not allowed; .*\d|None, 'force'") as raised:
        CALLS[call](**{name: value})
    assert repr(value) in str(raised.value)


@pytest.mark.parametrize("index", [0, -1, 2**64, 1.5])
def test_traps_are_numbered_from_1(index):
    with pytest.raises(heavytail.OptionError, match=r"option trap_indices: .* a whole number from 1"):
        WATCHER.remove_traps(WEIGHTS, trap_indices=[1, index])


def test_the_largest_seed_is_a_seed():
    assert len(analyze(WEIGHTS, randomize=True, seed=2**64 - 1)) == 1


def test_numpy_truths_and_numbers_are_as_good_as_pythons(weights):
    found = analyze(weights, mp_fit=np.bool_(True), min_evals=np.int64(8), tolerance=np.float32(1e-6))
    assert found["sigma_mp"] == analyze(weights, mp_fit=True)["sigma_mp"]
