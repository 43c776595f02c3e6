"""Writes index.html, the one page that shows what ci/regenerate found, for a report folder.

Reads each notebook's run.json, results.json and text, and the sentences of ci/claims; a notebook that failed is shown as such.
"""

import argparse
import json
import re
import sys
from html import escape
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple
from urllib.parse import quote

from recorded import fails, outcomes, reasons
from report_answers import answer
from standalone import ExternalReference, require_standalone

STYLE = """
:root { color-scheme: light dark; --ink: #222; --paper: #fff; --line: #ddd; --note: #5f5f5f;
  --good: #1a6b2d; --bad: #b3261e; --caution: #8a5300; --link: #0b57b7 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e6e6; --paper: #16181c; --line: #3a3d43; --note: #a5a8ad;
    --good: #7fd695; --bad: #ff9a90; --caution: #f0bd6a; --link: #8ab8ff }
}
* { box-sizing: border-box }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 1.5rem auto; padding: 0 1rem;
  color: var(--ink); background: var(--paper); overflow-wrap: break-word }
dd, li, details { overflow-wrap: anywhere }
a { color: var(--link) }
h2 { margin: 0 0 .3rem }
table { border-collapse: collapse; margin: .5rem 0; width: 100% }
th, td { text-align: left; padding: .25rem .8rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
td.number { white-space: nowrap }
section { margin: 2.5rem 0; border-top: 1px solid var(--line); padding-top: 1.2rem }
dl { margin: .6rem 0 } dt { font-weight: 600 } dd { margin: 0 0 .5rem }
ul.claims { list-style: none; padding: 0 } ul.claims > li { border-bottom: 1px solid var(--line); padding: .35rem 0 }
details { color: var(--note); font-size: .9em } summary { cursor: pointer }
code { font: .9em ui-monospace, monospace }
.figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); gap: .6rem; margin-top: .8rem }
.figures figure { margin: 0 } figcaption { color: var(--note); font-size: .9em }
img { width: 100%; height: auto; border: 1px solid var(--line); background: #fff }
.good { color: var(--good) } .bad { color: var(--bad); font-weight: 600 } .caution { color: var(--caution) } .note { color: var(--note) }
@media (max-width: 40rem) { .wide { display: none } body { margin-top: .5rem } }
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


def folded(summary: str, content: str) -> str:
    """What a reader opens on demand."""
    return f"<details><summary>{escape(summary)}</summary>{content}</details>"


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

    @property
    def introduction(self) -> str:
        """The text that the notebook begins with."""
        cells = (load(self.folder / "notebook.ipynb") or {}).get("cells") or [{}]
        return "".join(cells[0].get("source", ""))

    @property
    def title(self) -> str:
        found = re.match(r"# (.+)", self.introduction)
        return found.group(1) if found else self.name

    @property
    def question(self) -> str:
        """The paragraph after Question, as HTML."""
        found = re.search(r"\*\*Question\.\*\*\s+(.+?)(?:\n\n|$)", self.introduction, re.DOTALL)
        paragraph = escape(" ".join(found.group(1).split())) if found else ""
        paragraph = re.sub(r"`(.+?)`", r"<code>\1</code>", paragraph)
        paragraph = re.sub(r"\[([^]]+)]\(([\w-]+)\.ipynb\)", r'<a href="#\2">\1</a>', paragraph)
        paragraph = re.sub(r"\[([^]]+)]\([^)]+\)", r"\1", paragraph)
        return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", re.sub(r"(?<!\*)\*([^*]+)\*(?!\*)", r"<i>\1</i>", paragraph))

    def summary(self) -> str:
        """The row of the first table."""
        good = self.done and bool(self.claims) and not any(map(fails, self.claims))
        minutes = f"{self.run['seconds'] / 60:.1f}" if "seconds" in self.run else ""
        cells = [
            ("", f'<a href="#{escape(self.name)}">{escape(self.name)}</a>'),
            ("", verdict(self.done, str(self.run.get("status", "not run")))),
            ("number", verdict(good, outcomes(self.claims))),
            ("wide", escape(str(self.run.get("profile", "")))),
            ("wide", minutes),
        ]
        return "<tr>" + "".join(f'<td class="{kind}">{cell}</td>' for kind, cell in cells) + "</tr>"

    def section(self) -> str:
        parts = [f'<section id="{escape(self.name)}"><h2>{escape(self.title)}</h2>', self.links()]
        if self.run.get("message"):
            parts.append(f'<p class="bad">{escape(self.run["message"])}</p>')
        parts += [self.conditions(), self.claims_list(), self.figures(), "</section>"]
        return "\n".join(parts)

    def links(self) -> str:
        names = [f for f in ("notebook.html", "notebook.ipynb", "results.json") if (self.folder / f).is_file()]
        names += [f for f in ("figures", "tables") if (self.folder / f).is_dir()]
        links = " · ".join(f'<a href="{escape(self.name)}/{f}">{f}</a>' for f in names)
        return f'<p class="note">{escape(self.name)} · {links}</p>'

    def conditions(self) -> str:
        """Question and answer, and where the numbers come from: date, commit, machine and data, synthetic ones named as such."""
        made = [str(self.run[key])[:length] for key, length in (("finished", 10), ("commit", 12)) if self.run.get(key)]
        told = [("Question", self.question)]
        if self.results is None:
            return description([*told, ("Answer", '<span class="note">no results.json</span>')])
        data = self.results.get("data") or {}
        synthetic = '<b class="caution">synthetic</b> · ' if data.get("synthetic") else ""
        names = [escape(text(source.get("name", ""))) for source in data.get("sources") or [data]]
        origin = {key: value for key, value in data.items() if key not in ("synthetic", "name")}
        sources = folded("sources and SHA-256", f"<p>{escape(text(origin))}</p>")
        return description(
            [
                *told,
                ("Answer", escape(answer(self.name, self.results.get("results") or []))),
                ("Made", escape(", commit ".join(made) + f", profile {self.run.get('profile', 'unknown')}")),
                ("Hardware", escape(text(self.results.get("hardware", "")))),
                ("Data", synthetic + "; ".join(dict.fromkeys(names)) + sources),
            ]
        )

    def claims_list(self) -> str:
        """Each claim as a sentence, with what was compared behind it."""
        why, items = reasons(self.name, str(self.run.get("profile"))), []
        for claim in self.claims:
            name, holds = text(claim.get("id", "")), claim.get("holds") is True
            kind = "bad" if fails(claim) else "good" if holds else "caution"
            word = claim.get("verdict") or ("holds" if holds else "fails")
            compared = f"<p>expected: <code>{escape(text(claim.get('expected', '')))}</code><br>"
            compared += f"found: <code>{escape(text(claim.get('found', '')))}</code></p>"
            sentence = f'<span class="{kind}">{escape(word)}</span>' + f" · <b>{escape(name.replace('-', ' '))}</b>"
            sentence += f": {escape(why[name])}" if name in why else ""
            items.append(f"<li>{sentence}{folded('what was compared', compared)}</li>")
        return f'<ul class="claims">{"".join(items)}</ul>' if items else '<p class="note">no claims checked</p>'

    def figures(self) -> str:
        images = []
        for image in sorted((self.folder / "figures").glob("*.png")):
            path, name = quote(image.relative_to(self.folder.parent).as_posix()), escape(image.stem.replace("-", " "))
            picture = f'<a href="{path}"><img src="{path}" alt="{name}" loading="lazy"></a>'
            images.append(f"<figure>{picture}<figcaption>{name}</figcaption></figure>")
        return f'<div class="figures">{"".join(images)}</div>' if images else ""


def description(parts: List[Tuple[str, str]]) -> str:
    """Terms with their ready-made descriptions; what has none is left out."""
    return "<dl>" + "".join(f"<dt>{escape(term)}</dt><dd>{told}</dd>" for term, told in parts if told) + "</dl>"


def page(notebooks: List[Notebook]) -> str:
    kinds = {"profile": "wide", "minutes": "wide"}
    names = ["notebook", "execution", "claims", "profile", "minutes"]
    head = "".join(f'<th class="{kinds.get(name, "")}">{name}</th>' for name in names)
    return "\n".join(
        [
            '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>BDIA report</title>',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<style>{STYLE}</style></head><body><h1>BDIA notebooks</h1>",
            f"<table><tr>{head}</tr>" + "".join(notebook.summary() for notebook in notebooks) + "</table>",
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
