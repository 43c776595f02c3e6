#!/usr/bin/env python3
"""Writes the tables and figures of README.md and notebooks/results/README.md from the records in notebooks/results.

usage: ci/result_tables.py            write them
       ci/result_tables.py --check    write nothing; exit with 1 if they are not what the records say

What is written stands between the lines <!-- NAME: written by ci/result_tables.py --> and <!-- end of NAME -->. The
README has the table "findings"; the results page has paper, table-1, results, table-2, memory, activations, and a section per
recorded notebook with its figures, tables and claims. The text around them is edited by hand.
"""

import csv
import json
import math
import os
import re
import statistics
import sys
from pathlib import Path
from typing import Callable, Dict, Iterable, List, Tuple

from recorded import RESULTS, ROOT, Record, Row, largest, mean_std, outcomes, reasons, records

README = ROOT / "README.md"
PAGE = RESULTS / "README.md"

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

# The notebooks that train until the plain transformer over-fits: task, methods told, and the score on test data.
OVER_FITTING = [
    ("11-over-fitting", "cifar10", ("standard", "revnet", "bdia"), ("test_accuracy", 100, 2, " % accuracy")),
    ("12-over-fitting-text", "shakespeare", ("standard", "bdia"), ("test_loss", 1, 3, " loss")),
    ("13-over-fitting-translation", "translation", ("standard", "bdia"), ("test_bleu", 1, 2, " BLEU")),
]

# What a task is scored by on its test data: the metric, its scale, digits and unit.
SCORES = {
    "test_bleu": (1, 2, " BLEU"),
    "test_accuracy": (100, 2, " % accuracy"),
    "test_perplexity": (1, 2, " perplexity"),
}


def spread(numbers: List[float], scale: float = 1, digits: int = 3, unit: str = "") -> str:
    return f"{mean_std(numbers, scale, digits)}{unit} ({len(numbers)})" if numbers else "–"


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> List[str]:
    names = list(header)
    return ["| " + " | ".join(line) + " |" for line in (names, ["---"] * len(names), *rows)]


def made_by(record: Record, rows: List[Row]) -> List[str]:
    """The last columns of a row: hardware and hours, of these rows' runs or of the whole record, and the command."""
    hours = sum(of(rows, "hours")) if rows else record.manifest["hours"]
    return [f"{record.hardware(rows)}; {hours:.2f} h", f"`{record.manifest['command']}`"]


def findings() -> List[str]:
    """The README's table: one number for the plain transformer and BDIA in the most telling tasks."""
    lines: List[List[str]] = []

    def add(record: Record, task: str, method: str, paper: str, ours: str, rows: List[Row]) -> None:
        notebook = f"[{record.notebook}](notebooks/{record.notebook}.ipynb)"
        lines.append([f"{task} · {record.profile}", method, paper, ours, *made_by(record, rows), notebook])

    for record in largest("01-exactness"):
        wrong, compared = (sum(record.values(method="bdia", metric=m)) for m in ("mismatches", "activations"))
        deepest = max(row["depth"] for row in record.rows(method="bdia"))
        found = f"{wrong:,.0f} of {compared:,.0f} activations differ"
        add(record, f"states rebuilt, up to {deepest} blocks", "bdia", "exact", found, [])
    for record in largest("06-memory-and-time"):
        for method in ("standard", "bdia"):
            ours = peaks_of_the_paper(record, method)
            add(record, "peak memory, the paper's size", method, PAPER_MEMORY[method], ours, [])
        for method, stage, how in (
            ("standard", "fast", ""),
            ("standard", "lean-head-per-block", ", checkpointed, head in slices, per block"),
            ("bdia", "lean-head-per-block", ", reversed, head in slices, per block"),
        ):
            for value in record.values(task="whole-step", method=method, stage=stage, metric="total_mib"):
                add(record, "whole step of GPT-2 medium", method + how, "–", f"{value:,.0f} MiB", [])
    told = ["cifar10", "translation", "shakespeare"]
    for notebook, task, methods, (metric, scale, digits, unit) in OVER_FITTING:
        for record in (found for found in largest(notebook) if found.profile != "smoke"):
            told.remove(task)
            epochs = statistics.mode(run["config"]["train"]["epochs"] for run in record.manifest["runs"])
            for method in methods:
                rows = record.rows(method=method, stage="trained", backprop="store")
                last = spread(of(rows, metric), scale, digits, unit)
                best = spread(of(rows, metric + "_at_best"), scale, digits, unit.rpartition(" ")[0] + " at best")
                if rows:
                    add(record, f"{task}, {epochs} epochs", method, PAPER.get((task, method), "–"), f"{last}, {best}", rows)
    for record in largest("02-cifar", "03-translation", "04-gpt2-overfitting"):
        for task, method, rows in trained(record):
            if task in told and method in ("standard", "bdia"):
                add(record, task, method, PAPER.get((task, method), "–"), score(rows), rows)
    header = ["task · profile", "method", "paper", "ours, mean ± std (seeds)", "hardware, hours", "command", "notebook"]
    return table(header, lines)


