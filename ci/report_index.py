"""Writes index.html, the one page that shows what ci/regenerate found, for a report folder.

Reads each notebook's run.json and results.json; a notebook that failed is shown as such.
"""

import argparse
import json
import sys
from html import escape
from pathlib import Path
from typing import Any, Dict, List, Optional
from urllib.parse import quote

from standalone import ExternalReference, require_standalone

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; color: #222 }
table { border-collapse: collapse; margin: .5rem 0 }
th, td { text-align: left; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid #ddd; vertical-align: top }
section { margin: 2.5rem 0 }
img { max-width: 19rem; border: 1px solid #ddd; margin: .3rem .3rem 0 0 }
.good { color: #1a6b2d } .bad { color: #b3261e; font-weight: 600 } .caution { color: #8a5300 } .note { color: #666 }
"""


def load(path: Path) -> Optional[Dict[str, Any]]:
    """The JSON object in the file, or None where there is none to read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) else None


def text(value: Any) -> str:
    """A JSON value in words."""
    if isinstance(value, dict):
        return ", ".join(f"{key}: {text(inner)}" for key, inner in value.items() if inner not in (None, ""))
    if isinstance(value, list):
        return "; ".join(text(inner) for inner in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def table(header: List[str], rows: List[List[str]]) -> str:
    """An HTML table of ready-made cells."""
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def verdict(good: bool, words: str) -> str:
    return f'<span class="{"good" if good else "bad"}">{escape(words)}</span>'


class Notebook:
    """What one notebook's folder tells."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = folder.name
        self.run = load(folder / "run.json") or {}
        self.results = load(folder / "results.json")

    @property
    def claims(self) -> List[Dict[str, Any]]:
        return (self.results or {}).get("claims") or []

    @property
    def done(self) -> bool:
        return self.run.get("status") == "done"

    def summary(self) -> List[str]:
        """The row of the first table."""
        held = sum(claim.get("holds") is True for claim in self.claims)
        minutes = f"{self.run['seconds'] / 60:.1f}" if "seconds" in self.run else ""
        return [
            f'<a href="#{escape(self.name)}">{escape(self.name)}</a>',
            verdict(self.done, str(self.run.get("status", "not run"))),
            verdict(self.done and held > 0 and held == len(self.claims), f"{held} of {len(self.claims)}"),
            escape(str(self.run.get("profile", ""))),
            minutes,
        ]

    def section(self) -> str:
        parts = [f'<section id="{escape(self.name)}"><h2>{escape(self.name)}</h2>', self.links()]
        if self.run.get("message"):
            parts.append(f'<p class="bad">{escape(self.run["message"])}</p>')
        parts += [self.conditions(), self.claims_table(), self.figures(), "</section>"]
        return "\n".join(parts)

    def links(self) -> str:
        names = [f for f in ("notebook.html", "notebook.ipynb", "results.json") if (self.folder / f).is_file()]
        names += [f for f in ("figures", "tables") if (self.folder / f).is_dir()]
        return "<p>" + " · ".join(f'<a href="{escape(self.name)}/{f}">{f}</a>' for f in names) + "</p>"

    def conditions(self) -> str:
        """Where the numbers come from: the data, with synthetic data named as such, and the machine."""
        if self.results is None:
            return '<p class="note">no results.json</p>'
        data = self.results.get("data") or {}
        synthetic = '<b class="caution">synthetic</b> · ' if data.get("synthetic") else ""
        origin = {key: value for key, value in data.items() if key != "synthetic"}
        rows = [
            ["data", synthetic + escape(text(origin))],
            ["hardware", escape(text(self.results.get("hardware", "")))],
        ]
        return table(["", ""], rows)

    def claims_table(self) -> str:
        rows = [
            [
                escape(text(claim.get("id", ""))),
                escape(text(claim.get("expected", ""))),
                escape(text(claim.get("found", ""))),
                verdict(claim.get("holds") is True, "holds" if claim.get("holds") is True else "fails"),
            ]
            for claim in self.claims
        ]
        return table(["claim", "expected", "found", ""], rows) if rows else '<p class="note">no claims checked</p>'

    def figures(self) -> str:
        images = sorted((self.folder / "figures").glob("*.png"))
        paths = [quote(image.relative_to(self.folder.parent).as_posix()) for image in images]
        return "".join(f'<a href="{p}"><img src="{p}" alt="{p}" loading="lazy"></a>' for p in paths)


def page(notebooks: List[Notebook]) -> str:
    rows = [notebook.summary() for notebook in notebooks]
    return "\n".join(
        [
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>BDIA report</title>',
            f"<style>{STYLE}</style></head><body><h1>BDIA notebooks</h1>",
            table(["notebook", "execution", "claims that hold", "profile", "minutes"], rows),
            *(notebook.section() for notebook in notebooks),
            "</body></html>\n",
        ]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path, help="folder with one folder a notebook")
    report = parser.parse_args().report
    notebooks = [Notebook(run.parent) for run in sorted(report.glob("*/run.json"))]
    draft = report / "index.html.tmp"
    try:
        draft.write_text(require_standalone(page(notebooks), "index.html"), encoding="utf-8")
    except ExternalReference as error:
        print(f"ci/report_index.py: {error}", file=sys.stderr)
        return 1
    draft.replace(report / "index.html")
    return 0


if __name__ == "__main__":
    sys.exit(main())
