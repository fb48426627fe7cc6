"""A torch module tree in (Hugging Face and PEFT models are such), a native model with the tree's ids and names out.

The module is only read: its weights, dtypes, devices and training mode stay as they are.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from heavytail._native import Model, ModelBuilder
from heavytail.errors import ModelError

from .bitsandbytes_weight import add_packed, is_packed
from .lend_torch import add_computed, add_torch

__all__ = ["layer_kind", "matches", "open_model"]

# What the name of a module's class says of its weight, in the order in which the reference asks.
_KINDS = (
    ("linear", "dense"),
    ("conv1d", "conv1d"),
    ("conv2d", "conv2d"),
    ("embedding", "embedding"),
)


def matches(model: Any) -> bool:
    """Whether it is a torch module."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(model, torch.nn.Module)


def open_model(model: Any, start_ids: int = 0) -> Model:
    """Borrows the tensors of a module tree; ids are positions in `named_modules()`, shifted by `start_ids`."""
    builder = ModelBuilder()
    tensors = meta = 0
    for position, (longname, module) in enumerate(model.named_modules()):
        kind = layer_kind(module)
        for name, tensor in _own_tensors(module):
            full = f"{longname}.{name}" if longname else name
            packed = name == "weight" and is_packed(module, tensor)
            index = add_packed(builder, full, module, tensor) if packed else add_torch(builder, full, tensor)
            tensors += 1
            meta += bool(tensor.is_meta)
            if name == "weight" and kind is not None:
                builder.hint(index, position + start_ids, longname.rpartition(".")[2], longname, kind)
        if kind is not None and _is_parametrized(module):
            index = _add_parametrized(builder, longname, module)
            builder.hint(index, position + start_ids, longname.rpartition(".")[2], longname, kind)
    if tensors and meta == tensors:
        raise ModelError("the module's weights are on the meta device and have no numbers: load them first")
    configs = getattr(model, "peft_config", None)
    if isinstance(configs, dict) and len(configs) == 1:
        config = next(iter(configs.values()))
        builder.adapter_config(json.dumps(config.to_dict(), default=_plain))
    return builder.finish()


def _plain(value: Any) -> Any:
    """Enums and sets of a configuration as JSON has them."""
    return sorted(value) if isinstance(value, (set, frozenset)) else str(getattr(value, "value", value))


def layer_kind(module: Any) -> str | None:
    """The kind of layer that a module's `weight` is, or none where only its shape can tell."""
    words = str(type(module)).lower()
    for word, kind in _KINDS:
        if word in words:
            return kind
    return None


def _own_tensors(module: Any) -> Iterator[tuple[str, Any]]:
    """The parameters and the saved buffers of the module itself."""
    import torch

    for name, parameter in module.named_parameters(recurse=False, remove_duplicate=False):
        if isinstance(parameter, torch.nn.parameter.UninitializedParameter):
            continue
        yield name, parameter
    unsaved: set[str] = getattr(module, "_non_persistent_buffers_set", set())
    for name, buffer in module.named_buffers(recurse=False, remove_duplicate=False):
        if name not in unsaved:
            yield name, buffer


def _is_parametrized(module: Any) -> bool:
    """Whether the weight is computed from other tensors (weight norm, spectral norm, pruning)."""
    return "weight" in getattr(module, "parametrizations", {})


def _add_parametrized(builder: ModelBuilder, longname: str, module: Any) -> int:
    import torch

    with torch.no_grad():
        weight = module.weight
    full = f"{longname}.weight" if longname else "weight"

    def compute() -> Any:
        with torch.no_grad():
            return module.weight

    return add_computed(builder, full, compute, weight.dtype, list(weight.shape))
