"""A torch tensor in, its memory lent out: on the CPU without a copy, from elsewhere one at a time when needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from heavytail._native import ModelBuilder
from heavytail.errors import ModelError

from .lend import dtype_name

__all__ = ["add_computed", "add_torch", "is_floating", "torch_dtype_name"]


def torch_dtype_name(dtype: Any) -> str | None:
    """The engine's name for a torch element type, or none (quantised types, half complex numbers)."""
    return dtype_name(str(dtype).removeprefix("torch."))


def is_floating(tensor: Any) -> bool:
    """Whether a torch tensor holds its numbers themselves, so that others can take their places."""
    return bool(tensor.dtype.is_floating_point) and not tensor.is_quantized


def torch_packing(tensor: Any) -> str | None:
    """What torch itself has quantised the tensor to, if it has."""
    return str(tensor.dtype).removeprefix("torch.") if tensor.is_quantized else None


def add_torch(builder: ModelBuilder, name: str, tensor: Any) -> int:
    """Adds a torch tensor; returns its index."""
    import torch

    tensor = tensor.detach()
    strided = tensor.layout == torch.strided and not tensor.is_quantized
    if strided and tensor.device.type == "cpu" and not tensor.is_conj() and not tensor.is_neg():
        dtype = torch_dtype_name(tensor.dtype)
        if dtype is not None:
            try:
                return builder.add(name, _capsule(tensor), dtype)
            except (BufferError, RuntimeError, TypeError, ModelError):
                pass  # A tensor subclass without plain memory: read it when it is needed, and say then what is wrong.
    packing = torch_packing(tensor)
    return add_computed(builder, name, lambda: tensor, tensor.dtype, list(tensor.shape), packing)


def add_computed(
    builder: ModelBuilder,
    name: str,
    tensor: Callable[[], Any],
    dtype: Any,
    shape: list[int],
    quantisation: str | None = None,
) -> int:
    """Adds a tensor that is moved to the CPU, unpacked or computed when the engine asks for it.

    `quantisation` names what it is unpacked from.
    """
    stored = torch_dtype_name(dtype) or ("c64" if dtype.is_complex else "f32")
    return builder.add_lazy(name, stored, shape, lambda: _fetch(tensor(), name, stored), quantisation)


def _fetch(tensor: Any, name: str, stored: str) -> Any:
    """The capsule of a tensor that lies anywhere, in any layout."""
    import torch

    with torch.no_grad():
        if tensor.is_meta:
            raise ModelError(f"`{name}` is on the meta device and has no numbers: load the weights first")
        plain = tensor.detach()
        if plain.layout != torch.strided:
            plain = plain.to_dense()
        if plain.is_quantized:
            plain = plain.dequantize()
        plain = plain.cpu().resolve_conj().resolve_neg()
        if torch_dtype_name(plain.dtype) != stored:
            plain = plain.to(torch.complex64 if plain.is_complex() else torch.float32)
        return _capsule(plain)


def _capsule(tensor: Any) -> Any:
    """The capsule; 8-bit floats as bytes, since not every torch has a DLPack word for them."""
    import torch

    if str(tensor.dtype).startswith("torch.float8"):
        tensor = tensor.view(torch.uint8)
    return tensor.__dlpack__()
