"""Weights as TorchWeights.save writes them, and logits as the tests read them; needs PyTorch alone."""

import json
import struct

import torch


def read(path):
    """The tensors of a safetensors file by name, and the configuration of its model from the metadata."""
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    config = json.loads(header.pop("__metadata__", {}).get("config", "null"))
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        flat = torch.frombuffer(data, dtype=torch.float32, count=(end - begin) // 4, offset=begin)
        tensors[name] = flat.reshape(entry["shape"])
    return tensors, config


def write(path, tensor):
    with open(path, "wb") as file:
        file.write(struct.pack(f"<{tensor.numel()}f", *tensor.flatten().tolist()))
