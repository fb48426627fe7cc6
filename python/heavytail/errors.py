"""What goes wrong in, the exception that says what to do out. All derive from `HeavytailError`, a `ValueError`."""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Callable, Iterable
from typing import ParamSpec, TypeVar

from heavytail._native import HeavytailError, ModelError, OptionError

__all__ = [
    "HeavytailError",
    "LayerNotFoundError",
    "MissingPackageError",
    "ModelError",
    "ModelNotFoundError",
    "OptionError",
    "UnknownOptionError",
    "refuse_unknown_options",
]

P = ParamSpec("P")
R = TypeVar("R")


class UnknownOptionError(OptionError, TypeError):
    """A keyword that no function of ours has; the message names the nearest one that is known."""


class ModelNotFoundError(ModelError, FileNotFoundError):
    """Nothing lies at a path, and the Hugging Face cache does not hold it either."""


class LayerNotFoundError(HeavytailError, LookupError):
    """The model has no such layer."""


class MissingPackageError(HeavytailError, ImportError):
    """An optional package is needed for what was asked; the message says how to install it."""


def unknown_option(function: str, name: str, known: Iterable[str]) -> UnknownOptionError:
    """The error for a keyword that `function` does not have."""
    known = list(known)
    lower = {word.lower(): word for word in known}
    near = difflib.get_close_matches(name.lower(), lower, n=1)
    hint = f"; did you mean `{lower[near[0]]}`?" if near else f"; it has {', '.join(known)}"
    return UnknownOptionError(f"{function}() has no option `{name}`{hint}")


def refuse_unknown_options(function: Callable[P, R]) -> Callable[P, R]:
    """Makes a function name the nearest keyword when it is called with one that it does not have."""
    known = [name for name in inspect.signature(function).parameters if name != "self"]

    @functools.wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> R:
        for name in kwargs:
            if name not in known:
                raise unknown_option(function.__name__, name, known)
        return function(*args, **kwargs)

    return checked


def missing(package: str, purpose: str, extra: str) -> MissingPackageError:
    """The error for an optional package that is not installed."""
    return MissingPackageError(f'{purpose} needs {package}: pip install "{extra}"')
