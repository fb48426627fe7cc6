"""What README.md and docs/python.md tell a reader to type runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from torch import nn

import heavytail

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("page", ["README.md", "docs/python.md"])
def test_every_snippet_runs(page, tmp_path, monkeypatch):
    snippets = re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)
    assert snippets
    monkeypatch.chdir(tmp_path)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    torch.manual_seed(0)
    model, other = (nn.ModuleDict({"first": nn.Linear(120, 80), "fc": nn.Linear(80, 60)}) for _ in range(2))
    # As a reader types them, one after the other.
    names = {"model": model, "other": other}
    for snippet in snippets:
        exec(snippet, names)


def test_the_keywords_that_the_page_names_exist():
    text = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    (told,) = re.findall(r"Every statistic of the command line is a keyword.*?the others;", text, re.DOTALL)
    words = {word.partition("=")[0] for word in re.findall(r"`([a-zA-Z_]+(?:=[^`]*)?)`", told)}
    assert {"mp_fit", "fit", "peft"} <= words
    for word in words:
        assert re.search(rf"\b{word}\b", heavytail.analyze.__doc__), word