def paper() -> List[str]:
    """Every recorded claim of the paper: what the paper says, and the interval and the verdict of our runs."""
    lines = []
    for record in largest(*(folder.parent.name for folder in sorted(RESULTS.glob("*/*/manifest.json")))):
        says = reasons(record.notebook, record.profile)
        for claim in record.results["claims"]:
            if claim.get("verdict"):
                (metric, ours), (_, other) = re.findall(r"(\w+)\[([^],]+)", claim["expected"])
                *ends, n = re.fullmatch(r"\[(\S+), (\S+)\], n = (\d+)", claim["found"]).groups()
                scale, digits, unit = (100, 2, " pp") if "accuracy" in metric else (1, 3, "")
                interval = " to ".join(f"{scale * float(end):+.{digits}f}" for end in ends) + unit
                task = "".join(re.findall(r"task=(\w+)", claim["expected"])[:1])
                images = "".join(re.findall(r"stage=(\d+)-images", claim["expected"])[:1])
                link = f"[{record.notebook[:2]}](#{record.notebook})"
                lines.append([says[claim["id"]], f"{metric.replace('_', ' ')}, {ours} − {other}", interval, n, claim["verdict"], setting(record, task, images), link])
    header = ["the paper", "difference", "ours, 95 % interval", "n", "verdict", "data, epochs · profile", "notebook"]
    return table(header, lines)


def setting(record: Record, task: str, images: str) -> str:
    """The data of a task, of the first where none is named, of so many images if it says how many, and the epochs of most of its runs."""
    names = record.manifest["data"]["name"].split("; ")
    size = f" {images} training images" if images else ""
    runs = [run["config"] for run in record.manifest["runs"]]
    usual = f" {statistics.mode(run['task']['train'] for run in runs if 'train' in run['task'])} training" if not task and not images else ""
    data = next((name for name in names if task in name.lower().replace("-", "") and size in name and usual in name), names[0])
    epochs = [run["train"]["epochs"] for run in runs if task in json.dumps(run["task"]).lower().replace("_", "")]
    return f"{data}, {statistics.mode(epochs)} epochs · {record.profile}"


def of(rows: List[Row], metric: str) -> List[float]:
    return [row["value"] for row in rows if row["metric"] == metric]


def trained(record: Record) -> List[Tuple[str, str, List[Row]]]:
    """The rows of each task and method that the record has trained."""
    seen = dict.fromkeys((r["task"], r["method"], r["backprop"]) for r in record.rows(metric="train_loss"))
    return [
        (task, method, record.rows(task=task, method=method, backprop=backprop))
        for task, method, backprop in seen
        if not is_twin({"method": method, "backprop": backprop})
    ]


def score(rows: List[Row]) -> str:
    return next((spread(of(rows, metric), *how) for metric, how in SCORES.items() if of(rows, metric)), "–")


def results() -> List[str]:
    lines = []
    for record in records("02-cifar", "03-translation", "04-gpt2-overfitting", "05-finetuning-e2e"):
        for task, method, rows in trained(record):
            lines.append(
                [
                    f"{task} · {record.profile}",
                    method,
                    PAPER.get((task, "revnet" if method.startswith("revnet") else method), "–"),
                    score(rows),
                    spread(of(rows, "val_loss")),
                    spread(of(rows, "best_val_loss")),
                    spread(of(rows, "train_loss")),
                    *made_by(record, rows),
                    f"[{record.notebook}](../{record.notebook}.ipynb)",
                ]
            )
    header = ["task · profile", "method", "paper", "ours, test (seeds)", "validation loss, last", "best", "training loss"]
    return table([*header, "hardware, hours", "command", "notebook"], lines)


