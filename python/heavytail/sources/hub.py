"""A path or a Hugging Face model id in, a path that exists out. Only the local cache is read; nothing is fetched."""

from __future__ import annotations

import os
import re
from pathlib import Path

from heavytail.errors import ModelNotFoundError

__all__ = ["cache_folder", "locate"]

_MODEL_ID = re.compile(r"[\w.-]+(/[\w.-]+)?(@[\w./-]+)?")


def locate(model: str | os.PathLike[str]) -> Path:
    """The path of a checkpoint, or the snapshot of a cached model: `gpt2`, `org/name`, `org/name@revision`."""
    path = Path(model).expanduser()
    if path.exists():
        return path
    name = os.fspath(model)
    if not _MODEL_ID.fullmatch(name):
        raise ModelNotFoundError(f"{name}: no such file or folder")
    snapshot = _snapshot(name)
    if snapshot is None:
        raise ModelNotFoundError(
            f"{name}: no such file or folder, and no such model in the Hugging Face cache {cache_folder()}; "
            f"`hf download {name.partition('@')[0]}` puts it there"
        )
    return snapshot


def cache_folder() -> Path:
    """Where the hub's own library keeps models, by the same variables."""
    if hub := os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE"):
        return Path(hub)
    if home := os.environ.get("HF_HOME"):
        return Path(home) / "hub"
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "huggingface" / "hub"


def _snapshot(model: str) -> Path | None:
    name, _, revision = model.partition("@")
    folder = cache_folder() / f"models--{name.replace('/', '--')}"
    reference = folder / "refs" / (revision or "main")
    commit = reference.read_text().strip() if reference.is_file() else revision
    snapshot = folder / "snapshots" / commit
    if commit and snapshot.is_dir():
        return snapshot
    if revision or not (folder / "snapshots").is_dir():
        return None
    found = sorted((folder / "snapshots").iterdir(), key=lambda entry: entry.stat().st_mtime)
    return found[-1] if found else None
