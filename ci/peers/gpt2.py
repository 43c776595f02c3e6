#!/usr/bin/env python3
"""GPT-2's forward pass, written from the architecture with plain PyTorch operations: what the Java model is compared with.

usage: gpt2.py WEIGHTS.safetensors IDS.json LOGITS.bin

WEIGHTS has Hugging Face's names; IDS is {"heads": H, "gelu": "erf"|"tanh", "ids": [[...], ...]}; LOGITS gets float32,
little-endian, (B, T, V). Exit status 3: PyTorch is not installed.
"""

import json
import math
import re
import sys

try:
    import torch
except ImportError:
    sys.exit(3)

from weights import read, write


def norm(x, w, name):
    mean = x.mean(-1, keepdim=True)
    variance = ((x - mean) ** 2).mean(-1, keepdim=True)
    return (x - mean) / torch.sqrt(variance + 1e-5) * w[name + ".weight"] + w[name + ".bias"]


def linear(x, w, name):
    return x @ w[name + ".weight"] + w[name + ".bias"]  # Conv1D: (in, out)


def gelu(x, kind):
    if kind == "erf":
        return x * 0.5 * (1 + torch.erf(x / math.sqrt(2)))
    return 0.5 * x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def attention(x, w, name, heads):
    batch, tokens, width = x.shape
    q, k, v = (
        part.reshape(batch, tokens, heads, width // heads).transpose(1, 2)
        for part in linear(x, w, name + ".c_attn").split(width, dim=2)
    )
    scores = q @ k.transpose(2, 3) / math.sqrt(width // heads)  # (B, H, T, T)
    seen = torch.ones(tokens, tokens, dtype=torch.bool).tril()
    weights = scores.masked_fill(~seen, float("-inf")).softmax(-1)
    return linear((weights @ v).transpose(1, 2).reshape(batch, tokens, width), w, name + ".c_proj")


def logits(w, ids, heads, kind):
    x = w["wte.weight"][ids] + w["wpe.weight"][: ids.shape[1]]
    depth = sum(name.endswith(".ln_1.weight") for name in w)
    for k in range(depth):
        block = f"h.{k}."
        x = x + attention(norm(x, w, block + "ln_1"), w, block + "attn", heads)
        hidden = gelu(linear(norm(x, w, block + "ln_2"), w, block + "mlp.c_fc"), kind)
        x = x + linear(hidden, w, block + "mlp.c_proj")
    return norm(x, w, "ln_f") @ w["wte.weight"].T


def main():
    weights, request, output = sys.argv[1:]
    with open(request, encoding="utf-8") as file:
        asked = json.load(file)
    with torch.no_grad():
        tensors = {re.sub("^transformer[.]", "", name): tensor for name, tensor in read(weights)[0].items()}
        write(output, logits(tensors, torch.tensor(asked["ids"]), asked["heads"], asked["gelu"]))


if __name__ == "__main__":
    main()
