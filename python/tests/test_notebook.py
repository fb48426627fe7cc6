"""The bundled notebook runs as it is, shows what it showed, and its conclusion stands."""

from __future__ import annotations

import nbformat
from nbclient import NotebookClient

CONCLUSION = "tiny-gpt-little-data was trained with less data for its size than tiny-gpt-much-data"


def shown(notebook) -> list[list[str]]:
    """The kinds of what each cell shows; bars of progress apart."""
    return [
        [
            ",".join(sorted(output.get("data", {}))) or output["name"]
            for output in cell.outputs
            if output.get("name") != "stderr"
        ]
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


def printed(notebook) -> str:
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return "".join(output["text"] for output in outputs if output.get("name") == "stdout")


def test_the_bundled_notebook_runs_and_shows_what_it_showed(pair):
    path = pair[0].parent / "enough_data.ipynb"
    stored = nbformat.read(path, as_version=4)
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
    assert shown(notebook) == shown(stored)
    assert sum("image/png" in kinds for cell in shown(stored) for kinds in cell) == 4
    assert CONCLUSION in printed(stored)
    # Word by word: a number that changes is shown anew, with the notebook run again.
    assert printed(notebook) == printed(stored)
