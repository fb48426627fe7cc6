"""The bundled notebook runs as it is, and its stored verdict is what it says today."""

from __future__ import annotations

import nbformat
from nbclient import NotebookClient


def printed(notebook) -> list[str]:
    return [
        output["text"]
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stdout"
    ]


def test_the_bundled_notebook_runs_and_says_what_it_said(pair):
    path = pair[0].parent / "enough_data.ipynb"
    stored = nbformat.read(path, as_version=4)
    known = printed(stored)
    assert any("less data" in text for text in known)
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}}).execute()
    assert printed(notebook) == known
