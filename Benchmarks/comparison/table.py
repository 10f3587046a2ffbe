# SPDX-License-Identifier: Apache-2.0
"""Shows results as text: aligned for a terminal, and as Markdown for the pages."""
from __future__ import annotations

from .budgets import summary
from .figures import Document, part_of
from .measures import SLOW_RATE

NONE = "-"
BUSY_PERCENT = 5
"""From here on what others do on the machine is worth a word."""


def number(value: float, digits: int) -> str:
    return f"{value:,.{digits}f}"


def span(figures: Document | None, digits: int) -> tuple[str, str]:
    """The median, and from the least to the most."""
    if figures is None:
        return NONE, NONE
    least, most = number(figures["min"], digits), number(figures["max"], digits)
    return number(figures["median"], digits), f"{least} to {most}"


def remarks(part: Document, peer: Document) -> str:
    if peer["absent"]:
        return f"not measured: {peer['absent']}"
    said = []
    if peer["failures"]:
        failures = peer["failures"]
        said.append(f"failed {len(failures)} of {part['rounds']} rounds: {failures[0]}")
    if peer["name"] == peer["reference"]:
        said.append("the reference")
    if peer["slow"]:
        count = len(peer["samples"])
        said.append(f"{count} round{'s' if count != 1 else ''} only")
        if less := lesser_load(part, peer):
            said.append(less)
    return "; ".join(said)


def lesser_load(part: Document, peer: Document) -> str:
    """What a slow peer was asked for instead of what the measure's title says."""
    if not peer["slow"] or not peer["samples"]:
        return ""
    if part["name"] == "latency":
        return f"{SLOW_RATE} a second"
    if part["name"] == "memory":
        return f"{peer['samples'][0]['connections']:.0f} connections"
    return ""


def lines_of(part: Document) -> list[tuple[str, ...]]:
    """A line for each figure that is compared; what explains them stands at the first one's end."""
    lines: list[tuple[str, ...]] = []
    for peer in part["peers"]:
        known = [value for value in part["values"] if peer["figures"].get(value["key"])]
        rest = [value for value in known if not value["line"]]
        shown = [value for value in known if value["line"]]
        for place, value in enumerate(shown or part["values"][:1]):
            median, figures = span(peer["figures"].get(value["key"]), value["digits"])
            ratio, ratios = span(peer["ratios"].get(value["key"]), 2)
            said = [described(peer, other) for other in rest] + [remarks(part, peer)]
            title = value["title"] + (f", {value['unit']}" if value["unit"] else "")
            lines.append((peer["title"], title, median, figures, ratio, ratios,
                          "; ".join(filter(None, said)) if place == 0 else ""))
    return lines


def described(peer: Document, value: Document) -> str:
    median = number(peer["figures"][value["key"]]["median"], value["digits"])
    if value["title"] == value["unit"]:
        return f"{median} {value['unit']}"
    return f"{value['title']} {median} {value['unit']}".rstrip()


HEADINGS = ("peer", "figure", "median", "least to most", "ratio", "least to most", "remarks")


def text(document: Document) -> str:
    out = []
    for part in document["measures"]:
        rounds = "1 round" if part["rounds"] == 1 else f"{part['rounds']} rounds"
        out.append(f"\n{part['title']} ({rounds})")
        out += aligned([HEADINGS, *lines_of(part)], right=(2, 3, 4, 5))
    if document["budgets"]:
        out.append("\nBudgets (medians)")
        out += aligned([("budget", "", "measured", "verdict"), *budget_lines(document)], right=(2,))
    return "\n".join(out)


def budget_lines(document: Document) -> list[tuple[str, ...]]:
    return [(line["title"], line["limit"], line["measured"], line["verdict"])
            for line in document["budgets"]]


def aligned(rows: list[tuple[str, ...]], right: tuple[int, ...]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return ["  " + "  ".join(
        cell.rjust(width) if place in right else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(row, widths))).rstrip() for row in rows]


def markdown(headings: tuple[str, ...], rows: list[tuple[str, ...]], right: tuple[int, ...]) -> str:
    rule = tuple("---:" if place in right else "---" for place in range(len(headings)))
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"
                     for row in (headings, rule, *rows))


