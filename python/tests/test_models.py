"""What a model may be without any framework: dicts of arrays in every layout, paths, and what is no model."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

import heavytail


def alphas(model, **options):
    return heavytail.analyze(model, progress=False, **options)["alpha"]


@pytest.fixture
def matrix():
    return np.random.default_rng(3).standard_normal((64, 48))


@pytest.mark.parametrize(
    "layout",
    [
        lambda m: np.asfortranarray(m),
        lambda m: np.repeat(m, 2, axis=0)[::2],
        lambda m: np.ascontiguousarray(m[::-1])[::-1],
        lambda m: np.frombuffer(m.tobytes()).reshape(m.shape),
        lambda m: m.astype(m.dtype.newbyteorder()),
        lambda m: np.concatenate([m, m], axis=1)[:, : m.shape[1]],
    ],
    ids=["fortran", "strided", "backwards", "read-only", "other byte order", "columns of a wider one"],
)
def test_the_layout_of_an_array_does_not_matter(matrix, layout):
    plain = heavytail.analyze({"w.weight": matrix}, progress=False)
    other = heavytail.analyze({"w.weight": layout(matrix)}, progress=False)
    assert other["alpha"] == plain["alpha"]
    assert other["dtype"] == ["f64"]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
def test_real_element_types_are_read(matrix, dtype):
    exact = np.linalg.svd(matrix.astype(dtype).astype(np.float64), compute_uv=False)[::-1] ** 2
    found = heavytail.spectrum(matrix.astype(dtype))
    np.testing.assert_allclose(found, exact, rtol=1e-9)


@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.bool_, np.complex64])
def test_other_element_types_are_covered_with_a_reason(matrix, dtype):
    details = heavytail.analyze({"w.weight": (matrix > 0).astype(dtype), "v.weight": matrix}, progress=False)
    assert details["longname"] == ["v"]
    assert [found.reason for found in details.coverage] == ["not_float"]


def test_text_in_an_array_is_refused_by_name(matrix):
    with pytest.raises(heavytail.ModelError, match=r"tensor `w.weight`: .*<U3"):
        heavytail.analyze({"w.weight": np.array([["abc"]])}, progress=False)


def test_nested_dicts_and_wrappers_are_taken_apart(matrix):
    nested = {"encoder": {"layer": {"kernel": matrix}}, "step": 3}
    assert heavytail.analyze(nested, progress=False)["longname"] == ["encoder.layer"]
    assert heavytail.analyze({"state_dict": {"w.weight": matrix}, "epoch": 3}, progress=False)["longname"] == ["w"]


@pytest.mark.parametrize("value", [3, object(), [1, 2], b"bytes", None.__class__])
def test_what_is_no_model_is_told_so(value):
    with pytest.raises(heavytail.ModelError, match="is no model: pass a torch"):
        heavytail.analyze(value, progress=False)


def test_an_empty_dict_and_one_without_tensors_are_told_so():
    with pytest.raises(heavytail.ModelError, match="it is empty"):
        heavytail.analyze({}, progress=False)
    with pytest.raises(heavytail.ModelError, match="its keys are `a`"):
        heavytail.analyze({"a": 1}, progress=False)


def test_a_model_without_layers_has_an_empty_table_and_no_verdict():
    details = heavytail.analyze({"norm.weight": np.ones(8)}, progress=False)
    assert len(details) == 0
    assert details.verdict.word == "no-fit"
    assert list(details.to_pandas().columns) == details.columns


def test_a_layer_with_nan_is_a_row_with_its_reason(matrix):
    broken = matrix.copy()
    broken[3, 5] = np.nan
    details = heavytail.analyze({"good.weight": matrix, "bad.weight": broken}, progress=False)
    assert details["status"] == ["success", "failed"]
    assert "NaN" in details["reason"][1]
    frame = details.to_pandas()
    assert np.isnan(frame["alpha"][1]) or frame["alpha"][1] == -1
    assert frame["N"].tolist() == [64, 64]


def test_paths_and_strings_open_checkpoints(pair):
    by_path = heavytail.analyze(pair[0], layers=["*.attn.c_proj"], progress=False)
    assert by_path["alpha"] == alphas(str(pair[0]), layers=["*.attn.c_proj"])
    assert by_path.label == "tiny-gpt-much-data"
    assert by_path.origin["format"] == "safetensors"


def test_a_missing_path_says_what_was_looked_at(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="no such file or folder"):
        heavytail.analyze(tmp_path / "nothing", progress=False)
    with pytest.raises(heavytail.ModelNotFoundError, match="hf download org/name"):
        heavytail.analyze("org/name", progress=False)


def test_a_cached_model_is_found_by_its_id(tmp_path, monkeypatch, pair):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    folder = tmp_path / "models--org--tiny"
    (folder / "refs").mkdir(parents=True)
    (folder / "refs" / "main").write_text("abc")
    (folder / "snapshots").mkdir()
    (folder / "snapshots" / "abc").symlink_to(pair[0])
    found = heavytail.analyze("org/tiny", layers=["*.attn.c_proj"], progress=False)
    assert found["alpha"] == alphas(pair[0], layers=["*.attn.c_proj"])


def test_a_broken_file_is_refused_with_its_name(tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"\xff" * 32)
    with pytest.raises(heavytail.ModelError, match=r"model\.safetensors"):
        heavytail.analyze(path, progress=False)


def test_arrays_are_borrowed_and_given_back(matrix):
    large = {f"w{i}.weight": np.zeros((512, 512)) for i in range(4)}
    tracemalloc.start()
    heavytail.analyze(large, progress=False)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 512 * 512 * 8, "Python copied a tensor"
    watched = np.zeros((64, 64))
    before = sys.getrefcount(watched)
    heavytail.analyze({"w.weight": watched}, progress=False)
    gc.collect()
    assert sys.getrefcount(watched) == before


def test_results_do_not_depend_on_threads(weights):
    one = heavytail.analyze(weights, threads=1, progress=False)
    many = heavytail.analyze(weights, threads=8, progress=False)
    assert list(one) == list(many)


def test_paths_with_other_signs_than_ascii_are_opened(tmp_path, pair):
    folder = tmp_path / "modèle 模型"
    folder.symlink_to(pair[0])
    assert len(heavytail.analyze(Path(folder), layers=["*.attn.c_proj"], progress=False)) == 4
