"""A tensor of any library in, a NumPy array of its numbers out; and new numbers in the tensor's own type."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import numpy.typing as npt

from heavytail.errors import OptionError

__all__ = ["Array", "in_the_form_of", "to_numpy"]

Array = npt.NDArray[Any]


def to_numpy(tensor: Any) -> Array:
    """The numbers of a tensor; torch types that NumPy lacks (bfloat16, 8-bit floats, quantised) come as float32."""
    torch = sys.modules.get("torch")
    if torch is None or not isinstance(tensor, torch.Tensor):
        return np.asarray(tensor)
    plain = tensor.detach()
    if plain.is_quantized:
        plain = plain.dequantize()
    if plain.layout != torch.strided:
        plain = plain.to_dense()
    plain = plain.cpu().resolve_conj().resolve_neg()
    if plain.dtype == torch.bfloat16 or str(plain.dtype).startswith("torch.float8"):
        plain = plain.to(torch.float32)
    return np.asarray(plain.numpy())


def in_the_form_of(old: Any, new: npt.ArrayLike, name: str) -> Any:
    """The new numbers as a tensor of the old one's library, type and device; the old one is left alone."""
    numbers = np.asarray(new)
    if numbers.shape != tuple(old.shape):
        raise OptionError(
            f"`{name}` has the shape {tuple(old.shape)}; an array of shape {numbers.shape} can't replace it"
        )
    torch = sys.modules.get("torch")
    if torch is not None and isinstance(old, torch.Tensor):
        return torch.from_numpy(np.array(numbers)).to(dtype=old.dtype, device=old.device)
    dtype = getattr(old, "dtype", numbers.dtype)
    return numbers.astype(dtype) if isinstance(dtype, np.dtype) else numbers.copy()
