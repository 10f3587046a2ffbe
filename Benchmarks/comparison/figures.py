# SPDX-License-Identifier: Apache-2.0
"""From samples to figures: medians, spreads, and ratios between runs of the same moment."""
from __future__ import annotations

import statistics
import typing

from .measures import Measure, Value
from .peers import BY_NAME, REFERENCES
from .rounds import Row

Document = dict[str, typing.Any]
"""The results as they are kept in compare.json; all that is shown is made from one of these."""


def spread(values: list[float]) -> Document | None:
    if not values:
        return None
    return {"min": min(values), "median": statistics.median(values), "max": max(values)}


def by_round(row: Document, key: str) -> dict[float, float]:
    return {sample["round"]: sample[key] for sample in row["samples"] if key in sample}


def ratios(row: Document, reference: Document, key: str) -> list[float]:
    """One for each round that both have a figure of; none by a reference that is not above zero."""
    ours, theirs = by_round(row, key), by_round(reference, key)
    return [ours[turn] / theirs[turn] for turn in ours if theirs.get(turn, 0) > 0]


def add_latency(rows: dict[str, Row]) -> None:
    """What a peer adds to the way without it, in the same round."""
    direct = rows.get("direct")
    if direct is None:
        return
    at = {sample["round"]: sample for sample in direct.samples}
    for name, row in rows.items():
        for sample in row.samples:
            if name != "direct" and sample["round"] in at:
                for key in ("p50", "p99"):
                    sample[f"added_{key}"] = sample[key] - at[sample["round"]][key]


def measured(what: Measure, rows: dict[str, Row], rounds: int) -> Document:
    """A measure's part of the document."""
    if what.name == "latency":
        add_latency(rows)
    peers: list[Document] = []
    for name, row in rows.items():
        peers.append({
            "name": name, "title": BY_NAME[name].title, "family": BY_NAME[name].family,
            "slow": BY_NAME[name].slow, "reference": REFERENCES.get(BY_NAME[name].family),
            "absent": row.absent, "failures": row.failures, "samples": row.samples,
        })
    part = {
        "name": what.name, "title": what.title, "rounds": rounds,
        "values": [described(value) for value in what.values], "peers": peers,
    }
    for peer in peers:
        add_figures(part, peer)
    return part


def described(value: Value) -> Document:
    return {"key": value.key, "title": value.title, "unit": value.unit, "digits": value.digits,
            "ratio": value.ratio, "line": value.line}


def add_figures(part: Document, peer: Document) -> None:
    reference = find(part, peer["reference"])
    peer["figures"], peer["ratios"] = {}, {}
    for value in part["values"]:
        key = value["key"]
        peer["figures"][key] = spread(list(by_round(peer, key).values()))
        if value["ratio"] and reference is not None:
            peer["ratios"][key] = spread(ratios(peer, reference, key))


def find(part: Document, name: str | None) -> Document | None:
    return next((peer for peer in part["peers"] if peer["name"] == name), None)


def part_of(document: Document, name: str) -> Document | None:
    return next((part for part in document["measures"] if part["name"] == name), None)
