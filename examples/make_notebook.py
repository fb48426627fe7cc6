"""Writes `enough_data.ipynb`, the article's notebook on the bundled pair; nbclient executes it and keeps the outputs."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).resolve().parent

CELLS = [
    (
        "markdown",
        "# Was this model trained with enough data?\n\nTwo small GPTs of one architecture stand beside this notebook. One "
        "saw 30.7 MB of text, the other 150 kB, 82 times over. Their weights alone tell which is which: no data, "
        "no labels, no GPU. It is the experiment of *GPT or GPT2?* on models that fit into a repository, and the code is "
        "that of weightwatcher with one line changed.",
    ),
    (
        "code",
        "import heavytail as ww\n\nlittle = ww.WeightWatcher(model='tiny-gpt-little-data')\n"
        "much = ww.WeightWatcher(model='tiny-gpt-much-data')\n"
        "little_details = little.analyze()\nmuch_details = much.analyze()\n"
        "much_details[['longname', 'layer_type', 'N', 'M', 'alpha', 'D', 'log_spectral_norm', 'warning']]",
    ),
    (
        "markdown",
        "Each row is a layer: its N×M weights W, the eigenvalues of WᵀW, and the exponent **alpha** of the power law that "
        "their tail follows. In well-trained networks alphas lie from 2 to 6. Above 6 the layer has hardly learnt "
        "correlations, below 2 it holds too much of them.",
    ),
    (
        "markdown",
        "## One number a model misleads\n\nThe means of the metrics, as weightwatcher gives them. The scale of the "
        "weights, `log_spectral_norm`, is *smaller* in the model that saw little data, which would make it look better "
        "regularised.",
    ),
    (
        "code",
        "import pandas as pd\n\npd.DataFrame({'little data': little.get_summary(), 'much data': much.get_summary()}).round(3)",
    ),
    (
        "markdown",
        "## The distribution of alphas does not\n\nThe model that saw little data has layers far beyond 6; dashed lines "
        "are the means, the grey band is 2 to 6.",
    ),
    ("code", "%matplotlib inline\ncomparison = ww.compare(little.table, much.table)\ncomparison.plot(column='alpha');"),
    ("code", "comparison.plot(column='log_spectral_norm');"),
    (
        "markdown",
        "In words, with an interval from matched layers and not just two means:",
    ),
    ("code", "print(comparison.sentence)"),
    (
        "markdown",
        "Each model by itself, told with the same care: eighteen layers are few, and an alpha from a few dozen "
        "eigenvalues has a wide interval. Side by side the pair is certain; alone neither is.",
    ),
    ("code", "print(little.verdict)\nprint()\nprint(much.verdict)"),
    (
        "markdown",
        "## Where it goes wrong\n\nAlpha against depth, the correlation flow: the outputs of the attention blocks, "
        "`attn.c_proj`, are what did not learn.",
    ),
    ("code", "little.table.plot.correlation_flow(much.table);"),
    (
        "markdown",
        "The spectrum of one of them in both models. With little data the law holds for the very largest eigenvalues "
        "only and falls off a cliff, alpha 15; with much data it begins far down and the tail is heavy.",
    ),
    (
        "code",
        "from matplotlib import pyplot as plt\n\nfigure, (left, right) = plt.subplots(1, 2, figsize=(12, 4), sharex=True)\n"
        "little.table.plot.esd('transformer.h.0.attn.c_proj', ax=left)\n"
        "much.table.plot.esd('transformer.h.0.attn.c_proj', ax=right);",
    ),
    (
        "markdown",
        "## Everything at once\n\nA table shows itself: verdict, histogram, and the layers in the colour of their state. "
        "`little.coverage` lists what has no row, and why.",
    ),
    ("code", "little.table"),
]


def main() -> None:
    notebook = nbformat.v4.new_notebook()
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for number, (kind, source) in enumerate(CELLS):
        make = nbformat.v4.new_markdown_cell if kind == "markdown" else nbformat.v4.new_code_cell
        cell = make(source)
        cell["id"] = f"cell-{number}"
        notebook.cells.append(cell)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(HERE)}}).execute()
    for cell in notebook.cells:
        cell["metadata"].pop("execution", None)
        if cell.cell_type == "code":
            # Bars of progress say nothing to a reader.
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    nbformat.write(notebook, HERE / "enough_data.ipynb")


if __name__ == "__main__":
    main()
