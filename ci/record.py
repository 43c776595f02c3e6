#!/usr/bin/env python3
"""Records a notebook's finished report under notebooks/results and writes the tables of README.md and notebooks/results/README.md.

usage: ci/record.py PROFILE NOTEBOOK...    record these notebooks from target/report
       ci/record.py --readme               only write these tables from what is recorded
       ci/record.py --claims               check what is recorded against today's ci/claims, after a build

Records results.json, the tables as CSV (but not samples of texts), the figures as SVG, and manifest.json: commit, data, hardware and
duration of the report, and for every run its configuration and its own manifest. The runs may be of several commits if
they are of one arithmetic version. A report with a failed notebook or guard, with synthetic data, of another profile, or
with runs of another arithmetic is refused, and then nothing is recorded.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict, List

import result_tables
from recorded import ARCHIVE, RESULTS, ROOT, fails


def fail(message: str) -> None:
    sys.exit(f"ci/record.py: {message}")


def load(path: Path) -> Dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        fail(f"{path} cannot be read ({error}); run ci/regenerate first")
        raise


def check(run: Dict[str, Any], results: Dict[str, Any], profile: str) -> None:
    name = run["notebook"]
    if run["profile"] != profile or results["profile"] != profile:
        fail(f"the report of {name} is of profile {run['profile']}, not {profile}")
    if run["status"] != "done":
        fail(f"the notebook {name} ended as '{run['status']}'; only a good one is recorded")
    if not results["claims"]:
        fail(f"no claim of {name} was checked; see ci/claims")
    if any(map(fails, results["claims"])):
        fail(f"a claim of {name} does not hold, or has no verdict; see target/report/index.html")
    if run.get("seeds"):
        fail(f"{name} ran with --seeds {run['seeds']}; a record is what the profile's own number of seeds gives")
    if not known(run.get("commit", "unknown")):
        fail(f"{name} ran on '{run.get('commit')}'; commit first, so that the record says which code computed it")
    if "arithmetic" not in run:
        fail(f"the report of {name} does not say which arithmetic computed it; run ci/regenerate again")
    if results["data"]["synthetic"]:
        fail(f"the data of {name} are synthetic; only results on real data are recorded")
    if Path(run.get("runs", "")).resolve() != runs_folder(profile, name):
        fail(f"{name} took its runs from '{run.get('runs', '')}'; unset BDIA_RUNS and run ci/regenerate again")
    data: Dict[str, str] = {}
    for done in runs_of(profile, name):
        made_on = done["manifest"]["data"]
        if data.setdefault(made_on["source"], made_on["sha256"]) != made_on["sha256"]:
            fail(f"the runs of {name} were made on different data of one source, {made_on['source']}; remove the older ones")
        arithmetic = arithmetic_of(done)
        if arithmetic != run["arithmetic"]:
            fail(
                f"run {done['id']} of {name} was computed by arithmetic {arithmetic}, but the notebook by {run['arithmetic']}; "
                "run ci/regenerate without --resume"
            )
        if not known(done["manifest"]["commit"]):
            fail(f"run {done['id']} of {name} was computed by '{done['manifest']['commit']}'; run ci/regenerate without --resume")


def known(commit: str) -> bool:
    """Whether the commit, or each of several joined by +, can be checked out."""
    return not any(part == "unknown" or part.endswith("-dirty") for part in commit.split("+"))


def arithmetic_of(run: Dict[str, Any]) -> str:
    """The version in the run's manifest; of the first runs, which lack it, the version in the archive."""
    archived = ARCHIVE / f"{run['id']}.json"
    named = run["manifest"].get("arithmetic") or (load(archived)["arithmetic"] if archived.exists() else "unknown")
    return str(named)


def runs_folder(profile: str, notebook: str) -> Path:
    return ROOT / "target" / "runs" / profile / notebook


def runs_of(profile: str, notebook: str) -> List[Dict[str, Any]]:
    """The notebook's runs, each with its own configuration and manifest; the configuration's hash is the id."""
    return [
        {
            "id": done.parent.name,
            "config": load(done.with_name("config.json")),
            "manifest": load(done.with_name("manifest.json")),
        }
        for done in sorted(runs_folder(profile, notebook).glob("*/DONE"))
    ]


def report_of(notebook: str) -> Path:
    return ROOT / "target" / "report" / notebook


def record(profile: str, notebook: str) -> None:
    report = report_of(notebook)
    run, results, runs = load(report / "run.json"), load(report / "results.json"), runs_of(profile, notebook)
    manifest = {
        "notebook": notebook,
        "profile": profile,
        "command": f"ci/regenerate --profile {profile} --only {notebook}",
        "commit": run["commit"],
        "commits": sorted({commit for r in runs for commit in r["manifest"]["commit"].split("+")}),
        "arithmetic": run["arithmetic"],
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
            if not file.stem.endswith("samples"):  # they quote the data sets, which are not ours to pass on
                shutil.copy(file, temporary)
        (temporary / "manifest.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        shutil.rmtree(target, ignore_errors=True)
        os.replace(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    print(f"recorded {target.relative_to(ROOT)}")


def claims() -> None:
    """Claims may be restated or added; every record then tells how they hold of it."""
    java = Path(os.environ["JAVA_HOME"], "bin", "java") if os.environ.get("JAVA_HOME") else "java"
    try:
        built = (ROOT / "ci" / "target" / "classpath.txt").read_text(encoding="utf-8")
    except OSError as error:
        fail(f"the toolkit is not built ({error}); run ./mvnw package first")
    class_path = os.pathsep.join([str(ROOT / "ci" / "target" / "classes"), built.strip()])
    failed = []
    for file in sorted(RESULTS.glob("*/*/results.json")):
        profile, notebook = file.parts[-3:-1]
        statements = ROOT / "ci" / "claims" / f"{notebook}.json"
        if subprocess.run([java, "-cp", class_path, "org.bdia.report.Claims", file.parent, statements, profile]).returncode:
            failed.append(f"{profile}/{notebook}")
    if failed:
        fail("claims do not hold of what is recorded: " + ", ".join(failed))


def main(arguments: List[str]) -> None:
    if arguments == ["--readme"]:
        result_tables.renew()
    elif arguments == ["--claims"]:
        claims()
    elif len(arguments) >= 2 and arguments[0] in ("smoke", "laptop", "paper"):
        profile, notebooks = arguments[0], arguments[1:]
        for notebook in notebooks:
            check(load(report_of(notebook) / "run.json"), load(report_of(notebook) / "results.json"), profile)
        for notebook in notebooks:
            record(profile, notebook)
        result_tables.renew()
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
