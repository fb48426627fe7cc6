"""Checkpoints of given shapes for benchmarks, as safetensors with Gaussian weights.

    python mk_shapes.py NAME OUT.safetensors [--layers N] [--side M]

NAME is one of square (4096x4096), tall (14336x4096), conv (ResNet-50), small (64 to 256 wide), llama (the 7-billion-parameter
Llama, bf16), side (M x M). Written tensor by tensor, so that the largest needs no more memory than the smallest; the
file takes its name when it is whole.
"""
import argparse
import json
import os
import struct

import numpy as np

#: Blocks of ResNet-50: count, inner width, outer width.
STAGES = [(3, 64, 256), (4, 128, 512), (6, 256, 1024), (3, 512, 2048)]


def square(layers):
    return [(f"layers.{i}.weight", (4096, 4096)) for i in range(layers or 8)]


def tall(layers):
    return [(f"layers.{i}.weight", (14336, 4096)) for i in range(layers or 8)]


def conv(_):
    shapes, width = [("conv1.weight", (64, 3, 7, 7))], 64
    for stage, (count, inner, outer) in enumerate(STAGES, 1):
        for block in range(count):
            name = f"layer{stage}.{block}"
            shapes += [(f"{name}.conv1.weight", (inner, width, 1, 1)), (f"{name}.conv2.weight", (inner, inner, 3, 3)),
                       (f"{name}.conv3.weight", (outer, inner, 1, 1))]
            if block == 0:
                shapes.append((f"{name}.downsample.0.weight", (outer, width, 1, 1)))
            width = outer
    return [*shapes, ("fc.weight", (1000, 2048))]


def small(layers):
    widths = [64, 96, 128, 192, 256]
    return [(f"layers.{i}.weight", (widths[i % 5], widths[(i + i // 5) % 5])) for i in range(layers or 300)]


def llama(layers):
    shapes = [("model.embed_tokens.weight", (32000, 4096))]
    for i in range(layers or 32):
        block = f"model.layers.{i}"
        shapes += [(f"{block}.self_attn.{p}_proj.weight", (4096, 4096)) for p in "qkvo"]
        shapes += [(f"{block}.mlp.{p}_proj.weight", (11008, 4096)) for p in ("gate", "up")]
        shapes.append((f"{block}.mlp.down_proj.weight", (4096, 11008)))
    return [*shapes, ("lm_head.weight", (32000, 4096))]


def write(path, shapes, bf16):
    """One safetensors file: header, then the tensors in its order."""
    size = 2 if bf16 else 4
    header, offset = {}, 0
    for name, shape in shapes:
        end = offset + size * int(np.prod(shape))
        header[name] = {"dtype": "BF16" if bf16 else "F32", "shape": list(shape), "data_offsets": [offset, end]}
        offset = end
    head = json.dumps(header).encode()
    head += b" " * (-len(head) % 8)
    rng = np.random.default_rng(1)
    with open(path + ".part", "wb") as out:
        out.write(struct.pack("<Q", len(head)) + head)
        for _, shape in shapes:
            rows = shape[0]
            for start in range(0, rows, 4096):
                part = (min(4096, rows - start), *shape[1:])
                x = rng.standard_normal(part, dtype=np.float32) / np.float32(np.sqrt(np.prod(shape[1:])))
                out.write((x.view(np.uint32) >> 16).astype(np.uint16).tobytes() if bf16 else x.tobytes())
    os.replace(path + ".part", path)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=["square", "tall", "conv", "small", "llama", "side"])
    parser.add_argument("out")
    parser.add_argument("--layers", type=int)
    parser.add_argument("--side", type=int, default=1024)
    arguments = parser.parse_args()
    if arguments.name == "side":
        side = arguments.side
        shapes = [(f"layers.{i}.weight", (side, side)) for i in range(arguments.layers or 1)]
    else:
        shapes = globals()[arguments.name](arguments.layers)
    write(arguments.out, shapes, arguments.name == "llama")


if __name__ == "__main__":
    main()
