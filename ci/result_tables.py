#!/usr/bin/env python3
"""Renews the tables in README.md from the results recorded under notebooks/results.

usage: ci/result_tables.py            renew them
       ci/result_tables.py --check    write nothing; exit with 1 if they are not what the records say

A table stands between the lines <!-- NAME: written by ci/result_tables.py --> and <!-- end of NAME -->; the names
are results, table-1, table-2, activations and memory.
"""

import json
import os
import re
import statistics
import sys
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, List

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "notebooks" / "results"
README = ROOT / "README.md"

# What the paper prints: Table 1's accuracies; of the other tasks loss curves alone.
PAPER = {
    ("cifar10", "standard"): "88.15 %",
    ("cifar10", "revnet"): "86.22 %",
    ("cifar10", "bdia"): "89.10 %",
    ("cifar100", "standard"): "61.86 %",
    ("cifar100", "revnet"): "61.89 %",
    ("cifar100", "bdia"): "66.09 %",
    ("translation", "bdia"): "lower validation loss after about epoch 200",
    ("openwebtext", "bdia"): "higher training loss, lower validation loss",
}
PAPER_MEMORY = {"standard": "1570.6 MB", "revnet": "572.7 MB", "bdia": "693.4 MB"}
# Table 2, CIFAR-10, not quantised; of the other values of gamma only that they beat 0 is known.
PAPER_GAMMA = {"standard": "88.15 %", "bdia-float 0.5": "89.12 %", "bdia-float 0.6": "above 88.15 %"}

# What a task is scored by on its test data: the metric, its scale, digits and unit.
SCORES = {
    "test_bleu": (1, 2, " BLEU"),
    "test_accuracy": (100, 2, " % accuracy"),
    "test_perplexity": (1, 2, " perplexity"),
}

Row = Dict[str, Any]


class Record:
    """One recorded notebook: its manifest and its rows."""

    def __init__(self, folder: Path) -> None:
        self.manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        self.results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
        for row in self.results["results"]:
            row["value"] = float(row["value"])  # NaN and infinities are words in the file
        self.notebook: str = self.manifest["notebook"]
        self.profile: str = self.manifest["profile"]

    def rows(self, **wanted: Any) -> List[Row]:
        return [r for r in self.results["results"] if all(r[key] == value for key, value in wanted.items())]

    def values(self, **wanted: Any) -> List[float]:
        return [row["value"] for row in self.rows(**wanted)]

    def hardware(self) -> str:
        return str(self.results["hardware"]).split(", Linux")[0]


def records(*notebooks: str) -> List[Record]:
    folders = [file.parent for file in sorted(RESULTS.glob("*/*/manifest.json"))]
    return [Record(folder) for folder in folders if folder.name in notebooks]


def spread(numbers: List[float], scale: float = 1, digits: int = 3, unit: str = "") -> str:
    if not numbers:
        return "–"
    scaled = [scale * number for number in numbers]
    text = f"{statistics.mean(scaled):.{digits}f}"
    if len(scaled) > 1:
        text += f" ± {statistics.stdev(scaled):.{digits}f}"
    return f"{text}{unit} ({len(scaled)})"


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> List[str]:
    names = list(header)
    return ["| " + " | ".join(line) + " |" for line in (names, ["---"] * len(names), *rows)]


def results() -> List[str]:
    lines = []
    for record in records("02-cifar", "03-translation", "04-gpt2-overfitting", "05-finetuning-e2e"):
        seen = dict.fromkeys((r["task"], r["method"], r["backprop"]) for r in record.rows(metric="train_loss"))
        for task, method, backprop in seen:
            if is_twin({"method": method, "backprop": backprop}):
                continue

            def of(metric: str) -> List[float]:
                return record.values(task=task, method=method, backprop=backprop, metric=metric)

            score = next((spread(of(m), *how) for m, how in SCORES.items() if of(m)), "–")
            lines.append(
                [
                    f"{task} · {record.profile}",
                    method,
                    PAPER.get((task, "revnet" if method.startswith("revnet") else method), "–"),
                    score,
                    spread(of("val_loss")),
                    spread(of("best_val_loss")),
                    spread(of("train_loss")),
                    f"{record.hardware()}; {sum(of('hours')):.2f} h",
                    f"`{record.manifest['command']}`",
                    f"[{record.notebook}](notebooks/{record.notebook}.ipynb)",
                ]
            )
    header = ["task · profile", "method", "paper", "ours, test (seeds)", "validation loss, last", "best", "training loss"]
    return table([*header, "hardware, hours", "command", "notebook"], lines)


def table_1() -> List[str]:
    """Table 1 of the paper: accuracies of images and peak memory, ours beside."""
    images, sizes = records("02-cifar"), records("06-memory-and-time")
    lines = []
    for method, name in (("revnet", "RevViT"), ("standard", "ViT"), ("bdia", "BDIA-ViT")):
        line = [name]
        for task in ("cifar10", "cifar100"):
            line.append(PAPER[(task, method)])
            for record in images:
                found = record.rows(task=task, metric="test_accuracy")
                kept = [r["value"] for r in found if r["method"].split("+")[0] == method and not is_twin(r)]
                line.append(spread(kept, 100, 2, " %"))
        where = dict(task="memory-paper", method=method, backprop="store" if method == "standard" else "reversible", metric="total_mib")
        measured = [
            f"{value:.0f} MiB{word}"
            for record in sizes
            for stage, word in (("fast-float32", ""), ("lean-float32", " lean"))
            for value in record.values(stage=stage, **where)
        ]
        lines.append([*line, PAPER_MEMORY[method], ", ".join(measured) or "–"])
    ours = [f"ours, {record.profile} (seeds)" for record in images]
    return table(["model", "CIFAR-10, paper", *ours, "CIFAR-100, paper", *ours, "peak memory, paper", "ours, at the paper's size"], lines)


