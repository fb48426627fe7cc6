"""`help()` answers for everything that a user can call."""

from __future__ import annotations

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

import heavytail

# What Python itself gives every class.
_INHERITED = {
    name for kind in (object, ValueError, TypeError, LookupError, OSError, ImportError, tuple) for name in dir(kind)
}


def public(owner: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    """Every public function, class, method and property by its full name."""
    for name in getattr(owner, "__all__", None) or [name for name in vars(owner) if not name.startswith("_")]:
        value = inspect.getattr_static(owner, name, None) if inspect.isclass(owner) else getattr(owner, name)
        value = value.__func__ if isinstance(value, (staticmethod, classmethod)) else value
        if inspect.isclass(value) or inspect.isroutine(value) or isinstance(value, property):
            yield f"{prefix}.{name}", value
        if inspect.isclass(value) and value.__module__.startswith("heavytail"):
            for base in value.__mro__:
                if base.__module__.startswith("heavytail"):
                    yield from public(base, f"{prefix}.{name}")


def everything() -> dict[str, Any]:
    found = dict(public(heavytail, "heavytail"))
    for module in pkgutil.walk_packages(heavytail.__path__, "heavytail."):
        if not module.name.rpartition(".")[2].startswith("_"):
            found |= dict(public(import_module(module.name), module.name))
    return {name: value for name, value in found.items() if name.rpartition(".")[2] not in _INHERITED}


def test_everything_public_says_what_it_does():
    named = everything()
    assert len(named) > 250
    silent = [name for name, value in named.items() if not inspect.getdoc(value)]
    assert silent == []


@pytest.mark.parametrize(
    "method", ["analyze", "describe", "SVDSmoothing", "distances", "make_layer_iterator", "get_ESD"]
)
def test_a_methods_help_shows_its_own_keywords(method):
    function = getattr(heavytail.WeightWatcher, method)
    assert function.__name__ == method
    assert len(inspect.signature(function).parameters) > 2
    assert len(inspect.getdoc(function).splitlines()) > 0


def test_every_module_says_what_comes_in_and_what_goes_out():
    for module in pkgutil.walk_packages(heavytail.__path__, "heavytail."):
        assert import_module(module.name).__doc__, module.name
