#!/usr/bin/env python3
"""A vision transformer's forward pass by timm's names, in plain PyTorch: what the Java model is compared with.

usage: vit.py WEIGHTS.safetensors IMAGES.bin LOGITS.bin

IMAGES are float32, little-endian, (B, 3, S, S); LOGITS gets (B, C). Exit status 3: PyTorch is not installed.
"""

import sys

try:
    import torch
    from torch.nn import functional as F
except ImportError:
    sys.exit(3)

from weights import read, write


def logits(w, config, images):
    width, heads = config["width"], config["heads"]

    def linear(x, name):
        return F.linear(x, w[name + ".weight"], w[name + ".bias"])

    def norm(x, name):
        return F.layer_norm(x, (width,), w[name + ".weight"], w[name + ".bias"], 1e-5)

    patches = F.conv2d(images, w["patch_embed.proj.weight"], w["patch_embed.proj.bias"], stride=config["patch"])
    x = patches.flatten(2).transpose(1, 2)  # (B, T, D)
    if "cls_token" in w:
        x = torch.cat([w["cls_token"].expand(len(x), -1, -1), x], 1)
    x = x + w["pos_embed"]
    for k in range(config["depth"]):
        block = f"blocks.{k}."
        qkv = linear(norm(x, block + "norm1"), block + "attn.qkv").unflatten(2, (3, heads, -1))
        attended = F.scaled_dot_product_attention(*qkv.permute(2, 0, 3, 1, 4))  # (B, H, T, E)
        x = x + linear(attended.transpose(1, 2).flatten(2), block + "attn.proj")
        x = x + linear(F.gelu(linear(norm(x, block + "norm2"), block + "mlp.fc1")), block + "mlp.fc2")
    return linear(norm(x[:, 0] if "cls_token" in w else x.mean(1), "norm"), "head")


if __name__ == "__main__":
    weights, request, output = sys.argv[1:]
    tensors, config = read(weights)
    with open(request, "rb") as file:
        flat = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
    with torch.no_grad():
        write(output, logits(tensors, config, flat.reshape(-1, 3, config["image"], config["image"])))
