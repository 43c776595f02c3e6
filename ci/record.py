#!/usr/bin/env python3
"""Records a notebook's finished report under notebooks/results and renews the README's results table.

usage: ci/record.py PROFILE NOTEBOOK...    record these notebooks from target/report
       ci/record.py --readme               only renew the README's table from what is recorded

Records results.json, the tables as CSV, the figures as SVG, and manifest.json: commit, data, hardware and
duration of the report, and for every run its configuration and its own manifest. A report with a failed
notebook or claim, with synthetic data, or of another profile is refused.
"""

import json
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Tuple

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "notebooks" / "results"
BEGIN, END = "<!-- results: written by ci/record.py -->", "<!-- end of results -->"

# What the paper prints: Table 1's accuracies; of the other tasks loss curves alone.
PAPER = {
    ("cifar10", "standard"): "88.15 %",
    ("cifar10", "bdia"): "89.10 %",
    ("cifar100", "standard"): "61.86 %",
    ("cifar100", "bdia"): "66.09 %",
    ("translation", "bdia"): "lower validation loss after about epoch 200",
    ("openwebtext", "bdia"): "higher training loss, lower validation loss",
}

# What a task is scored by on its test data: the metric, its scale, digits and unit.
SCORES = {
    "test_bleu": (1, 2, " BLEU"),
    "test_accuracy": (100, 2, " % accuracy"),
    "test_perplexity": (1, 2, " perplexity"),
}


def fail(message: str) -> None:
    sys.exit(f"ci/record.py: {message}")


def load(path: Path) -> Dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        fail(f"{path} cannot be read ({error}); run ci/regenerate first")
        raise


def write(path: Path, text: str) -> None:
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, path)


def check(run: Dict[str, Any], results: Dict[str, Any], profile: str) -> None:
    name = run["notebook"]
    if run["profile"] != profile or results["profile"] != profile:
        fail(f"the report of {name} is of profile {run['profile']}, not {profile}")
    if run["status"] != "done":
        fail(f"the notebook {name} ended as '{run['status']}'; only a good one is recorded")
    if not results["claims"]:
        fail(f"no claim of {name} was checked; see ci/claims")
    if any(not claim["holds"] for claim in results["claims"]):
        fail(f"a claim of {name} does not hold; see target/report/index.html")
    if results["data"]["synthetic"]:
        fail(f"the data of {name} are synthetic; only results on real data are recorded")


def runs_of(profile: str, notebook: str) -> List[Dict[str, Any]]:
    """The notebook's runs, each with its own configuration and manifest; the configuration's hash is the id."""
    folder = ROOT / "target" / "runs" / profile / notebook
    return [
        {
            "id": done.parent.name,
            "config": load(done.with_name("config.json")),
            "manifest": load(done.with_name("manifest.json")),
        }
        for done in sorted(folder.glob("*/DONE"))
    ]


def record(profile: str, notebook: str) -> None:
    report = ROOT / "target" / "report" / notebook
    run, results = load(report / "run.json"), load(report / "results.json")
    check(run, results, profile)
    runs = runs_of(profile, notebook)
    manifest = {
        "notebook": notebook,
        "profile": profile,
        "command": f"ci/regenerate --profile {profile} --only {notebook}",
        "commit": run.get("commit", "unknown"),
        "finished": run["finished"],
        "hours": round(sum(r["manifest"]["hours"] for r in runs) or run["seconds"] / 3600, 4),
        "hardware": results["hardware"],
        "data": results["data"],
        "runs": runs,
    }
    target = RESULTS / profile / notebook
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=".recording-", dir=target.parent))
    try:
        os.chmod(temporary, 0o755)
        shutil.copy(report / "results.json", temporary)
        for file in [*(report / "tables").glob("*.csv"), *(report / "figures").glob("*.svg")]:
            shutil.copy(file, temporary)
        (temporary / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        shutil.rmtree(target, ignore_errors=True)
        os.replace(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    print(f"recorded {target.relative_to(ROOT)}")


def values(results: Dict[str, Any], line: Tuple[str, str, str], metric: str) -> List[float]:
    return [
        row["value"]
        for row in results["results"]
        if (row["task"], row["method"], row["backprop"]) == line and row["metric"] == metric
    ]


def spread(numbers: List[float], scale: float, digits: int, unit: str) -> str:
    if not numbers:
        return "–"
    scaled = [scale * number for number in numbers]
    text = f"{statistics.mean(scaled):.{digits}f}"
    if len(scaled) > 1:
        text += f" ± {statistics.stdev(scaled):.{digits}f}"
    return f"{text}{unit} ({len(scaled)})"


def score(results: Dict[str, Any], line: Tuple[str, str, str]) -> str:
    for metric, (scale, digits, unit) in SCORES.items():
        found = values(results, line, metric)
        if found:
            return spread(found, scale, digits, unit)
    return "–"


def rows() -> List[str]:
    lines = [
        "| task · profile | method | paper | ours, test (seeds) | validation loss, last | best | training loss"
        " | hardware, hours | command | notebook |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for file in sorted(RESULTS.glob("*/*/manifest.json")):
        manifest, results = load(file), load(file.with_name("results.json"))
        seen = dict.fromkeys((r["task"], r["method"], r["backprop"]) for r in results["results"])
        for line in seen:
            task, method, backprop = line
            stored_twin = method == "bdia" and backprop == "store"
            if stored_twin or not values(results, line, "train_loss"):
                continue
            hours = sum(values(results, line, "hours"))
            lines.append(
                f"| {task} · {manifest['profile']} | {method} | {PAPER.get((task, method), '–')}"
                f" | {score(results, line)}"
                f" | {spread(values(results, line, 'val_loss'), 1, 3, '')}"
                f" | {spread(values(results, line, 'best_val_loss'), 1, 3, '')}"
                f" | {spread(values(results, line, 'train_loss'), 1, 3, '')}"
                f" | {results['hardware'].split(', Linux')[0]}; {hours:.2f} h"
                f" | `{manifest['command']}` | [{manifest['notebook']}](notebooks/{manifest['notebook']}.ipynb) |"
            )
    return lines


def renew_readme() -> None:
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    write(readme, before + BEGIN + "\n" + "\n".join(rows()) + "\n" + END + after)
    print("renewed the table in README.md")


def main(arguments: List[str]) -> None:
    if arguments == ["--readme"]:
        renew_readme()
    elif len(arguments) >= 2 and arguments[0] in ("smoke", "laptop", "paper"):
        for notebook in arguments[1:]:
            record(arguments[0], notebook)
        renew_readme()
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
