"""The drop-in class: the reference's signatures, columns, order, dtypes and numbers."""

from __future__ import annotations

import inspect
import json
import logging
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import heavytail as ww

SIGNATURES = json.loads((Path(__file__).parent / "reference_signatures.json").read_text())
# The inner steps of the reference's methods and its own plumbing, public there by their names only.
ABSENT = SIGNATURES.pop("absent")


@pytest.mark.parametrize("method", sorted(SIGNATURES))
def test_a_method_has_the_references_keywords_in_its_order_with_its_defaults(method):
    found = inspect.signature(getattr(ww.WeightWatcher, method)).parameters.values()
    ours = [
        [p.name, list(p.default) if isinstance(p.default, tuple) else p.default]
        for p in found
        if p.kind is p.POSITIONAL_OR_KEYWORD and p.name != "self"
    ]
    wanted = [[name, default] for name, default in SIGNATURES[method]]
    ours = [[name, None if default is inspect.Parameter.empty else default] for name, default in ours]
    ours = [[name, default.__name__ if inspect.isclass(default) else default] for name, default in ours]
    assert ours == wanted


def test_what_the_class_lacks_is_told_in_the_docs():
    told = (Path(__file__).resolve().parents[2] / "docs" / "differences.md").read_text()
    assert [name for name in ABSENT if hasattr(ww.WeightWatcher, name)] == []
    assert [name for name in ABSENT if f"`{name}`" not in told] == []


def test_the_frame_has_the_references_columns_first_in_its_order_and_dtypes(golden, read_csv, weights):
    frame = ww.WeightWatcher(model=weights).analyze()
    with (golden / "details_default.csv").open() as file:
        wanted = file.readline().strip().split(",")
    assert list(frame.columns[: len(wanted)]) == wanted
    for name in ("layer_id", "N", "M", "rf", "num_evals", "num_pl_spikes", "rank_loss", "matrix_rank"):
        assert frame[name].dtype == np.int64, name
    for name in ("alpha", "D", "xmin", "xmax", "Q", "entropy", "log_alpha_norm"):
        assert frame[name].dtype == np.float64, name
    assert frame["has_esd"].dtype == bool
    assert pd.api.types.is_string_dtype(frame["warning"])


def test_golden_numbers_come_out_of_python_too(golden, read_csv):
    watcher = ww.WeightWatcher(model=str(golden / "matrices.safetensors"))
    frame = watcher.analyze(compat=True).set_index("name")
    wanted = read_csv(golden / "details_default.csv")
    compared = 0
    for name, row in wanted.items():
        if name not in frame.index:
            continue
        for column in ("alpha", "D", "xmin", "sigma", "log_norm", "stable_rank", "entropy", "N", "M", "num_evals"):
            assert frame.loc[name, column] == pytest.approx(float(row[column]), rel=1e-8), (name, column)
            compared += 1
    assert compared > 150


def test_describe_lists_the_layers_without_maths(weights):
    frame = ww.WeightWatcher(model=weights).describe()
    wanted = ["layer_id", "name", "M", "N", "Q", "layer_type", "longname", "num_evals", "rf"]
    assert list(frame.columns[: len(wanted)]) == wanted
    assert frame["longname"].tolist() == ["fc1", "conv", "fc2"]
    assert frame["num_evals"].tolist() == [40, 144, 30]


def test_the_summary_is_the_mean_over_all_rows(weights):
    watcher = ww.WeightWatcher(model=weights)
    assert watcher.get_summary() == {}
    frame = watcher.analyze()
    summary = watcher.get_summary()
    assert list(summary)[:3] == ["log_norm", "alpha", "alpha_weighted"]
    assert summary["alpha"] == pytest.approx(frame["alpha"].mean())
    assert watcher.get_summary(frame.head(1))["alpha"] == pytest.approx(frame["alpha"].iloc[0])
    assert watcher.get_details() is frame


