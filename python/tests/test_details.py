"""`Details`: rows, frames, verdict, coverage, comparison, and what a notebook shows of them."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import polars as pl
import pytest

import heavytail


@pytest.fixture(scope="module")
def tables(pair):
    layers = ["*.attn.*", "*.mlp.*"]
    return [heavytail.analyze(path, layers=layers, progress=False) for path in pair]


def test_details_are_a_sequence_of_rows(tables):
    details = tables[0]
    assert len(list(details)) == len(details) == 16
    row = details[0]
    assert row["longname"].startswith("transformer.h.0.attn")
    assert row["alpha"] == details["alpha"][0]
    assert details[-1] == list(details)[-1]
    assert [each["N"] for each in details[:2]] == details["N"][:2]
    with pytest.raises(KeyError, match="'alhpa' is no column of this table; it has layer_id"):
        details["alhpa"]


def test_frames_of_every_library_hold_the_same(tables):
    details = tables[0]
    pandas, polars = details.to_pandas(), details.to_polars()
    assert isinstance(pandas, pd.DataFrame)
    assert list(pandas.columns) == polars.columns == details.columns
    assert pandas["alpha"].tolist() == polars["alpha"].to_list() == details["alpha"]
    assert polars.schema["N"] == pl.Int64
    from_arrow = pl.DataFrame(details)
    assert from_arrow.equals(polars)


def test_the_files_of_the_command_line_come_out_of_python_too(tables, tmp_path):
    details = tables[0]
    path = tmp_path / "table.csv"
    path.write_text(details.to_csv())
    again = pd.read_csv(path)
    assert again["alpha"].tolist() == details["alpha"]
    document = json.loads(details.to_json())
    assert len(document["rows"]) == len(details)


def test_the_verdict_is_a_value_with_its_evidence(tables):
    much, little = (table.verdict for table in tables)
    assert much.layers == much.fitted == 16
    assert str(much) == much.sentence
    assert bool(much) == (much.word == "enough-data")
    assert {role.role for role in little.roles} >= {"transformer.h.*.attn.c_attn"}
    assert all(layer.alpha > 6 for layer in little.above)


def test_a_comparison_says_which_model_had_less_data(tables, pair):
    comparison = heavytail.compare(*tables)
    assert comparison.labels == ("tiny-gpt-much-data", "tiny-gpt-little-data")
    found = comparison.pairs[0]
    assert found.word == "second-had-less"
    assert found.difference.low < found.difference.estimate < found.difference.high < 0
    assert len(found.matched) == 16
    assert "tiny-gpt-little-data was trained with less data" in comparison.sentence
    again = heavytail.compare(tables[0], pair[1], labels=["a", "b"], layers=["*.attn.*", "*.mlp.*"], progress=False)
    assert again.pairs[0].difference == found.difference


def test_a_comparison_of_one_model_or_with_unknown_options_is_refused(tables):
    with pytest.raises(heavytail.OptionError, match="two or more"):
        heavytail.compare(tables[0])
    with pytest.raises(heavytail.OptionError, match="3 labels for 2"):
        heavytail.compare(*tables, labels="abc")
    with pytest.raises(heavytail.UnknownOptionError, match=r"compare\(\) has no option `layer`; did you mean `layers`"):
        heavytail.compare({"a": np.eye(9)}, {"b": np.eye(9)}, layer=[1])
    with pytest.raises(heavytail.UnknownOptionError, match="did you mean `tolerated_share`"):
        heavytail.compare(*tables, tolerated_shares=0.1)
    with pytest.raises(heavytail.OptionError, match="option mp_fit has no effect: every model"):
        heavytail.compare(*tables, mp_fit=True)


def of_exponents(*alphas: float) -> heavytail.Details:
    """The table of a model whose layers have these tail exponents."""
    rng = np.random.default_rng(0)

    def layer(alpha: float) -> np.ndarray:
        basis, _ = np.linalg.qr(rng.standard_normal((200, 200)))
        return basis * np.sqrt((1 - np.arange(200) / 200) ** (-1 / (alpha - 1)))

    return heavytail.analyze({f"h.{at}.weight": layer(alpha) for at, alpha in enumerate(alphas)}, progress=False)


def test_a_comparison_judges_its_models_within_the_given_limits():
    # 3 of 23 layers are far above 6: one well-fed model in ten has as many, if 5 % of such layers are tolerated.
    tables = of_exponents(9, 9, 9, *[3.0] * 20), of_exponents(*[3.5] * 23)

    def words(**limits: float) -> list[str]:
        found = [verdict.word for verdict in heavytail.compare(*tables, **limits).verdicts]
        assert found == [table.judge(**limits).word for table in tables]
        return found

    assert words() == ["uncertain", "enough-data"]
    assert [table.verdict.word for table in tables] == words()
    assert words(significance=0.2) == ["not-enough-data", "enough-data"]
    assert words(tolerated_share=0.2) == ["enough-data", "enough-data"]
    assert words(min_layers=24) == ["uncertain", "uncertain"]


def test_the_bootstrap_of_a_comparison_has_the_given_confidence_and_seed(tables):
    narrow, wide = (heavytail.compare(*tables, confidence=share).pairs[0].difference for share in (0.5, 0.99))
    assert wide.low < narrow.low < narrow.estimate == wide.estimate < narrow.high < wide.high
    few, others = (heavytail.compare(*tables, resamples=200, seed=seed).pairs[0].difference for seed in (0, 1))
    assert few != others
    assert few == heavytail.compare(*tables, resamples=200).pairs[0].difference
    assert heavytail.compare(*tables, min_layers=17).pairs[0].word == "undecided"


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ({"tolerated_share": 1.5}, "tolerated_share: 1.5 is not allowed; a share from 0 to 1"),
        ({"tolerated_share": float("nan")}, "tolerated_share: nan is not allowed"),
        ({"significance": "small"}, "significance: 'small' is not allowed; a share from 0 to 1"),
        ({"confidence": 1}, "confidence: 1 is not allowed; a share between 0 and 1"),
        ({"min_layers": -1}, "min_layers: -1 is not allowed; a whole number from 0"),
        ({"min_layers": 2**70}, f"min_layers: {2**70} is not allowed; a whole number from 0 to"),
        ({"resamples": 0}, "resamples: 0 is not allowed; a whole number from 1 to 1000000"),
        ({"resamples": 1_000_001}, "resamples: 1000001 is not allowed; a whole number from 1 to 1000000"),
        ({"seed": 2**64}, f"seed: {2**64} is not allowed; a whole number from 0 to {2**64 - 1}"),
        ({"seed": 1.5}, "seed: 1.5 is not allowed; a whole number from 0"),
    ],
)
def test_a_limit_out_of_range_is_named_with_what_is_allowed(tables, limit, words):
    with pytest.raises(heavytail.OptionError, match=words):
        heavytail.compare(*tables, **limit)
    if limit.keys() & {"tolerated_share", "significance", "min_layers"}:
        with pytest.raises(heavytail.OptionError, match=words):
            tables[0].judge(**limit)


def test_the_largest_limits_reach_the_engine(tables):
    assert tables[0].judge(min_layers=2**62 - 1).word == "uncertain"
    assert heavytail.compare(*tables, seed=2**64 - 1, resamples=10, min_layers=2**62 - 1).pairs[0].word == "undecided"


def test_the_curves_of_a_layer_are_at_hand(tables):
    details = tables[0]
    evals = details.eigenvalues("transformer.h.0.mlp.c_fc")
    assert len(evals) == details["num_evals"][details.row_of("transformer.h.0.mlp.c_fc")]
    assert np.all(np.diff(evals) >= 0)
    candidates = details.candidates("transformer.h.0.mlp.c_fc")
    best = int(np.argmin(candidates["D"]))
    row = details[details.row_of("transformer.h.0.mlp.c_fc")]
    assert candidates["xmin"][best] == pytest.approx(row["xmin"])
    assert candidates["alpha"][best] == pytest.approx(row["alpha"])
    with pytest.raises(LookupError, match=r"no layer 'h\.9' has a row"):
        details.eigenvalues("h.9")


def test_a_notebook_shows_well_formed_html_with_every_name_escaped():
    weights = {"<script>alert(1)</script>.weight": np.random.default_rng(0).standard_normal((30, 20))}
    details = heavytail.analyze(weights, progress=False)
    html = details._repr_html_()
    assert "<script>" not in html
    tree = ElementTree.fromstring(html.replace("&nbsp;", " "))
    assert len(tree.findall(".//tbody/tr")) == 1
    assert tree.find(".//svg") is not None
    both = heavytail.compare(details, details, labels=["a&b", "c"])
    ElementTree.fromstring(both._repr_html_())


def test_spectrum_and_fit_stand_alone():
    quantiles = (1.0 - np.arange(500) / 500) ** -0.5
    law = heavytail.fit_powerlaw(quantiles)
    assert law.alpha == pytest.approx(3.0, abs=0.1)
    assert heavytail.fit_powerlaw(1e-9 * quantiles, scale_free=True).alpha == pytest.approx(law.alpha)
    np.testing.assert_allclose(heavytail.spectrum(np.diag([1.0, 2.0, 3.0])), [1.0, 4.0, 9.0])
    np.testing.assert_allclose(heavytail.spectrum([[3.0, 4.0]]), [25.0])
    np.testing.assert_allclose(heavytail.spectrum(np.array([[3, 4]])), [25.0])
    assert heavytail.spectrum(np.empty((0, 3))).size == 0
    with pytest.raises(heavytail.ModelError, match="does not hold real floating-point numbers"):
        heavytail.spectrum(np.eye(3) * 1j)
    with pytest.raises(heavytail.OptionError, match="3 axes"):
        heavytail.spectrum(np.zeros((2, 2, 2)))
    with pytest.raises(heavytail.HeavytailError, match="NaN"):
        heavytail.spectrum(np.full((3, 3), np.nan))
    with pytest.raises(heavytail.HeavytailError, match="no power law"):
        heavytail.fit_powerlaw([1.0])
    with pytest.raises(heavytail.OptionError, match="NaN"):
        heavytail.fit_powerlaw([1.0, np.nan])


def test_every_statistic_of_the_engine_can_be_asked_for():
    weights = {f"{name}.weight": np.random.default_rng(5).standard_normal((90, 60)) for name in "ab"}
    details = heavytail.analyze(
        weights,
        mp_fit=True,
        randomize=True,
        detX=True,
        deltas=True,
        vectors=True,
        farms=True,
        alternatives=True,
        bootstrap=40,
        xmin_method=0.5,
        progress=False,
    )
    wanted = {
        "num_spikes",
        "num_traps",
        "ERG_gap",
        "spacing_ratio",
        "bulk_mean_vec_entropy",
        "alpha_farms",
        "best_fit",
        "gof_p",
    }
    assert wanted <= set(details.columns)
    assert details["num_pl_spikes"] == [30, 30]
    base = {name: value / 2 for name, value in weights.items()}
    halves = heavytail.analyze(weights, base_model=base, progress=False)
    np.testing.assert_allclose(halves.eigenvalues("a"), details.eigenvalues("a") / 4, rtol=1e-6)
    conv = {"conv.weight": np.random.default_rng(6).standard_normal((16, 12, 3, 3))}
    whole, sliced = (heavytail.analyze(conv, conv2d_fft=fft, progress=False)["num_evals"][0] for fft in (True, False))
    assert whole > sliced
    assert len(heavytail.analyze(weights, stacked=True, progress=False)) == 1
    with pytest.raises(heavytail.OptionError, match="option sparsify: False is not allowed"):
        heavytail.analyze(weights, sparsify=False)


def test_the_registry_tells_what_columns_mean():
    known = {column.name: column for column in heavytail.columns()}
    added = {name: known[name].presence for name in ("alpha", "sigma_mp", "detX_num", "slice_id", "trap_q")}
    assert added == {"alpha": "always", "sigma_mp": "mp_fit", "detX_num": "detX", "slice_id": "pool", "trap_q": "traps"}
    assert known["alpha"].origin == "reference"
    assert "power law" in known["alpha"].meaning


def test_a_table_without_fits_shows_its_rows_and_no_verdict(weights):
    watcher = heavytail.WeightWatcher(model=weights)
    watcher.SVDSmoothing(method="svd", percent=0.2)
    assert repr(watcher.changes) == "<heavytail.Details of model: 3 layers>"
    root = ElementTree.fromstring(watcher.changes._repr_html_())
    assert "rank_kept" in [cell.text for cell in root.iter("th")]
    assert len(list(root.iter("tr"))) == 4
    assert root.find("svg") is None
    compat = heavytail.analyze(weights, compat=True, progress=False)
    assert "alpha" in compat.columns
    assert "Details of model: 3 layers" in repr(compat)
    ElementTree.fromstring(compat._repr_html_())
