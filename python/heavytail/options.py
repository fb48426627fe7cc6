"""Options as callers give them in, the engine's own out, or the error that says which value is wrong."""

from __future__ import annotations

import numbers
from collections.abc import Sequence
from typing import Any, TypeAlias

from heavytail.errors import OptionError

__all__ = ["Layers", "Options", "native_options"]

Options: TypeAlias = dict[str, Any]
Layers: TypeAlias = Sequence[int | str] | int | str

# Keywords that keep the reference's capitals, and the engine's names for them.
_RENAMED = {"max_N": "max_n", "detX": "det_x"}

_WHOLE = ("min_evals", "max_evals", "max_n", "max_fingers", "bootstrap", "start_ids", "threads", "memory", "seed")

# "No limit" for the engine's counts.
_UNLIMITED = 2**62


def native_options(options: Options) -> Options:
    """The options as the engine takes them; the engine checks their values."""
    native = {_RENAMED.get(name, name): value for name, value in options.items() if value is not None}
    native["layers"] = _words(native.get("layers", ()))
    for name in _WHOLE:
        if name in native:
            native[name] = _whole(name, native[name])
    if native.get("max_evals") == 0:
        native["max_evals"] = _UNLIMITED
    if native.get("xmax") == "force":
        native["xmax_force"] = bool(native.pop("xmax"))
    elif "xmax" in native:
        native["xmax"] = _whole("xmax", native["xmax"])
    if "xmin_method" in native:
        native["xmin_method"] = str(native["xmin_method"])
    if native.get("fix_fingers") is False:
        del native["fix_fingers"]
    if isinstance(native.get("peft"), bool):
        native["peft"] = "lora" if native["peft"] else "no"
    return native


def _words(layers: Layers) -> list[str]:
    """The words of a filter: ids, names and types, whatever integers and enums they are."""
    if isinstance(layers, (str, numbers.Integral)):
        layers = [layers]  # type: ignore[list-item]
    try:
        words = list(layers)  # type: ignore[arg-type]
    except TypeError:
        raise OptionError(f"option layers: {layers!r} is not allowed; a list of ids, names or types") from None
    for word in words:
        if isinstance(word, bool) or not isinstance(word, (str, numbers.Integral)):
            raise OptionError(f"option layers: {word!r} is not allowed; ids, names or types")
    return [word if isinstance(word, str) else str(int(word)) for word in words]


def _whole(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise OptionError(f"option {name}: {value!r} is not allowed; a whole number")
    return int(value)