def test_an_unknown_keyword_names_the_nearest_one(weights):
    watcher = ww.WeightWatcher(model=weights)
    with pytest.raises(
        ww.UnknownOptionError, match=r"analyze\(\) has no option `max_eval`; did you mean `max_evals`\?"
    ):
        watcher.analyze(max_eval=10)
    with pytest.raises(TypeError, match="did you mean `detX`"):
        watcher.analyze(detx=True)
    with pytest.raises(ValueError, match="describe"):
        watcher.describe(nothing_like_it=1)
    with pytest.raises(ww.UnknownOptionError, match="did you mean `log_level`"):
        ww.WeightWatcher(loglevel=10)
    with pytest.raises(ww.UnknownOptionError, match="did you mean `cut`"):
        ww.fit_powerlaw([1.0, 2.0], cuts=1.0)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"min_evals": "ten"}, "min_evals"),
        ({"layers": [1.5]}, "layers"),
        ({"layers": 3.5}, "layers"),
        ({"fit": "XXX"}, "option fit"),
        ({"fix_fingers": "thumbs"}, "fix_fingers"),
        ({"xmax": "most"}, "xmax"),
        ({"xmax": 0}, "xmax"),
        ({"xmax": 2, "fix_fingers": "clip_xmax"}, "can't be combined"),
        ({"max_evals": 4}, "max_evals: 4 is not allowed; at least min_evals, 8"),
        ({"tolerance": -1.0}, "tolerance"),
        ({"peft": "some"}, "peft"),
        ({"savefig": -1}, "savefig"),
        ({"layers": [-1, 1]}, "all < 0"),
        ({"conv2d_fft": True, "pool": False}, "conv2d_fft"),
        ({"progress": "yes"}, "progress"),
    ],
)
def test_a_wrong_value_is_refused_with_the_options_name(weights, options, words):
    with pytest.raises(ww.OptionError, match=words):
        ww.WeightWatcher(model=weights).analyze(**options)


def test_without_a_model_the_message_says_where_to_pass_one():
    with pytest.raises(ww.HeavytailError, match="pass one to the constructor"):
        ww.WeightWatcher().analyze()


def test_a_model_may_come_with_each_call(weights):
    watcher = ww.WeightWatcher()
    assert len(watcher.analyze(model=weights)) == 3
    assert watcher.analyze({"a.weight": weights["fc1.weight"]})["longname"].tolist() == ["a"]
    assert watcher.model.keys() == {"a.weight"}


def test_layers_are_kept_and_dropped_by_id_name_and_type(weights):
    watcher = ww.WeightWatcher(model=weights)
    everything = watcher.describe()["layer_id"].tolist()
    assert watcher.describe(layers=[everything[0]])["longname"].tolist() == ["fc1"]
    assert watcher.describe(layers=[-everything[0]])["longname"].tolist() == ["conv", "fc2"]
    assert watcher.describe(layers=["fc2"])["longname"].tolist() == ["fc2"]
    assert watcher.describe(layers=[ww.LAYER_TYPE.CONV2D])["longname"].tolist() == ["conv"]
    assert watcher.describe(layers=np.array(everything[:2]))["longname"].tolist() == ["fc1", "conv"]


def test_the_esd_of_a_layer_is_found_by_id_and_by_name(weights):
    watcher = ww.WeightWatcher(model=weights)
    exact = np.linalg.svd(weights["fc2.weight"], compute_uv=False)[::-1] ** 2
    by_name = watcher.get_ESD(layer="fc2")
    np.testing.assert_allclose(by_name, exact, rtol=1e-10)
    identifier = watcher.describe(layers=["fc2"])["layer_id"].iloc[0]
    np.testing.assert_array_equal(watcher.get_ESD(layer=identifier), by_name)
    # As the reference's: the weights as they are, without the scale that analyze() gives to a convolution.
    slices = weights["conv.weight"].transpose(2, 3, 0, 1).reshape(9, 24, 16).astype(np.float64)
    pooled = np.sort(np.linalg.svd(slices, compute_uv=False).ravel() ** 2)
    np.testing.assert_allclose(watcher.get_ESD(layer="conv"), pooled, rtol=1e-9)
    assert watcher.analyze(layers=["conv"])["lambda_max"].iloc[0] == pytest.approx(pooled[-1] / 2)
    shuffled = watcher.get_ESD(layer="fc2", random=True)
    assert len(shuffled) % len(exact) == 0
    assert shuffled.sum() / len(shuffled) == pytest.approx(exact.sum() / len(exact), rel=1e-9)
    with pytest.raises(ww.LayerNotFoundError, match="there are fc1, conv, fc2"):
        watcher.get_ESD(layer="fc9")
    with pytest.raises(ww.OptionError, match="needs a layer"):
        watcher.get_ESD()


def test_a_layer_without_a_spectrum_has_no_esd_but_an_error_that_says_why(weights):
    weights["fc2.weight"][3, 4] = np.nan
    watcher = ww.WeightWatcher(model=weights)
    with pytest.raises(ww.ModelError, match=r"layer `fc2` .*NaN"):
        watcher.get_ESD(layer="fc2")
    assert len(watcher.get_ESD(layer="fc1")) > 0


