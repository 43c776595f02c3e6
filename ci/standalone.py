"""Refuses pages that would fetch something when they are opened: python3 ci/standalone.py PAGE...

What a reader has to click, <a href>, may point anywhere. Exit status: 0 all pages stand alone, 1 one does not.
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import List, Optional, Tuple

# Any scheme but those that carry their content with them, and addresses that only leave the scheme out.
EXTERNAL = re.compile(r"\s*(?:(?!data:|blob:|about:)[a-z][a-z0-9+.-]*:|[/\\]{2})", re.IGNORECASE)
IN_STYLE = re.compile(r"(?:url\(\s*|@import\s+)[\"']?([^\"')\s;]+)", re.IGNORECASE)
IN_SCRIPT = re.compile(
    r"(?:\b(?:import|importScripts|fetch)\s*\(|\bfrom|\bimport|\.src\s*=)\s*[\"'`]([^\"'`]+)", re.IGNORECASE
)
FETCHED = {"src", "poster", "background", "data"}
FETCHED_HREF = {"link", "image", "use", "base", "script", "feimage"}


class ExternalReference(ValueError):
    """A page refers to something that is not in it."""


class _References(HTMLParser):
    """Remembers the first thing that a browser would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.first: Optional[str] = None
        self._within = ""
        self._text: List[str] = []

    def handle_starttag(self, tag: str, attributes: List[Tuple[str, Optional[str]]]) -> None:
        for name, value in attributes:
            value = value or ""
            if name in FETCHED or (name in ("href", "xlink:href") and tag in FETCHED_HREF):
                self._look(f"<{tag} {name}>", [value])
            elif name in ("srcset", "imagesrcset"):
                self._look(f"<{tag} {name}>", [part.split(" ")[0] for part in re.split(r",\s+", value)])
            elif name == "style":
                self._look(f"<{tag} style>", IN_STYLE.findall(value))
            elif name == "srcdoc" and self.first is None:
                self.first = first_reference(value)
        if tag in ("style", "script"):
            self._within, self._text = tag, []

    def handle_data(self, data: str) -> None:
        if self._within:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._within:
            pattern = IN_STYLE if tag == "style" else IN_SCRIPT
            self._look(f"<{tag}>", pattern.findall("".join(self._text)))
            self._within = ""

    def _look(self, place: str, addresses: List[str]) -> None:
        for address in addresses:
            if self.first is None and EXTERNAL.match(address):
                self.first = f"{address.strip()[:200]} in {place}"


def first_reference(page: str) -> Optional[str]:
    """What a browser would fetch first from outside the page's own folder, and where it says so; None if nothing."""
    references = _References()
    references.feed(page)
    references.close()
    return references.first


def require_standalone(page: str, name: str) -> str:
    """The page, if it needs nothing from outside its own folder; else raises ExternalReference."""
    first = first_reference(page)
    if first is not None:
        raise ExternalReference(
            f"{name}: expected a page that fetches nothing, found {first}; bring it into the page or leave it out"
        )
    return page


def main() -> int:
    status = 0
    for path in map(Path, sys.argv[1:]):
        try:
            require_standalone(path.read_text(encoding="utf-8"), str(path))
        except ExternalReference as error:
            print(error, file=sys.stderr)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
