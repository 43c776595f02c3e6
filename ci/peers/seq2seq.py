#!/usr/bin/env python3
"""An encoder-decoder by PyTorch's own nn.Transformer, on weights of the Java model that it is compared with.

usage: seq2seq.py WEIGHTS.safetensors IDS.json LOGITS.bin

IDS is {"source": [[...], ...], "target": [[...], ...]}, 0 is padding; LOGITS gets float32, little-endian, (B, T, V). Exit
status 3: PyTorch is not installed.
"""

import json
import sys

try:
    import torch
except ImportError:
    sys.exit(3)

from weights import read, write


def logits(w, config, source, target):
    model = torch.nn.Transformer(
        config["width"], config["heads"], config["encoderDepth"], config["decoderDepth"], config["mlp"], 0,
        config["activation"], batch_first=True, norm_first=True,
    ).eval()
    own = {name: tensor for name, tensor in w.items() if name.startswith(("encoder.", "decoder."))}
    model.load_state_dict(own)  # strict: every tensor of nn.Transformer, and no other

    def embed(ids, side):
        return w[side + ".weight"][ids] + w[side + "_position.weight"][: ids.shape[1]]

    padding = source == 0
    later = torch.ones(target.shape[1], target.shape[1], dtype=torch.bool).triu(1)
    x = model(
        embed(source, "source"), embed(target, "target"), tgt_mask=later,
        src_key_padding_mask=padding, memory_key_padding_mask=padding,
    )
    return x @ w["target.weight"].T


if __name__ == "__main__":
    weights, request, output = sys.argv[1:]
    tensors, config = read(weights)
    with open(request, encoding="utf-8") as file:
        ids = json.load(file)
    with torch.no_grad():
        write(output, logits(tensors, config, torch.tensor(ids["source"]), torch.tensor(ids["target"])))