def test_fit_powerlaw_returns_the_references_tuple(weights):
    watcher = ww.WeightWatcher(model=weights)
    frame = watcher.analyze().set_index("longname")
    fit = watcher.fit_powerlaw(watcher.get_ESD(layer="fc1"), plot=False)
    alpha, _, xmin, xmax, distance, sigma, spikes, _, _, status, _ = fit
    assert (alpha, xmin, xmax) == tuple(frame.loc["fc1", ["alpha", "xmin", "xmax"]])
    assert (distance, sigma, spikes, status) == (*frame.loc["fc1", ["D", "sigma", "num_pl_spikes"]], "success")
    assert watcher.fit_powerlaw(np.zeros(30), plot=False)[0] == -1
    assert watcher.fit_powerlaw(np.zeros(30), plot=False).status == "failed"


@pytest.mark.parametrize(
    "options",
    [
        {"fix_fingers": "clip_xmax", "finger_thresh": 0.1},
        {"fix_fingers": "xmin_peak"},
        {"fit": "TPL", "pl_package": "powerlaw"},
        {"xmax": 3},
        {"xmax": "force", "pl_package": "powerlaw"},
    ],
)
def test_a_fit_of_eigenvalues_is_that_of_their_layer(weights, options):
    watcher = ww.WeightWatcher(model=weights)
    row = watcher.analyze(layers=["fc1"], **options).iloc[0]
    renamed = {{"fit": "fit_type"}.get(name, name): value for name, value in options.items()}
    found = watcher.fit_powerlaw(watcher.get_ESD(layer="fc1"), plot=False, **renamed)
    assert found.status == "success"
    for name in ("alpha", "xmin", "D", "num_pl_spikes", "Lambda", "num_fingers", "raw_alpha"):
        if name in row:
            assert getattr(found, name) == row[name], name


def test_an_xmin_leaves_out_what_is_below_it():
    watcher, evals = ww.WeightWatcher(), np.linspace(1.0, 50.0, 200) ** 2
    above = watcher.fit_powerlaw(evals[120:], plot=False)
    assert watcher.fit_powerlaw(evals, xmin=evals[120], plot=False)[:7] == above[:7]
    assert watcher.fit_powerlaw(evals, plot=False).num_pl_spikes >= above.num_pl_spikes


def test_the_references_rules_of_parameters_are_at_hand():
    valid = ww.WeightWatcher.valid_params
    assert valid(ww.DEFAULT_PARAMS)
    assert valid({ww.PL_PACKAGE: ww.POWERLAW_PACKAGE, ww.XMAX: "force"})
    assert valid({ww.INTRA: True, ww.RANDOMIZE: False, ww.VECTORS: False})
    assert valid({ww.LAYERS: [-1, -2, "fc"]})
    for refused in (
        {ww.XMAX: "force"},
        {ww.XMAX: 0},
        {ww.FIT: ww.TPL},
        {ww.FIT: ww.E_TPL, ww.PL_PACKAGE: ww.POWERLAW_PACKAGE, ww.FIX_FINGERS: ww.CLIP_XMAX},
        {ww.FIX_FINGERS: ww.CLIP_XMAX, ww.XMAX: 3},
        {ww.FIX_FINGERS: ww.CLIP_XMAX, ww.MAX_FINGERS: 0},
        {ww.MAX_N: 10},
        {ww.MIN_EVALS: 20, ww.MAX_EVALS: 20},
        {ww.MAX_EVALS: -2},
        {ww.INVERSE: True, ww.VECTORS: True},
        {ww.INTRA: True},
        {ww.WW2X: True},
        {ww.POOL: False, ww.CONV2D_FFT: True},
        {ww.LAYERS: [-1, 1]},
        {ww.SAVEFIG: -1},
        {ww.START_IDS: -1},
        {ww.SVD_METHOD: "truncated"},
    ):
        assert not valid(refused), refused
    assert ww.WeightWatcher.layer_type_from_str("dense") == ww.LAYER_TYPE.DENSE
    assert ww.WeightWatcher.layer_type_from_str("what") == ww.LAYER_TYPE.UNKNOWN


def test_options_without_effect_are_told(weights, caplog):
    with caplog.at_level(logging.WARNING, logger="heavytail"):
        ww.WeightWatcher(model=weights).analyze(min_size=3)
    assert "min_size has no effect: use min_evals" in caplog.text


def test_everything_without_a_row_has_its_reason(weights):
    watcher = ww.WeightWatcher(model=weights)
    watcher.analyze(min_evals=35)
    reasons = {found.name: found.reason for found in watcher.coverage}
    assert reasons == {"fc1.bias": "bias", "norm.weight": "norm", "fc2": "too_few_eigenvalues"}
    assert watcher.verdict.layers == len(watcher.table) == 2
