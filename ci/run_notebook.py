"""Executes one Java notebook without a browser and keeps what came of it, also when it fails.

Writes notebook.ipynb, notebook.html and run.json (how it ended, how long it took) into the output
folder. Exit status: 0 done, 1 a cell threw, 2 a cell ran out of time, 3 the kernel died,
4 the kernel did not start, 5 the page would need a network.
"""

import argparse
import atexit
import hashlib
import json
import os
import re
import shutil
import sys
import time
import traceback
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Dict, NamedTuple

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert import HTMLExporter
from standalone import ExternalReference, require_standalone

START_ATTEMPTS = 3
START_TIMEOUT_SECONDS = 60
OUTPUT_TIMEOUT_SECONDS = 60
# A progress display updates itself many times a second; a log wants to know that it lives.
SECONDS_BETWEEN_UPDATES = 20
LONGEST_LOGGED_TEXT = 2000
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
# Where exporters would point to scripts: left out, the page must read the same without a network.
SCRIPT_URLS = ("mathjax_url", "require_js_url", "jquery_url", "mermaid_js_url")


class Outcome(NamedTuple):
    """How an execution ended: the exit status, a word for it, and what was said."""

    code: int
    status: str
    message: str


class LiveClient(NotebookClient):
    """Executes cells and tells the log, while they run, what they print and how long they took."""

    def __init__(self, nb: nbformat.NotebookNode, **options: Any) -> None:
        super().__init__(nb, **options)
        self.started = False
        self.on_notebook_start = self._note_start
        self._logged_updates: Dict[str, float] = {}

    def _note_start(self, **_: Any) -> None:
        self.started = True

    async def async_execute_cell(self, cell: nbformat.NotebookNode, cell_index: int, **options: Any) -> Any:
        if cell.cell_type != "code" or not cell.source.strip():
            return await super().async_execute_cell(cell, cell_index, **options)
        number = self.code_cells_executed + 1
        log(f"--- cell {number}: {cell.source.strip().splitlines()[0][:90]}")
        began = time.monotonic()
        try:
            return await super().async_execute_cell(cell, cell_index, **options)
        finally:
            log(f"--- cell {number}: {time.monotonic() - began:.1f} s")

    def process_message(self, msg: Dict[str, Any], cell: nbformat.NotebookNode, cell_index: int) -> Any:
        kind, content = msg["msg_type"], msg["content"]
        if kind == "stream":
            print(content["text"], end="", flush=True)
        elif kind in ("display_data", "execute_result"):
            log(shown(content["data"]))
        elif kind == "update_display_data" and self._is_due(content):
            log(shown(content["data"]))
        elif kind == "error":
            log(COLOURS.sub("", "\n".join(content["traceback"])))
        return super().process_message(msg, cell, cell_index)

    def _is_due(self, content: Dict[str, Any]) -> bool:
        display = content.get("transient", {}).get("display_id", "")
        now = time.monotonic()
        if now - self._logged_updates.get(display, now - SECONDS_BETWEEN_UPDATES) < SECONDS_BETWEEN_UPDATES:
            return False
        self._logged_updates[display] = now
        return True


def log(text: str) -> None:
    print(text, flush=True)


def shown(data: Dict[str, Any]) -> str:
    """What a log can show of a MIME bundle."""
    text = data.get("text/plain") or "[" + ", ".join(data) + "]"
    return text if len(text) <= LONGEST_LOGGED_TEXT else text[:LONGEST_LOGGED_TEXT] + " ..."


def execute(client: LiveClient) -> Outcome:
    """Runs all cells; every way to fail becomes an outcome."""
    try:
        client.execute()
        return Outcome(0, "done", "")
    except CellTimeoutError as error:
        return Outcome(2, "time-out", str(error).splitlines()[0])
    except CellExecutionError as error:
        return Outcome(1, "cell error", error.evalue)
    except Exception as error:  # Whatever it is: the cells that ran are worth keeping.
        if not client.started:
            # nbclient has cleaned up already, and would fail when it tries again at exit.
            atexit.unregister(client._cleanup_kernel)
            return Outcome(4, "not started", str(error))
        if isinstance(error, DeadKernelError):
            return Outcome(3, "kernel died", "the kernel's JVM ended before the cell did")
        traceback.print_exc()
        return Outcome(3, "kernel lost", repr(error))


