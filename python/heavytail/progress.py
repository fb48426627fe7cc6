"""What a caller asks of progress in, the callable that the engine tells of it out."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeAlias

from heavytail.errors import OptionError, missing

__all__ = ["Progress", "ProgressOption"]

Callback: TypeAlias = Callable[[int, int, float, str], object]
ProgressOption: TypeAlias = bool | Callback | None


class Progress:
    """A context that yields a callable of (layers done, layers, share of the work, name of a layer), or none."""

    def __init__(self, callback: Callback | None, bar: Any = None) -> None:
        self._callback = callback
        self._bar = bar

    @classmethod
    def of(cls, asked: ProgressOption) -> Progress:
        """What `progress=` asks for."""
        if callable(asked):
            return cls(asked)
        if asked is False or (asked is None and not _is_watched()):
            return cls(None)
        if asked not in (True, None):
            raise OptionError(f"option progress: {asked!r} is not allowed; True, False or a callable")
        try:
            tqdm = _bar_for_here()
        except ImportError:
            if asked is None:
                return cls(None)
            raise missing("tqdm", "a progress bar", "tqdm") from None
        bar = tqdm(
            total=100, unit="%", leave=False, bar_format="{desc} {percentage:3.0f}%|{bar}| {elapsed}<{remaining}"
        )

        def show(done: int, total: int, share: float, name: str) -> None:
            bar.set_description_str(f"{done}/{total} layers {name}", refresh=False)
            bar.n = round(100 * share)
            bar.refresh()

        return cls(show, bar)

    def __enter__(self) -> Callback | None:
        return self._callback

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()


def _bar_for_here() -> Any:
    """The notebook's bar where its widgets are installed, else the terminal's; tqdm's own choice warns instead."""
    if "ipykernel" in sys.modules and importlib.util.find_spec("ipywidgets") is not None:
        from tqdm.notebook import tqdm as notebook_bar

        return notebook_bar
    from tqdm import tqdm

    return tqdm


def _is_watched() -> bool:
    """Whether a person sees the bar: in a notebook, or on a terminal."""
    try:
        return "ipykernel" in sys.modules or sys.stderr.isatty()
    except (AttributeError, ValueError):
        return False
