"""Reads the records of notebooks under notebooks/results."""

import json
import statistics
from pathlib import Path
from typing import Any, Dict, Iterable, List

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "notebooks" / "results"
ARCHIVE = RESULTS / "runs"
PROFILES = ("smoke", "laptop", "paper")

Row = Dict[str, Any]


def matching(rows: Iterable[Row], **wanted: Any) -> List[Row]:
    return [row for row in rows if all(row[key] == value for key, value in wanted.items())]


def mean_std(numbers: List[float], scale: float = 1, digits: int = 3) -> str:
    """The mean, and from two numbers on their standard deviation."""
    scaled = [scale * number for number in numbers]
    deviation = f" ± {statistics.stdev(scaled):.{digits}f}" if len(scaled) > 1 else ""
    return f"{statistics.mean(scaled):.{digits}f}{deviation}"


def fails(claim: Row) -> bool:
    """Whether a guard does not hold, or a claim of the paper could not be evaluated."""
    return claim.get("holds") is not True and not claim.get("verdict")


def outcomes(claims: List[Row]) -> str:
    """For example "5 of 5 hold", and of the claims of the paper "2 of 3 seen, 1 opposite"."""
    verdicts = [claim["verdict"] for claim in claims if claim.get("verdict")]
    guards = len(claims) - len(verdicts)
    held = f"{guards - sum(map(fails, claims))} of {guards} hold"
    if not verdicts:
        return held
    opposite = verdicts.count("opposite")
    return f"{held}; of the paper's {verdicts.count('seen')} of {len(verdicts)} seen" + (f", {opposite} opposite" if opposite else "")


def reasons(notebook: str, profile: str) -> Dict[str, str]:
    """The sentences of ci/claims that say why a profile's claims are made, by the claims' ids; none where their file is missing or bad."""
    try:
        stated = json.loads((ROOT / "ci" / "claims" / f"{notebook}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {claim["id"]: claim["why"] for claim in stated if "why" in claim and profile in claim.get("profiles", profile)}


class Record:
    """One recorded notebook: its manifest and its rows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        self.results = json.loads((folder / "results.json").read_text(encoding="utf-8"))
        for row in self.results["results"]:
            row["value"] = float(row["value"])  # NaN and infinities are words in the file
        self.notebook: str = self.manifest["notebook"]
        self.profile: str = self.manifest["profile"]

    def rows(self, **wanted: Any) -> List[Row]:
        return matching(self.results["results"], **wanted)

    def values(self, **wanted: Any) -> List[float]:
        return [row["value"] for row in self.rows(**wanted)]

    def hardware(self, rows: Iterable[Row] = ()) -> str:
        """The machine, of these rows' runs alone if there are any."""
        # Archived runs come from several machines; the results name the one that put them together. A row of hours is its run's.
        hours = {row["value"] for row in rows if row["metric"] == "hours"}
        runs = [run["manifest"] for run in self.manifest["runs"] if "cpu" in run["manifest"]]
        of_rows = [run for run in runs if float(run["hours"]) in hours] or runs
        processors = sorted({name.replace("(R)", "") for run in of_rows for name in run["cpu"].split(" then ")})
        machine = str(self.results["hardware"]).split(", Linux")[0]
        return machine if not processors or processors == [machine.split(", ")[0]] else " and ".join(processors)


def records(*notebooks: str) -> List[Record]:
    folders = [file.parent for file in sorted(RESULTS.glob("*/*/manifest.json"))]
    return [Record(folder) for folder in folders if folder.name in notebooks]


def largest(*notebooks: str) -> List[Record]:
    """The record of each notebook in the largest profile that it is recorded in."""
    by_size = sorted(records(*notebooks), key=lambda record: PROFILES.index(record.profile))
    return sorted({record.notebook: record for record in by_size}.values(), key=lambda record: record.notebook)