def peaks_of_the_paper(record: Record, method: str) -> str:
    """The peak memory of a training step of the paper's own size."""
    where = dict(task="memory-paper", method=method, backprop="store" if method == "standard" else "reversible", metric="total_mib")
    return ", ".join(
        f"{value:.0f} MiB{word}"
        for stage, word in (("fast-float32", ""), ("lean-float32", " lean"))
        for value in record.values(stage=stage, **where)
    )


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
        measured = ", ".join(peaks_of_the_paper(record, method) for record in sizes)
        lines.append([*line, PAPER_MEMORY[method], measured or "–"])
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
        found = record.rows(stage="trained")
        for name in dict.fromkeys(label(row) for row in found if row["metric"] == "train_loss"):
            rows = [r for r in found if label(r) == name and not is_twin(r)]
            lines.append(
                [
                    f"{name} · {record.profile}",
                    PAPER_GAMMA.get(name, "–"),
                    spread(of(rows, "test_accuracy"), 100, 2, " %"),
                    spread(of(rows, "train_loss")),
                    spread(of(rows, "val_loss")),
                    spread(of(rows, "best_val_loss")),
                ]
            )
    return table(["method · profile", "paper's Table 2", "test accuracy (seeds)", "training loss", "validation loss, last", "best"], lines)


def activations() -> List[str]:
    lines = []
    for record in records("08-inverted-activations"):
        for task in ("memory-mlp", "memory-vit", "memory-gpt"):

            def one(metric: str, method: str) -> float:
                return record.values(task=task, method=method, stage="fast", metric=metric)[0]

            lines.append(
                [f"{task.split('-')[1]} · {record.profile}"]
                + [f"{one('saved_mib', m):.1f}" for m in ("standard", "standard+invact")]
                + [f"{100 - 100 * one('saved_mib', 'standard+invact') / one('saved_mib', 'standard'):.0f} %"]
                + [f"{one('peak_mib', m):.1f}" for m in ("bdia", "bdia+invact")]
                + [f"{one('time_ratio_to_exact', m):.2f}" for m in ("standard+invact", "bdia+invact")]
            )
    header = ["K = 6 · profile", "saved, GELU, MiB", "inverted", "less", "peak of a reversed step, GELU, MiB", "inverted"]
    header += ["time of a stored step, inverted / GELU", "time of a reversed step, inverted / GELU"]
    return table(header, lines)