def execute_with_retries(source: Path, timeout: int) -> "tuple[nbformat.NotebookNode, Outcome]":
    """Executes the notebook; a kernel that does not start gets further attempts, a cell never does."""
    attempt = 1
    while True:
        notebook = nbformat.read(source, as_version=4)
        client = LiveClient(
            notebook,
            kernel_name="java",
            timeout=timeout,
            startup_timeout=START_TIMEOUT_SECONDS,
            iopub_timeout=OUTPUT_TIMEOUT_SECONDS,
            raise_on_iopub_timeout=True,  # Output that is lost is not a notebook that ran.
        )
        outcome = execute(client)
        if outcome.code != 4 or attempt == START_ATTEMPTS:
            return notebook, outcome
        log(f"the kernel did not start, attempt {attempt} of {START_ATTEMPTS}: {outcome.message}")
        attempt += 1


def html(notebook: nbformat.NotebookNode, title: str) -> str:
    """The executed notebook as one page that refers to nothing outside itself, else raises ExternalReference."""
    exporter = HTMLExporter()
    for name in SCRIPT_URLS:
        if exporter.has_trait(name):
            setattr(exporter, name, "")
    # A kernel that did not start has not told its language.
    notebook.metadata.setdefault("language_info", {"name": "java", "pygments_lexer": "java"})
    page, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": title}})
    page = page.replace('<script src=""></script>', "").replace('<script src=""> </script>', "")
    return require_standalone(page, f"{title}/notebook.html")


def write(path: Path, text: str) -> None:
    """Writes the file whole or not at all."""
    draft = path.with_name(path.name + ".tmp")
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


def is_finished(output: Path, request: Dict[str, str]) -> bool:
    """Whether the folder holds a run of this very notebook, profile, number of seeds and arithmetic that went well."""
    try:
        run = json.loads((output / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return run.get("status") == "done" and all(run.get(key) == value for key, value in request.items())


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebook", type=Path)
    parser.add_argument("output", type=Path, help="folder of the executed notebook")
    parser.add_argument("--timeout", type=int, required=True, metavar="S", help="seconds that a cell may take")
    parser.add_argument("--arithmetic", required=True, metavar="VERSION", help="the version of what the toolkit computes")
    parser.add_argument("--resume", action="store_true", help="do nothing if the same run is finished")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    request = {
        "notebook": options.notebook.stem,
        "source_sha256": hashlib.sha256(options.notebook.read_bytes()).hexdigest(),
        "profile": os.environ.get("BDIA_PROFILE", "smoke"),
        "seeds": os.environ.get("BDIA_SEEDS", ""),
        "arithmetic": options.arithmetic,
    }
    if options.resume and is_finished(options.output, request):
        log("finished before, kept")
        return 0
    shutil.rmtree(options.output, ignore_errors=True)  # figures and tables of another source or profile
    options.output.mkdir(parents=True)
    write(options.output / "run.json", json.dumps({**request, "status": "not finished"}, indent=2) + "\n")
    began = time.monotonic()
    notebook, outcome = execute_with_retries(options.notebook, options.timeout)
    seconds = round(time.monotonic() - began, 1)
    write(options.output / "notebook.ipynb", nbformat.writes(notebook) + "\n")
    try:
        write(options.output / "notebook.html", html(notebook, options.notebook.stem))
    except ExternalReference as error:
        (options.output / "notebook.html").unlink(missing_ok=True)
        if outcome.code == 0:
            outcome = Outcome(5, "not standalone", str(error))
    run = {
        **request,
        "status": outcome.status,
        "message": outcome.message,
        "commit": os.environ.get("BDIA_COMMIT", "unknown"),
        "runs": os.environ.get("BDIA_RUNS", ""),
        "seconds": seconds,
        "finished": datetime.now(timezone.utc).isoformat(timespec="seconds"),
    }
    write(options.output / "run.json", json.dumps(run, indent=2) + "\n")
    log(f"{outcome.status} after {seconds} s" + (f": {outcome.message}" if outcome.message else ""))
    return outcome.code


if __name__ == "__main__":
    sys.exit(main())
