"""Writes `enough_data.ipynb`, the article's notebook on the bundled pair; nbclient executes it and keeps the outputs."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).resolve().parent

CELLS = [
    (
        "markdown",
        "# Was this model trained with enough data?\n\nTwo small GPTs of one architecture stand beside this notebook: one saw much "
        "text, one saw little. Their weights tell which is which: no data, no labels, no GPU.",
    ),
    (
        "code",
        "import heavytail as ww\n\nwatcher = ww.WeightWatcher(model='tiny-gpt-little-data')\n"
        "frame = watcher.analyze()\nframe[['longname', 'N', 'M', 'alpha', 'D', 'warning']]",
    ),
    ("markdown", "An alpha from 2 to 6 is what layers of well-trained networks show; above 6 a layer is under-trained."),
    ("code", "print(watcher.get_summary())\nprint(watcher.verdict)"),
    ("markdown", "Both models side by side: matched layer by layer, with an interval and not just two means."),
    (
        "code",
        "comparison = ww.compare('tiny-gpt-little-data', 'tiny-gpt-much-data')\nprint(comparison.sentence)",
    ),
    ("code", "%matplotlib inline\ncomparison.plot();"),
    ("code", "little, much = comparison.details\nlittle.plot.correlation_flow(much);"),
    ("code", "much.plot.esd('transformer.h.0.mlp.c_fc');"),
    ("code", "little"),
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
