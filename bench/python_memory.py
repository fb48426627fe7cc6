"""Measures how much memory `heavytail.analyze(model)` needs on top of a bfloat16 model of 1 GB held by torch.

    python bench/python_memory.py [--limit-mib 1239] [--threads 16]

The model has the shape of Qwen2.5-0.5B (494 million random weights). Printed are the resident memory of the process
with torch at work on a small model, with the model built, and the highest while it was analysed (VmHWM; Linux). With a
limit, exits with 1 where model and analysis together take more.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from pathlib import Path

import torch
from torch import nn

import heavytail

WIDTH, INNER, NARROW, WORDS, BLOCKS = 896, 4864, 128, 151_936, 24


def resident(line: str) -> float:
    """A line of the process's status in MiB: `VmRSS` now, `VmHWM` the most since the last reset."""
    return int(re.search(rf"{line}:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024


def build(words: int, blocks: int) -> nn.Module:
    def linear(inputs: int, outputs: int) -> nn.Linear:
        return nn.Linear(inputs, outputs, bias=False, dtype=torch.bfloat16, device="meta")

    def block() -> nn.Module:
        parts = {
            "q": linear(WIDTH, WIDTH),
            "k": linear(WIDTH, NARROW),
            "v": linear(WIDTH, NARROW),
            "o": linear(WIDTH, WIDTH),
            "gate": linear(WIDTH, INNER),
            "up": linear(WIDTH, INNER),
            "down": linear(INNER, WIDTH),
        }
        return nn.ModuleDict(parts)

    embedding = nn.Embedding(words, WIDTH, dtype=torch.bfloat16, device="meta")
    model = nn.ModuleDict({"embed": embedding, "blocks": nn.ModuleList(block() for _ in range(blocks))})
    # One allocation a tensor and no copy of it in another type.
    model.to_empty(device="cpu")
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.uniform_(-0.05, 0.05)
    return model


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limit-mib", type=float, default=None)
    parser.add_argument("--threads", type=int, default=0)
    asked = parser.parse_args()
    # What torch loads when it first makes a module and draws numbers is not the model's.
    build(1000, 1)
    imported = resident("VmRSS")
    model = build(WORDS, BLOCKS)
    weights = sum(p.numel() * p.element_size() for p in model.parameters()) / 2**20
    built = resident("VmRSS")
    # The highest mark starts anew.
    Path("/proc/self/clear_refs").write_text("5")
    began = time.perf_counter()
    details = heavytail.analyze(model, progress=False, threads=asked.threads)
    peak = resident("VmHWM")
    print(f"torch at work:             {imported:7.0f} MiB")
    print(f"model of {weights:.0f} MiB built:    {built:7.0f} MiB")
    print(f"highest while analysed:    {peak:7.0f} MiB   {len(details)} layers, {time.perf_counter() - began:.1f} s")
    print(f"model and analysis in all: {peak - imported:7.0f} MiB")
    return 1 if asked.limit_mib is not None and peak - imported > asked.limit_mib else 0


if __name__ == "__main__":
    sys.exit(main())
