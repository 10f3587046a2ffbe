# SPDX-License-Identifier: Apache-2.0
"""Draws results as one SVG: a panel a measure, a bar a peer, with a whisker from least to most."""
from __future__ import annotations

from html import escape

from .figures import Document, part_of
from .table import lesser_load, number

PANELS = (
    (("TCP: CPU per request", "requests", "cpu", "tcp"),
     ("HTTP: CPU per request", "requests", "cpu", "http")),
    (("TCP: CPU per GB", "bytes", "cpu", "tcp"), ("HTTP: CPU per GB", "bytes", "cpu", "http")),
    (("TCP: CPU for connect, one request, close", "connections", "cpu", "tcp"),
     ("HTTP: CPU for connect, one request, close", "connections", "cpu", "http")),
    (("TCP: added latency, 99 %", "latency", "added_p99", "tcp"),
     ("HTTP: added latency, 99 %", "latency", "added_p99", "http")),
    (("TCP: memory per idle connection", "memory", "memory", "tcp"),
     ("HTTP: memory per idle connection", "memory", "memory", "http")),
    (("503 without the service: CPU per request", "respond", "cpu", "respond"),
     ("HTTP: start to first byte", "start", "start", "http")),
    (("Delay of 10 ms: how much later, 99 %", "delay", "p99", "delay-10"),
     ("Delay of 100 ms: how much later, 99 %", "delay", "p99", "delay-100")),
)
MARGIN, COLUMN, LABEL, BAR, ROW, TITLE, GAP = 20, 500, 204, 201, 20, 26, 16
WIDTH = 2 * MARGIN + 2 * COLUMN - 20
HEADER = 64
# Bars end here, and those that go on say so: one peer must not make all others invisible.
ROOM = 1.15

STYLE = """
text { font: 12px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328 }
.title { font-weight: 600 } .head { font-size: 17px; font-weight: 600 }
.muted { fill: #59636e } .back { fill: #ffffff } .bar { fill: #b6bfc8 } .ours { fill: #2f81d8 }
.whisker { stroke: #1f2328; stroke-width: 1.2; fill: none; opacity: 0.75 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .muted { fill: #9198a1 } .back { fill: #0d1117 } .bar { fill: #4d5763 }
  .ours { fill: #3b8eea } .whisker { stroke: #e6edf3 }
}
"""


def picture(document: Document) -> str:
    out: list[str] = []
    top = HEADER
    for pair in PANELS:
        heights = [panel(document, spec, MARGIN + side * COLUMN, top, out)
                   for side, spec in enumerate(pair)]
        top += max(heights)
    machine = document["machine"]
    where = f"{document['date'][:10]}, {machine['cpu']}, {machine['cores']} cores"
    head = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" '
        f'height="{top}" role="img" aria-label="chaosproxy beside other proxies">',
        "<title>chaosproxy beside other proxies</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="back" width="{WIDTH}" height="{top}"/>',
        f'<text class="head" x="{MARGIN}" y="28">One thread each, less is better</text>',
        f'<text class="muted" x="{MARGIN}" y="46">Bars: medians. Lines: least to most. '
        f"{escape(where)}.</text>",
    ]
    return "\n".join([*head, *out, "</svg>"]) + "\n"


def panel(
    document: Document, spec: tuple[str, str, str, str], x: int, y: int, out: list[str]
) -> int:
    """Draws one measure of one family; returns the height that it took."""
    title, measure, key, family = spec
    part = part_of(document, measure)
    peers = [peer for peer in part["peers"] if peer["family"] == family] if part else []
    known = [peer for peer in peers if peer["figures"].get(key)]
    if part is None or not known:
        return 0
    value = next(value for value in part["values"] if value["key"] == key)
    out.append(f'<text class="title" x="{x}" y="{y + 14}">{escape(title)}, {value["unit"]}</text>')
    scale = max((peer["figures"][key]["median"] for peer in known if not peer["slow"]), default=1.0)
    for place, peer in enumerate(peers):
        less = lesser_load(part, peer)
        label = peer["title"].replace("`", "") + (f" ({less})" if less else "")
        full = max(scale, 1e-9) * ROOM
        row(peer, label, key, value["digits"], full, x, y + TITLE + place * ROW, out)
    return TITLE + len(peers) * ROW + GAP


def row(
    peer: Document, label: str, key: str, digits: int, full: float, x: int, y: int, out: list[str]
) -> None:
    """A peer's name, bar, whisker and figure."""
    out.append(f'<text x="{x}" y="{y + 11}">{escape(label)}</text>')
    left, figures = x + LABEL, peer["figures"].get(key)
    if not figures:
        why = "not measured" if peer["absent"] else "failed"
        out.append(f'<text class="muted" x="{left}" y="{y + 11}">{why}</text>')
        return

    def at(figure: float) -> float:
        return left + BAR * min(1.0, max(0.0, figure / full))

    kind = "ours" if peer["name"].startswith("chaosproxy") else "bar"
    end, middle = at(figures["median"]), y + 7
    wide = f"{end - left:.1f}"
    out.append(f'<rect class="{kind}" x="{left}" y="{y + 1}" width="{wide}" height="12"/>')
    if figures["median"] > full:
        # Cut: the slanted gap says that the bar goes on.
        out.append(f'<path class="back" d="M{end - 14:.1f} {y + 14} l6 -14 h4 l-6 14 z"/>')
    elif figures["min"] < figures["max"]:
        a, b = at(figures["min"]), at(figures["max"])
        # Without its end where it goes on beyond the edge.
        end_mark = " m0 -3 v6" if figures["max"] <= full else ""
        out.append(f'<path class="whisker" d="M{a:.1f} {middle - 3} v6 m0 -3 H{b:.1f}{end_mark}"/>')
    said = number(figures["median"], digits)
    out.append(f'<text x="{left + BAR + 8}" y="{y + 11}">{said}</text>')
