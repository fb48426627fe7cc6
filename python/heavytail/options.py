"""Options as callers give them in, the engine's own out, or the error that says which value is wrong."""

from __future__ import annotations

import numbers
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from heavytail.errors import OptionError

__all__ = ["Layers", "Options", "limits", "native_options"]

Options: TypeAlias = dict[str, Any]
Layers: TypeAlias = Sequence[int | str] | int | str

# Keywords that keep the reference's capitals, and the engine's names for them.
_RENAMED = {"max_N": "max_n", "detX": "det_x"}

_WHOLE = ("min_evals", "max_evals", "max_n", "max_fingers", "bootstrap", "start_ids", "threads", "memory", "seed")

_TRUTHS = (
    "pool",
    "conv2d_norm",
    "conv2d_fft",
    "fft",
    "glorot_fix",
    "intra",
    "sparsify",
    "stacked",
    "inverse",
    "scale_free",
    "alternatives",
    "mp_fit",
    "randomize",
    "det_x",
    "deltas",
    "vectors",
    "farms",
    "compat",
)
_NUMBERS = ("tolerance", "finger_thresh", "xmin_max")
_NAMES = ("fit", "pl_package", "svd_method", "eigs", "channels", "fix_fingers")

# Whole numbers that may be below 0.
_SIGNED = ("xmax", "start_ids")

# What the engine has room for, and resamples that are done in seconds; one past the end.
_ENDS = {"seed": 2**64, "min_layers": 2**62, "resamples": 1_000_001}

# "No limit" for the engine's counts.
_UNLIMITED = 2**62


_KINDS: tuple[tuple[tuple[str, ...], tuple[type, ...], str], ...] = (
    (_TRUTHS, (bool, np.bool_), "True or False"),
    (_NUMBERS, (numbers.Real,), "a number"),
    (_NAMES, (str,), "a word"),
)


def native_options(options: Options) -> Options:
    """The options as the engine takes them; the engine checks their values."""
    native = {_RENAMED.get(name, name): value for name, value in options.items() if value is not None}
    native["layers"] = _words(native.get("layers", ()))
    for name in _WHOLE:
        if name in native:
            native[name] = _whole(name, native[name])
    if native.get("fix_fingers") is False:
        del native["fix_fingers"]
    for names, kind, allowed in _KINDS:
        for name in names:
            if name in native and not isinstance(native[name], kind):
                raise OptionError(f"option {name}: {native[name]!r} is not allowed; {allowed}")
    native |= {name: bool(native[name]) for name in _TRUTHS if name in native}
    if native.get("max_evals") == 0:
        native["max_evals"] = _UNLIMITED
    if native.get("xmax") == "force":
        native["xmax_force"] = bool(native.pop("xmax"))
    elif "xmax" in native:
        native["xmax"] = _whole("xmax", native["xmax"])
    if "xmin_method" in native:
        native["xmin_method"] = str(native["xmin_method"])
    if isinstance(native.get("peft"), bool):
        native["peft"] = "lora" if native["peft"] else "no"
    return native


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


def _whole(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or (value < 0 and name not in _SIGNED):
        raise OptionError(
            f"option {name}: {value!r} is not allowed; a whole number{'' if name in _SIGNED else ' from 0'}"
        )
    return int(value)


def limits(
    *,
    resamples: int | None = None,
    confidence: float | None = None,
    seed: int | None = None,
    tolerated_share: float | None = None,
    significance: float | None = None,
    min_layers: int | None = None,
) -> Options:
    """The limits of a verdict or a comparison as the engine takes them; one that is `None` has its default.

    Raises
    ------
    OptionError
        A share is none, or a count no whole number within its bounds.
    """
    given = dict(locals())
    for name, value in given.items():
        if value is None:
            continue
        if name in ("tolerated_share", "significance", "confidence"):
            number = isinstance(value, numbers.Real) and not isinstance(value, bool)
            # The interval of an estimate that always holds is infinite, of one that never holds empty.
            certain = name == "confidence" and value in (0, 1)
            if not number or certain or not 0 <= value <= 1:
                within = "between 0 and 1" if name == "confidence" else "from 0 to 1"
                raise OptionError(f"option {name}: {value!r} is not allowed; a share {within}")
        else:
            first, end = int(name == "resamples"), _ENDS[name]
            if not first <= _whole(name, value) < end:
                raise OptionError(f"option {name}: {value!r} is not allowed; a whole number from {first} to {end - 1}")
    return given