def memory() -> List[str]:
    ways = {
        "standard, store": ("standard", "store", "fast-float32"),
        "standard, checkpoint": ("standard", "checkpoint", "fast-float32"),
        "BDIA, fast": ("bdia", "reversible", "fast-float32"),
        "BDIA, lean": ("bdia", "reversible", "lean-float32"),
        "BDIA, lean, bf16 branches (time / store in bf16)": ("bdia", "reversible", "lean-bfloat16"),
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


def number(text: str, scale: float = 1, unit: str = "") -> str:
    """A cell of a recorded table; a long fraction is shortened."""
    try:
        return f"{scale * float(text):.4g}{unit}" if unit or len(text.partition(".")[2]) > 4 else text
    except ValueError:
        return text.replace("|", "\\|")


def mean(average: str, deviation: str, seeds: str, scale: float, unit: str) -> str:
    """A mean and its standard deviation, to the deviation's second digit, and the number of seeds."""
    text = number(average or "nan", scale, unit)
    if deviation and float(deviation) > 0:
        known = len(average.partition(".")[2]) - (2 if scale == 100 else 0)
        digits = max(0, min(known, 1 - math.floor(math.log10(scale * float(deviation)))))
        text = f"{scale * float(average):.{digits}f} ± {scale * float(deviation):.{digits}f}{unit}"
    return f"{text} (n = {seeds})"


def readable(name: str, header: List[str], rows: List[List[str]]) -> Tuple[List[str], List[List[str]]]:
    """A recorded table as its notebook shows it: means with their deviations in one cell, accuracies in per cent."""
    parts = {column + end for column in header for end in (" std", " n")}
    shown = [column for column in header if column not in parts]

    def cell(cells: Dict[str, str], column: str) -> str:
        difference = "accuracy" in name and "difference" in header and column in ("difference", "95 % low", "95 % high")
        scale, unit = (100, " pp") if difference else (100, " %") if "accuracy" in column else (1, "")
        if column + " n" in cells:
            seeds = cells[column + " n"]
            return mean(cells[column], cells[column + " std"], seeds, scale, unit) if seeds else "–"
        # Older records have the mean, its deviation and their number as one text.
        found = re.fullmatch(r"(\S+)(?: ± (\S+))? \(n = (\d+)\)", cells[column])
        return mean(*found.groups(default=""), scale, unit) if found else number(cells[column], scale, unit)

    return shown, [[cell(dict(zip(header, row)), column) for column in shown] for row in rows]


def folded(title: str, lines: List[str]) -> List[str]:
    return [f"<details><summary>{title}</summary>", "", *lines, "", "</details>", ""]


def section(record: Record) -> List[str]:
    """A recorded notebook: how it was made, its figures, its tables and its claims."""
    made, where = record.manifest, record.folder.relative_to(RESULTS).as_posix()
    others = [commit for commit in made.get("commits", []) if commit != made["commit"]]
    runs = f" (runs: {', '.join(others)})" if others else ""
    lines = [
        f"**{record.profile}**: `{made['command']}`, commit {made['commit']}{runs}, {record.hardware()}, {made['hours']:.2f} h. "
        f"Data: {made['data']['name']}.",
        "",
    ]
    images = []
    for file in sorted(record.folder.glob("*.svg")):
        title = file.stem.replace("-", " ")
        images.append(f"![{title}]({where}/{file.name})<br>{title}")
    images += [""] * (len(images) % 2)
    lines += [*table(["", ""], zip(images[::2], images[1::2])), ""] if images else []
    for file in sorted(record.folder.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as content:
            header, *rows = csv.reader(content)
        shown, cells = readable(file.stem, header, rows)
        lines += folded(file.name, table(shown, cells))
    claims = record.results["claims"]
    checked = (
        [claim["id"], f"`{claim['expected']}`", claim["found"], claim.get("verdict") or ("yes" if claim["holds"] else "NO")]
        for claim in claims
    )
    return lines + folded(f"claims: {outcomes(claims)}", table(["claim", "expected", "found", "holds"], checked))[:-1]


def sections(notebook: str) -> Callable[[], List[str]]:
    return lambda: [line for record in records(notebook) for line in [*section(record), ""]][:-1]


def parts() -> Dict[Path, Dict[str, Callable[[], List[str]]]]:
    """What is written into each document, by name."""
    notebooks = sorted({folder.parent.name for folder in RESULTS.glob("*/*/manifest.json")})
    page = {"paper": paper, "table-1": table_1, "results": results, "table-2": table_2, "memory": memory, "activations": activations}
    return {README: {"findings": findings}, PAGE: {**page, **{name: sections(name) for name in notebooks}}}


def renewed(document: Path) -> str:
    """The document's text with the parts that the records determine."""
    text = document.read_text(encoding="utf-8")
    for name, write in parts()[document].items():
        begin, end = f"<!-- {name}: written by ci/result_tables.py -->", f"<!-- end of {name} -->"
        found = re.search(re.escape(begin) + ".*?" + re.escape(end), text, re.DOTALL)
        if not found:
            where = document.relative_to(ROOT)
            sys.exit(f"ci/result_tables.py: {where} has no place for '{name}': expected the lines {begin} and {end}")
        lines = write()
        if len(lines) <= 2:  # a header alone
            lines = ["No results are recorded yet; `ci/regenerate --profile laptop` computes them."]
        text = text[: found.start()] + "\n".join([begin, *lines, end]) + text[found.end() :]
    return text


def renew() -> None:
    for document in parts():
        temporary = document.with_name(document.name + ".tmp")
        temporary.write_text(renewed(document), encoding="utf-8")
        os.replace(temporary, document)
        print(f"wrote the tables of {document.relative_to(ROOT)}")


def check() -> None:
    for document in parts():
        if renewed(document) != document.read_text(encoding="utf-8"):
            where = document.relative_to(ROOT)
            sys.exit(f"ci/result_tables.py: the tables of {where} are not what notebooks/results says; run ci/result_tables.py")


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        check()
    elif sys.argv[1:]:
        sys.exit(__doc__)
    else:
        renew()
