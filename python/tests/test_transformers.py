"""Hugging Face models and PEFT adapters, random ones: ids, names, tied weights, half precision, adapters."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import GPT2Config, GPT2LMHeadModel

import heavytail


@pytest.fixture
def gpt2():
    torch.manual_seed(0)
    return GPT2LMHeadModel(GPT2Config(n_layer=2, n_embd=48, n_head=4, vocab_size=300, n_positions=64))


def test_a_pretrained_model_has_a_row_for_every_weight_of_its_tree(gpt2):
    details = heavytail.analyze(gpt2, progress=False)
    names = [name for name, _ in gpt2.named_modules()]
    assert [names[identifier] for identifier in details["layer_id"]] == details["longname"]
    blocks = [f"transformer.h.{i}.{name}" for i in range(2) for name in ("attn.c_attn", "attn.c_proj", "mlp.c_fc")]
    assert {*blocks, "transformer.wte", "transformer.wpe", "lm_head"} <= set(details["longname"])
    # Two names of one tensor.
    by_name = dict(zip(details["longname"], details["alpha"], strict=True))
    assert by_name["lm_head"] == by_name["transformer.wte"]
    weight = gpt2.transformer.h[0].attn.c_attn.weight.detach().double().numpy()
    exact = np.linalg.svd(weight, compute_uv=False)[::-1] ** 2
    np.testing.assert_allclose(details.eigenvalues("transformer.h.0.attn.c_attn"), exact, rtol=1e-9)


def test_half_precision_is_read_as_it_is(gpt2):
    details = heavytail.analyze(gpt2.to(torch.bfloat16), progress=False)
    assert set(details["dtype"]) == {"bf16"}
    assert all(parameter.dtype == torch.bfloat16 for parameter in gpt2.parameters())


def test_a_saved_model_gives_the_numbers_of_the_one_in_memory(gpt2, tmp_path):
    gpt2.save_pretrained(tmp_path)
    held = heavytail.analyze(gpt2, layers=["*.attn.*", "*.mlp.*"], progress=False)
    saved = heavytail.analyze(tmp_path, layers=["*.attn.*", "*.mlp.*"], progress=False)
    short = [name.removeprefix("transformer.") for name in held["longname"]]
    assert [name.removeprefix("transformer.") for name in saved["longname"]] == short
    assert saved["alpha"] == held["alpha"]


def test_an_adapters_update_counts_with_its_scale(gpt2):
    config = LoraConfig(r=8, lora_alpha=16, target_modules=["c_attn"], fan_in_fan_out=True, init_lora_weights=False)
    adapted = get_peft_model(gpt2, config)
    details = heavytail.analyze(adapted, peft=True, min_evals=1, progress=False)
    assert len(details) == 2
    block = adapted.base_model.model.transformer.h[0].attn.c_attn
    update = 2.0 * (block.lora_B["default"].weight @ block.lora_A["default"].weight).detach().double().numpy()
    exact = np.sort(np.linalg.svd(update, compute_uv=False)[:8] ** 2)
    np.testing.assert_allclose(details.eigenvalues(details["longname"][0])[-8:], exact, rtol=1e-4)
    assert len(heavytail.analyze(adapted, peft="with_base", min_evals=1, progress=False)) > 4