def is_twin(row: Row) -> bool:
    """Whether the row's run was made to show that storing and reversing end with the same bits."""
    return row["method"].split("+")[0] == "bdia" and row["backprop"] == "store"


def label(row: Row) -> str:
    gamma = row["gamma"]
    ways = {"checkpoint": " (checkpoint)"}
    return row["method"] + (f" {gamma:g}" if gamma not in (0, 0.5) or row["method"] == "bdia-float" else "") + ways.get(row["backprop"], "")


def table_2() -> List[str]:
    """The ablations, among them Table 2 of the paper: which gamma, not quantised."""
    lines = []
    for record in records("07-ablations"):
        trained = record.rows(stage="trained")
        for name in dict.fromkeys(label(row) for row in trained if row["metric"] == "train_loss"):
            rows = [r for r in trained if label(r) == name and not is_twin(r)]

            def of(metric: str) -> List[float]:
                return [row["value"] for row in rows if row["metric"] == metric]

            lines.append(
                [
                    f"{name} · {record.profile}",
                    PAPER_GAMMA.get(name, "–"),
                    spread(of("test_accuracy"), 100, 2, " %"),
                    spread(of("train_loss")),
                    spread(of("val_loss")),
                    spread(of("best_val_loss")),
                ]
            )
    return table(["method · profile", "paper's Table 2", "test accuracy (seeds)", "training loss", "validation loss, last", "best"], lines)


def activations() -> List[str]:
    lines = []
    for record in records("08-inverted-activations"):
        for task in ("memory-mlp", "memory-vit", "memory-gpt"):

            def of(metric: str, method: str) -> float:
                return record.values(task=task, method=method, stage="fast", metric=metric)[0]

            lines.append(
                [f"{task.split('-')[1]} · {record.profile}"]
                + [f"{of('saved_mib', m):.1f}" for m in ("standard", "standard+invact")]
                + [f"{100 - 100 * of('saved_mib', 'standard+invact') / of('saved_mib', 'standard'):.0f} %"]
                + [f"{of('peak_mib', m):.1f}" for m in ("bdia", "bdia+invact")]
                + [f"{of('time_ratio_to_exact', m):.2f}" for m in ("standard+invact", "bdia+invact")]
            )
    header = ["K = 6 · profile", "saved, GELU, MiB", "inverted", "less", "peak of a reversed step, GELU, MiB", "inverted"]
    return table([*header, "time of a stored step, inverted / GELU", "of a reversed one"], lines)


def memory() -> List[str]:
    ways = {
        "standard, store": ("standard", "store", "fast-float32"),
        "standard, checkpoint": ("standard", "checkpoint", "fast-float32"),
        "BDIA, fast": ("bdia", "reversible", "fast-float32"),
        "BDIA, lean": ("bdia", "reversible", "lean-float32"),
        "BDIA, lean, bf16 branches": ("bdia", "reversible", "lean-bfloat16"),
    }
    lines = []
    found = records("06-memory-and-time")
    where = dict(task="memory-vit", metric="peak_mib", stage="fast-float32")
    depths = sorted({row["depth"] for record in found for row in record.rows(**where)})
    for record in found:
        for name, (method, backprop, stage) in ways.items():
            line = [f"{name} · {record.profile}"]
            for depth in depths:
                where = dict(task="memory-vit", method=method, backprop=backprop, stage=stage, depth=depth)
                peak, time = record.values(metric="peak_mib", **where), record.values(metric="time_ratio_to_store", **where)
                line.append(f"{peak[0]:.1f} MiB, {time[0]:.2f}" if peak else "–")
            lines.append(line)
    return table(["peak above rest, time / store", *(f"K = {depth}" for depth in depths)], lines)


TABLES: Dict[str, Callable[[], List[str]]] = {
    "results": results,
    "table-1": table_1,
    "table-2": table_2,
    "activations": activations,
    "memory": memory,
}


def renewed(text: str) -> str:
    """The README's text with its tables as the records have them."""
    for name, write in TABLES.items():
        begin, end = f"<!-- {name}: written by ci/result_tables.py -->", f"<!-- end of {name} -->"
        found = re.search(re.escape(begin) + ".*?" + re.escape(end), text, re.DOTALL)
        if not found:
            sys.exit(f"ci/result_tables.py: {README.name} has no place for the table '{name}': expected {begin} … {end}")
        lines = write()
        if len(lines) <= 2:  # a header alone
            lines = ["No results are recorded yet; `ci/regenerate --profile laptop` computes them."]
        text = text[: found.start()] + "\n".join([begin, *lines, end]) + text[found.end() :]
    return text


def renew() -> None:
    temporary = README.with_name(README.name + ".tmp")
    temporary.write_text(renewed(README.read_text(encoding="utf-8")), encoding="utf-8")
    os.replace(temporary, README)
    print("renewed the tables in README.md")


def check() -> None:
    text = README.read_text(encoding="utf-8")
    if renewed(text) != text:
        sys.exit("ci/result_tables.py: the tables in README.md are not what notebooks/results says; run ci/result_tables.py")


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        check()
    elif sys.argv[1:]:
        sys.exit(__doc__)
    else:
        renew()
