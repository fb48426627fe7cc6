"""An `onnx.ModelProto` in, a native model of its initialisers out; ids are their positions, as the reference counts."""

from __future__ import annotations

import sys
from typing import Any

from heavytail._native import Model, ModelBuilder

from .lend import lend_numpy, numpy_dtype_name

__all__ = ["matches", "open_model"]

_KINDS = {2: "dense", 4: "conv2d"}


def matches(model: Any) -> bool:
    """Whether it is a model of the onnx package."""
    onnx = sys.modules.get("onnx")
    return onnx is not None and isinstance(model, onnx.ModelProto)


def open_model(model: Any, start_ids: int = 0) -> Model:
    """Lists the initialisers; each is unpacked when the engine asks for it."""
    import numpy as np
    from onnx import helper, numpy_helper

    builder = ModelBuilder()
    for position, tensor in enumerate(model.graph.initializer):
        dtype = numpy_dtype_name(np.dtype(helper.tensor_dtype_to_np_dtype(tensor.data_type)))
        shape = list(tensor.dims)

        def load(tensor: Any = tensor) -> Any:
            return lend_numpy(numpy_helper.to_array(tensor), tensor.name)[0]

        index = builder.add_lazy(tensor.name, dtype or "u8", shape, load)
        kind = _KINDS.get(len(shape))
        if kind is not None:
            builder.hint(index, position + start_ids, tensor.name, tensor.name, kind)
    return builder.finish()
