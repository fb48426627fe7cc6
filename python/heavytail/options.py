"""Options as callers give them in, the engine's own out, or the error that says which value is wrong."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from heavytail.errors import OptionError

__all__ = ["LIMITS", "Layers", "Options", "checked", "limits", "native_options", "whole"]

Options: TypeAlias = dict[str, Any]
Layers: TypeAlias = Sequence[int | str] | int | str

# Keywords that keep the reference's capitals, and the engine's names for them.
_RENAMED = {"max_N": "max_n", "detX": "det_x"}
_SPELLED = {native: given for given, native in _RENAMED.items()}


@dataclass(frozen=True)
class Kind:
    """What values an option takes."""

    allowed: str
    holds: Callable[[Any], bool]
    plain: Callable[[Any], Any]
    """The value as the engine takes it."""


# What the engine's counts have room for; "no limit" for it.
_UNLIMITED = 2**62


def whole(first: int = 0, last: int = _UNLIMITED) -> Kind:
    """Whole numbers of these bounds."""

    def holds(value: Any) -> bool:
        return isinstance(value, numbers.Integral) and not isinstance(value, bool) and first <= int(value) <= last

    return Kind(f"a whole number from {first} to {last}", holds, int)


def _share(within: str, ends: bool) -> Kind:
    def holds(value: Any) -> bool:
        number = isinstance(value, numbers.Real) and not isinstance(value, bool)
        return number and 0 <= value <= 1 and (ends or value not in (0, 1))

    return Kind(f"a share {within}", holds, float)


def _number(value: Any) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


_SEED = whole(0, 2**64 - 1)
_TRUTH = Kind("True or False", lambda value: isinstance(value, (bool, np.bool_)), bool)
_NUMBER = Kind("a number", _number, float)
_WORD = Kind("a word", lambda value: isinstance(value, str), str)

# Resamples, of which so many are done in minutes.
_MOST_RESAMPLES = 1_000_000

# By the engine's names; what is not here, the engine itself checks.
_KINDS: dict[str, Kind] = {
    "min_evals": whole(1),
    "max_evals": whole(),
    "max_n": whole(1),
    "max_fingers": whole(1),
    "bootstrap": whole(0, _MOST_RESAMPLES),
    "start_ids": whole(),
    "threads": whole(),
    "memory": whole(16 << 20),
    "seed": _SEED,
    "tolerance": _NUMBER,
    "finger_thresh": _NUMBER,
    "xmin_max": _NUMBER,
    "fit": _WORD,
    "pl_package": _WORD,
    "svd_method": _WORD,
    "eigs": _WORD,
    "channels": _WORD,
    "fix_fingers": _WORD,
    "pool": _TRUTH,
    "conv2d_norm": _TRUTH,
    "conv2d_fft": _TRUTH,
    "fft": _TRUTH,
    "glorot_fix": _TRUTH,
    "intra": _TRUTH,
    "sparsify": _TRUTH,
    "stacked": _TRUTH,
    "inverse": _TRUTH,
    "scale_free": _TRUTH,
    "alternatives": _TRUTH,
    "mp_fit": _TRUTH,
    "randomize": _TRUTH,
    "det_x": _TRUTH,
    "deltas": _TRUTH,
    "vectors": _TRUTH,
    "farms": _TRUTH,
    "compat": _TRUTH,
}

_XMAX = whole(-_UNLIMITED)

# The limits of a verdict and of a comparison; all of them have defaults in the engine.
LIMITS: dict[str, Kind] = {
    "resamples": whole(1, _MOST_RESAMPLES),
    # The interval of an estimate that always holds is infinite, of one that never holds empty.
    "confidence": _share("between 0 and 1", ends=False),
    "seed": _SEED,
    "tolerated_share": _share("from 0 to 1", ends=True),
    "significance": _share("from 0 to 1", ends=True),
    "min_layers": whole(),
}


def checked(name: str, value: Any, kind: Kind) -> Any:
    """The value as the engine takes it, or an error that says what is allowed."""
    if not kind.holds(value):
        raise OptionError(f"option {_SPELLED.get(name, name)}: {value!r} is not allowed; {kind.allowed}")
    return kind.plain(value)


def native_options(options: Options) -> Options:
    """The options as the engine takes them; the engine checks what goes together."""
    native = {_RENAMED.get(name, name): value for name, value in options.items() if value is not None}
    native["layers"] = _words(native.get("layers", ()))
    if native.get("fix_fingers") is False:
        del native["fix_fingers"]
    native |= {name: checked(name, native[name], kind) for name, kind in _KINDS.items() if name in native}
    if native.get("max_evals") == 0:
        native["max_evals"] = _UNLIMITED
    if native.get("xmax") == "force":
        native["xmax_force"] = bool(native.pop("xmax"))
    elif "xmax" in native:
        native["xmax"] = checked("xmax", native["xmax"], _XMAX)
    if "xmin_method" in native:
        native["xmin_method"] = str(native["xmin_method"])
    if isinstance(native.get("peft"), bool):
        native["peft"] = "lora" if native["peft"] else "no"
    return native


def limits(given: Mapping[str, Any]) -> Options:
    """The limits of a verdict or a comparison as the engine takes them; one that is `None` or absent has its default.

    Raises
    ------
    OptionError
        A share is none, or a count no whole number within its bounds.
    """
    values = {name: given.get(name) for name in LIMITS}
    return {name: None if value is None else checked(name, value, LIMITS[name]) for name, value in values.items()}


def _words(layers: Layers) -> list[str]:
    """The words of a filter: ids, names and types, whatever integers and enums they are."""
    if isinstance(layers, (str, numbers.Integral)):
        layers = [layers]  # type: ignore[list-item]
    if isinstance(layers, Mapping):
        raise OptionError(f"option layers: {layers!r} is not allowed; a list of ids, names or types")
    try:
        words = list(layers)  # type: ignore[arg-type]
    except TypeError:
        raise OptionError(f"option layers: {layers!r} is not allowed; a list of ids, names or types") from None
    for word in words:
        if isinstance(word, bool) or not isinstance(word, (str, numbers.Integral)):
            raise OptionError(f"option layers: {word!r} is not allowed; ids, names or types")
    return [word if isinstance(word, str) else str(int(word)) for word in words]
