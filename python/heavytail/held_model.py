"""The model that a watcher holds: the one of its constructor, until a method is given another."""

from __future__ import annotations

from typing import Any

from heavytail.errors import OptionError

__all__ = ["HeldModel"]


class HeldModel:
    """A model and its base, kept from call to call."""

    model: Any
    base_model: Any

    def _models(self, model: Any, base_model: Any) -> tuple[Any, Any]:
        """The model to analyse and its base: those given, which are kept, or those of the constructor."""
        if model is not None:
            self.model = model
        if base_model is not None:
            self.base_model = base_model
        if self.model is None:
            raise OptionError("there is no model: pass one to the constructor or to this method")
        return self.model, self.base_model