def pages(document: Document) -> str:
    """All figures, as Documentation/Performance.md shows them."""
    out = [sentence(document)]
    for part in document["measures"]:
        out += [f"### {part['title']}", markdown(HEADINGS, lines_of(part), (2, 3, 4, 5))]
    out += ["### Budgets", markdown(("budget", "limit", "measured", "verdict"),
                                    budget_lines(document), (2,))]
    return "\n\n".join(out)


def sentence(document: Document) -> str:
    """Where and when, and with what."""
    machine, versions = document["machine"], document["versions"]
    quiet = document["quiet"]
    kind = "virtual, " if machine["virtual"] else ""
    peers = ", ".join(f"{name} {version}" for name, version in versions.items())
    return (f"{document['date'][:10]}, {machine['cpu']}, {machine['cores']} cores ({kind}"
            f"{machine['architecture']}), {machine['system']}, Linux {machine['kernel']}. "
            f"Pinned: {machine['pinned']}. {peers}. "
            f"Before the run others kept the cores {quiet['busy_before_percent']:.0f} % busy, "
            f"after it {quiet['busy_after_percent']:.0f} %; {quiet['stolen_percent']:.1f} % of "
            "the time went to other guests of the host.")


# What README shows: a measure a line, a peer a column.
SHORT_COLUMNS = (
    ("chaosproxy", ("chaosproxy-tcp", "chaosproxy-http-100", "chaosproxy-respond",
                    "chaosproxy-delay-100")),
    ("HAProxy", ("haproxy-tcp", "haproxy-http", "haproxy-return")),
    ("nginx", ("nginx-stream", "nginx-http", "nginx-return")),
    ("Envoy", ("envoy-tcp", "envoy-http", "envoy-abort", "envoy-delay-100")),
    ("mitmproxy", ("mitmproxy",)),
    ("Toxiproxy", ("toxiproxy", "toxiproxy-delay-100")),
)
SHORT_LINES = (
    ("TCP: CPU per request", "requests", "cpu", "tcp"),
    ("HTTP, 100 rules that do not match: CPU per request", "requests", "cpu", "http"),
    ("TCP: CPU per GB", "bytes", "cpu", "tcp"),
    ("TCP: CPU for connect, one request, close", "connections", "cpu", "tcp"),
    ("503 without the service: CPU per request", "respond", "cpu", "respond"),
    ("HTTP: added latency, 99 %", "latency", "added_p99", "http"),
    ("100 ms delay: how much later, 99 %", "delay", "p99", "delay-100"),
    ("TCP: memory per idle connection", "memory", "memory", "tcp"),
    ("HTTP: start to first byte", "start", "start", "http"),
)


def short(document: Document) -> str:
    rows, used = [], set()
    for title, measure, key, family in SHORT_LINES:
        part = part_of(document, measure)
        if part is None:
            continue
        cells = []
        for column, names in SHORT_COLUMNS:
            cell = NONE
            for peer in part["peers"]:
                if peer["name"] in names and peer["family"] == family and peer["figures"].get(key) \
                        and not lesser_load(part, peer):
                    value = next(v for v in part["values"] if v["key"] == key)
                    median = number(peer["figures"][key]["median"], value["digits"])
                    cell = f"{median} {value['unit']}"
                    used.add(column)
            cells.append(cell)
        rows.append((title, *cells))
    kept = [place for place, (column, _) in enumerate(SHORT_COLUMNS) if column in used]
    headings = ("median", *(SHORT_COLUMNS[place][0] for place in kept))
    trimmed = [(row[0], *(row[place + 1] for place in kept)) for row in rows]
    return markdown(headings, trimmed, tuple(range(1, len(headings)))) + f"\n\n{occasion(document)}"


def occasion(document: Document) -> str:
    machine, quiet = document["machine"], document["quiet"]
    busy = max(quiet["busy_before_percent"], quiet["busy_after_percent"])
    others = f", up to {busy:.0f} % busy with other things" if busy >= BUSY_PERCENT else ""
    return (f"{document['date'][:10]}, {machine['cpu']}, {machine['cores']} cores{others}. "
            f"{summary(document['budgets'])}.")
