"""A weight that bitsandbytes has quantised in, its numbers out, unpacked by bitsandbytes itself when needed."""

from __future__ import annotations

import sys
from typing import Any

from heavytail._native import ModelBuilder

from .lend_torch import add_computed

__all__ = ["add_packed", "is_packed", "unpacked"]


def is_packed(module: Any, weight: Any) -> bool:
    """Whether it is a quantised weight of a bitsandbytes that has been imported, with what unpacking it needs."""
    bnb = sys.modules.get("bitsandbytes")
    if bnb is None or weight.is_meta:
        return False
    if isinstance(weight, bnb.nn.Params4bit):
        return weight.quant_state is not None
    return isinstance(weight, bnb.nn.Int8Params) and _scales(module, weight) is not None


def unpacked(module: Any, weight: Any) -> Any:
    """Its numbers as a tensor."""
    import bitsandbytes as bnb

    if isinstance(weight, bnb.nn.Params4bit):
        return bnb.functional.dequantize_4bit(weight.data, weight.quant_state)
    return bnb.functional.int8_vectorwise_dequant(weight.data, _scales(module, weight))


def add_packed(builder: ModelBuilder, name: str, module: Any, weight: Any) -> int:
    """Adds such a weight under the words by which the engine knows its packing; returns its index."""
    import torch

    state = getattr(weight, "quant_state", None)
    dtype, shape = (torch.float32, weight.shape) if state is None else (state.dtype, state.shape)
    packing = "int8" if state is None else state.quant_type
    return add_computed(builder, name, lambda: unpacked(module, weight), dtype, list(shape), f"bitsandbytes-{packing}")


def _scales(module: Any, weight: Any) -> Any:
    """The scale of each row: with the weight, and with the module once it has been called."""
    if weight.dtype.itemsize != 1:
        return None
    scales = getattr(weight, "SCB", None)
    return scales if scales is not None else getattr(getattr(module, "state", None), "SCB", None)
