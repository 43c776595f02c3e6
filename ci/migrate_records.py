#!/usr/bin/env python3
"""Rewrites the recorded runs once: keys that used to go without saying are spelled out, and ids follow.

A run's id is the head of the SHA-256 of its configuration's canonical text. The old id of every run is computed
first and compared with the recorded one, so that a number written otherwise than Java writes it cannot pass."""

import hashlib
import json
from pathlib import Path

DEFAULTS = {
    "bdia": {"per": "SAMPLE"},
    "bdia-float": {"per": "SAMPLE", "law": "SIGNS"},
    "vit": {"dropPath": 0.0, "activation": "gelu"},
    "gpt": {"dropPath": 0.0},
    "seq2-seq": {"dropPath": 0.0, "activation": "gelu"},
}
GELU = {"ERF": "gelu", "TANH": "gelu-tanh"}


def number(value):
    """A float as Java writes it: decimal from 1e-3 to 1e7, else 1.0E-8."""
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    shortest = next(text for digits in range(17) if float(text := f"{value:.{max(digits, 1)}e}") == value)
    mantissa, exponent = shortest.split("e")
    return f"{mantissa}E{int(exponent)}"


def canonical(value):
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(k)}:{canonical(value[k])}" for k in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return number(value) if isinstance(value, float) else json.dumps(value, ensure_ascii=False)


def identity(config):
    return hashlib.sha256(canonical(config).encode()).hexdigest()[:12]


def spelled_out(value):
    if not isinstance(value, dict):
        return value
    new = {key: spelled_out(part) for key, part in value.items()}
    if new.get("name") == "gpt" and "gelu" in new:
        new["activation"] = GELU[new.pop("gelu")]
    return dict(sorted((DEFAULTS.get(new.get("name"), {}) | new).items()))


for file in sorted(Path("notebooks/results").glob("*/*/manifest.json")):
    text = file.read_text(encoding="utf-8")
    manifest = json.loads(text)
    for run in manifest["runs"]:
        if identity(run["config"]) != run["id"]:
            raise SystemExit(f"{file}: run {run['id']} hashes to {identity(run['config'])}")
        run["config"] = spelled_out(run["config"])
        run["id"] = identity(run["config"])
    manifest["runs"].sort(key=lambda run: run["id"])
    file.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(file, len(manifest["runs"]), "runs")
