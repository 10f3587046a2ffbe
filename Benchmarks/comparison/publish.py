# SPDX-License-Identifier: Apache-2.0
"""Puts results into the pages, so that no figure in them is typed by hand."""
from __future__ import annotations

import json
import pathlib

from . import chart, table
from .figures import Document

BEGIN, END = "<!-- Benchmarks/compare writes from here -->", "<!-- to here -->"


FORMAT = 1
"""Of the results: another number where what is read here changed its meaning."""


class Unfit(Exception):
    """A page that has no place for the figures, or a file that holds none."""


def read(path: pathlib.Path) -> Document:
    try:
        document = json.loads(path.read_text())
    except ValueError:
        document = None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise Unfit(f"{path} holds no results that this script wrote; name a compare.json")
    return document


def keep(document: Document, folder: pathlib.Path, name: str) -> list[pathlib.Path]:
    """The results and their picture, beside each other."""
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / f"{name}.json", folder / f"{name}.svg"]
    written[0].write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    written[1].write_text(chart.picture(document))
    return written


def publish(document: Document, root: pathlib.Path) -> list[pathlib.Path]:
    """Rewrites what stands between the markers of both pages, and copies results and picture."""
    contents = (("Documentation/Performance.md", table.pages(document)),
                ("README.md", table.short(document)))
    new = {root / page: replaced(root / page, content) for page, content in contents}
    for page, content in new.items():
        page.write_text(content)
    return [*new, *keep(document, root / "Documentation", "performance")]


def replaced(page: pathlib.Path, content: str) -> str:
    text = page.read_text() if page.exists() else ""
    head, found, rest = text.partition(BEGIN)
    _, closed, tail = rest.partition(END)
    if not found or not closed:
        raise Unfit(f"{page} has no lines `{BEGIN}` and `{END}`; put them where the figures go")
    return f"{head}{BEGIN}\n\n{content}\n\n{END}{tail}"
