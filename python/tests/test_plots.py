"""Pictures: the reference's files a layer, the article's figures, and no figure left open."""

from __future__ import annotations

import resource

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")

from matplotlib import pyplot

import heavytail
from heavytail.plots.layer_figures import draw_layers


@pytest.fixture
def details(weights):
    return heavytail.analyze({**weights, "zero.weight": np.zeros((40, 30))}, progress=False)


def test_analyze_writes_the_references_figures_into_a_nested_folder(weights, tmp_path):
    folder = tmp_path / "a" / "b"
    watcher = heavytail.WeightWatcher(model={**weights, "zero.weight": np.zeros((40, 30))})
    frame = watcher.analyze(plot=True, savefig=str(folder), progress=False)
    names = {path.name for path in folder.iterdir()}
    for identifier, status in zip(frame["layer_id"], frame["status"], strict=True):
        wanted = {f"ww.layer{identifier}.{word}.png" for word in ("esd", "esd2", "esd3")}
        if status == "success":
            wanted |= {f"ww.layer{identifier}.{word}.png" for word in ("esd4", "esd5")}
        assert wanted <= names
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in folder.iterdir())
    assert pyplot.get_fignums() == []


def test_each_option_adds_the_references_figures(weights, tmp_path):
    square = np.random.default_rng(1).standard_normal((50, 50))
    frame = heavytail.WeightWatcher(model={**weights, "square.weight": square}).analyze(
        plot=True, savefig=str(tmp_path), mp_fit=True, randomize=True, detX=True, deltas=True, progress=False
    )
    words = {"esd", "esd2", "esd3", "esd4", "esd5", "mpfit2", "randesd1", "randesd2", "detX", "deltaEs", "level-stats"}
    wanted = {f"ww.layer{identifier}.{word}.png" for identifier in frame["layer_id"] for word in words}
    last = frame["layer_id"].iloc[-1]
    assert {path.name for path in tmp_path.iterdir()} == wanted | {f"ww.layer{last}.mpfit1.png"}


def test_eigenvectors_are_drawn_by_rank_and_by_bulk_and_tail(weights, tmp_path):
    model = {**weights, "zero.weight": np.zeros((40, 30))}
    frame = heavytail.WeightWatcher(model=model).analyze(vectors=True, plot=True, savefig=str(tmp_path), progress=False)
    for word in ("vector_metrics", "vector_histograms"):
        wanted = {f"ww.layer{identifier}.{word}.png" for identifier in frame["layer_id"]}
        assert {path.name for path in tmp_path.glob(f"*.{word}.png")} == wanted
    plain = tmp_path / "plain"
    heavytail.WeightWatcher(model=weights).analyze(plot=True, savefig=str(plain), progress=False)
    assert not list(plain.glob("*vector*"))


@pytest.mark.parametrize(
    ("transform", "word"),
    [
        (lambda watcher: watcher.SVDSmoothing(plot=True), "detX"),
        (lambda watcher: watcher.SVDSmoothing(method="rmt", plot=True), "mpfit2"),
        (lambda watcher: watcher.SVDSmoothing(method="alpha_min", plot=True), "esd4"),
        (lambda watcher: watcher.SVDSharpness(plot=True), "randesd1"),
    ],
)
def test_a_rewritten_layer_is_drawn_as_it_was_if_asked(weights, tmp_path, monkeypatch, transform, word):
    monkeypatch.chdir(tmp_path)
    transform(heavytail.WeightWatcher(model=weights))
    assert len(list((tmp_path / "ww-img").glob(f"ww.layer*.{word}.png"))) == 3


def test_without_plot_a_transform_draws_nothing(weights, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    heavytail.WeightWatcher(model=weights).SVDSmoothing()
    heavytail.WeightWatcher(model=weights).SVDSharpness()
    assert list(tmp_path.iterdir()) == []


def test_the_bulk_of_a_shuffled_layer_is_drawn_where_the_layers_own_was_not_fitted(weights, tmp_path):
    heavytail.WeightWatcher(model=weights).analyze(plot=True, savefig=str(tmp_path), randomize=True, progress=False)
    assert len(list(tmp_path.glob("*.mpfit2.png"))) == 3


def test_a_fit_of_eigenvalues_is_drawn_as_the_reference_draws_it(tmp_path):
    quantiles = (1.0 - np.arange(500) / 500) ** -0.5
    heavytail.WeightWatcher().fit_powerlaw(quantiles, savedir=str(tmp_path / "new"), layer_name="a", layer_id=7)
    names = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert names == [f"ww.layer7.{word}.png" for word in ("esd", "esd2", "esd3", "esd4", "esd5")]
    heavytail.WeightWatcher().fit_powerlaw(quantiles, savefig=False, layer_name="on the screen")
    assert pyplot.gcf().axes[0].get_title().startswith("on the screen")
    pyplot.close("all")


def test_a_hundred_layers_leave_no_figure_and_no_memory_behind(tmp_path):
    rng = np.random.default_rng(2)
    weights = {f"l{i}.weight": np.eye(12) if i % 2 else rng.standard_normal((20, 12)) for i in range(100)}
    draw_layers(heavytail.analyze(weights, layers=["l0", "l1"], progress=False), str(tmp_path))
    pyplot.close("all")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    draw_layers(heavytail.analyze(weights, progress=False), str(tmp_path))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert pyplot.get_fignums() == []
    assert len(list(tmp_path.iterdir())) == 50 * 5 + 50 * 3
    assert grown < 32 << 10, f"{grown} KiB more"


def test_a_plot_draws_on_the_given_axis_or_one_of_its_own(details):
    for draw in (
        details.plot.alphas,
        details.plot.correlation_flow,
        lambda ax=None: details.plot.compare(details, labels=["a", "b"], ax=ax),
        lambda ax=None: details.plot.esd("fc1", ax=ax),
        lambda ax=None: details.plot.esd("zero", log=False, ax=ax),
    ):
        figure, axis = pyplot.subplots()
        assert draw(ax=axis) is axis
        own = draw()
        assert own.figure is not figure
        own.figure.canvas.draw()
        pyplot.close("all")


def test_the_compared_histograms_have_a_legend_and_one_set_of_bins(details):
    axis = heavytail.compare(details, details, labels=["little", "much"]).plot()
    labels = [text.get_text() for text in axis.get_legend().get_texts()]
    assert {"little", "much"} <= set(labels)
    pyplot.close("all")
