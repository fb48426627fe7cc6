"""A pair of GPT-2-small-shaped checkpoints for benchmarks (the reference is not needed).

    python mk_models.py OUTDIR [--seed 1] [--layers 12] [--only a]

Writes gpt2s_a.safetensors, gpt2s_b.safetensors (f32) and gpt2s_a.bin, gpt2s_b.bin (torch.save of
the same state dict); with --only, one of the pair and only as safetensors. Every 2-D weight has
random orthogonal factors (the 50257 x 768 embedding: a Gaussian times a square root) around a
spectrum with a log-normal bulk and a Pareto tail of a known exponent: a = 2..6 everywhere, b = every third matrix of exponent 7..12. The exponents asked for are
in gpt2s_exponents.json; the fitted alpha scatters around them. About 498 MB per file.
"""
import argparse
import json
import os

import numpy as np
from safetensors.numpy import save_file


def ortho(rng, n, k):
    q, r = np.linalg.qr(rng.standard_normal((n, k)))
    return q * np.sign(np.diag(r))


def spectrum(rng, k, alpha, tail=0.4):
    """k eigenvalues: a bulk below 1 and a Pareto tail of density exponent alpha from 1."""
    t = int(tail * k)
    u = (np.arange(t) + rng.random(t)) / t                # stratified: the exponent is met closely
    ev = np.concatenate([np.exp(-np.abs(rng.normal(0, 1.0, k - t))), np.clip(u, 1e-4, None) ** (-1 / (alpha - 1))])
    return np.sort(ev)[::-1]


def matrix(rng, n, m, alpha, scale):
    k = min(n, m)
    s = np.sqrt(spectrum(rng, k, alpha)) * scale
    if max(n, m) > 20000:                                 # Gaussian rows with covariance of that spectrum
        q = ortho(rng, k, k)
        return (rng.standard_normal((n, m)) @ (q * s)) / np.sqrt(n) @ q.T
    return (ortho(rng, n, k) * s) @ ortho(rng, m, k).T


SHAPES = [("attn.c_attn", 768, 2304), ("attn.c_proj", 768, 768), ("mlp.c_fc", 768, 3072), ("mlp.c_proj", 3072, 768)]


def model(seed, which, layers):
    rng = np.random.default_rng([seed, which])
    w, asked = {}, {}

    def add(name, n, m, alpha, scale):
        w[name + ".weight"] = np.ascontiguousarray(matrix(rng, n, m, alpha, scale), dtype=np.float32)
        asked[name] = round(float(alpha), 3)
    add("wte", 50257, 768, 3.0, 20.0)
    add("wpe", 1024, 768, 2.5, 1.0)
    i = 0
    for layer in range(layers):
        p = f"h.{layer}."
        for ln in ("ln_1", "ln_2"):
            w[p + ln + ".weight"] = np.ones(768, np.float32)
            w[p + ln + ".bias"] = np.zeros(768, np.float32)
        for name, n, m in SHAPES:
            alpha = rng.uniform(2.1, 5.5)
            if which == 1 and i % 3 == 0:
                alpha = rng.uniform(7.0, 12.0)
            i += 1
            add(p + name, n, m, alpha, 1.0)
            w[p + name + ".bias"] = (0.01 * rng.standard_normal(m)).astype(np.float32)
    w["ln_f.weight"], w["ln_f.bias"] = np.ones(768, np.float32), np.zeros(768, np.float32)
    return w, asked


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("out")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--layers", type=int, default=12)
    ap.add_argument("--only", choices=["a", "b"])
    a = ap.parse_args()
    os.makedirs(a.out, exist_ok=True)
    exponents = {}
    for which, tag in enumerate("ab"):
        if a.only not in (None, tag):
            continue
        w, exponents[tag] = model(a.seed, which, a.layers)
        path = os.path.join(a.out, f"gpt2s_{tag}")
        save_file(w, path + ".part")
        os.replace(path + ".part", path + ".safetensors")      # no file that looks whole and isn't
        if a.only is None:
            import torch
            torch.save({k: torch.from_numpy(v) for k, v in w.items()}, path + ".bin")
    with open(os.path.join(a.out, "gpt2s_exponents.json"), "w") as f:
        json.dump(exponents, f, indent=1)
