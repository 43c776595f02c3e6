#!/usr/bin/env python3
"""Compares two folders of results in every metric that is a function of configuration, data and seed.

    ci/same_results.py BEFORE AFTER

Each folder holds one results.json per notebook, at any depth. Times and measured memory differ from run to run and are
left out. Exits with 1 if a row is missing, new or different, a claim included.
"""

import json
import sys
from pathlib import Path

MEASURED = {"hours", "step_ms", "inference_time_ratio", "time_ratio_to_exact", "time_ratio_to_store"}
MEASURED |= {"peak_mib", "total_mib", "saved_mib", "prediction_error"}
VALUES = {"value", "holds"}


def rows(file):
    """Returns {name of a row or claim: its value}."""
    document = json.loads(file.read_text(encoding="utf-8"))
    kept = {}
    for row in document["results"]:
        if row["metric"] not in MEASURED:
            kept[json.dumps({k: v for k, v in row.items() if k not in VALUES}, sort_keys=True)] = row["value"]
    for claim in document["claims"]:
        kept["claim " + claim["id"]] = claim.get("verdict", claim["holds"])
    return kept


def results(folder):
    """Returns {notebook: rows}."""
    found = {}
    for file in sorted(Path(folder).rglob("results.json")):
        found[json.loads(file.read_text(encoding="utf-8"))["notebook"]] = rows(file)
    if not found:
        sys.exit(f"{folder} holds no results.json; name the folder of a profile, such as target/notebooks/smoke")
    return found


def main(before, after):
    first, second = results(before), results(after)
    different = 0
    for notebook in sorted(first.keys() | second.keys()):
        old, new = first.get(notebook, {}), second.get(notebook, {})
        names = [name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]
        for name in names:
            print(f"{notebook}: {name}: {old.get(name, 'absent')} became {new.get(name, 'absent')}")
        print(f"{notebook}: {len(old)} rows and claims before, {len(new)} after, {len(names)} different")
        different += len(names)
    return 1 if different else 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1], sys.argv[2]))
