"""Pictures: the reference's files a layer, the article's figures, and no figure left open."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest

matplotlib.use("Agg")

from matplotlib import pyplot

import heavytail


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
