"""An array of any library in, a DLPack capsule of its memory out: borrowed where its layout allows, else copied."""

from __future__ import annotations

from typing import Any

import numpy as np

from heavytail.errors import ModelError

__all__ = ["dtype_name", "is_array", "lend_numpy", "numpy_dtype_name"]

# Element types of NumPy and torch by the engine's names; those without a DLPack word of their own are lent as bits.
_PLAIN = {
    "float64": "f64",
    "float32": "f32",
    "float16": "f16",
    "int64": "i64",
    "int32": "i32",
    "int16": "i16",
    "int8": "i8",
    "uint64": "u64",
    "uint32": "u32",
    "uint16": "u16",
    "uint8": "u8",
    "bool": "bool",
    "complex64": "c64",
    "complex128": "c128",
}
_BITS = {
    "bfloat16": ("bf16", np.uint16),
    "float8_e4m3fn": ("f8_e4m3", np.uint8),
    "float8_e5m2": ("f8_e5m2", np.uint8),
    "float8_e4m3fnuz": ("f8_e4m3fnuz", np.uint8),
    "float8_e5m2fnuz": ("f8_e5m2fnuz", np.uint8),
    "float8_e8m0fnu": ("f8_e8m0", np.uint8),
}


def is_array(value: Any) -> bool:
    """Whether a value is a tensor of some library."""
    return hasattr(value, "shape") and hasattr(value, "dtype") and not np.isscalar(value)


def numpy_dtype_name(dtype: np.dtype[Any]) -> str | None:
    """The engine's name for a NumPy element type, or none."""
    return dtype_name(dtype.newbyteorder("=").name)


def dtype_name(name: str) -> str | None:
    """The engine's name for what NumPy, ml_dtypes and torch call an element type, or none."""
    return _PLAIN.get(name) or (_BITS[name][0] if name in _BITS else None)


def lend_numpy(array: np.ndarray[Any, Any], name: str = "") -> tuple[Any, str]:
    """Lends a NumPy array: the capsule, and the name of its element type."""
    if array.dtype == np.longdouble and array.dtype.itemsize > 8:
        array = array.astype(np.float64)
    dtype = numpy_dtype_name(array.dtype)
    if dtype is None:
        raise ModelError(f"tensor `{name}`: elements of NumPy type {array.dtype} can't be read as numbers")
    if not array.dtype.isnative:
        array = array.astype(array.dtype.newbyteorder("="))
    bits = _BITS.get(array.dtype.name)
    if bits is not None:
        array = array.view(bits[1])
    if any(stride < 0 for stride in array.strides):
        array = array.copy()
    return _capsule(array), dtype


def _capsule(array: np.ndarray[Any, Any]) -> Any:
    """The capsule; NumPy lends read-only memory by the versioned protocol only, and odd strides not at all."""
    try:
        return array.__dlpack__(max_version=(1, 0)) if not array.flags.writeable else array.__dlpack__()
    except (BufferError, TypeError):
        return np.array(array, copy=True).__dlpack__()
