# SPDX-License-Identifier: Apache-2.0
"""What was promised, and whether it holds: each budget is one line, met or missed by how much."""
from __future__ import annotations

import dataclasses

from .figures import Document, find, part_of, ratios, spread


@dataclasses.dataclass(frozen=True)
class Budget:
    """The median of a figure is at most `most`: of its ratio to `other`'s, or of the figure."""

    title: str
    measure: str
    key: str
    peer: str
    most: float
    other: str | None = None
    unit: str = ""
    below: bool = False
    """Whether being just as large is a miss."""

    def judge(self, document: Document) -> Document:
        bound = "below" if self.below else "at most"
        line: Document = {"title": self.title, "limit": f"{bound} {self.shown(self.most)}"}
        try:
            median = self.median(document)
        except LookupError as missing:
            why = f"not measured: {missing.args[0]}"
            return {**line, "measured": "-", "met": None, "verdict": why}
        met = median < self.most if self.below else median <= self.most
        excess = (median / self.most - 1) * 100
        missed = f"missed by {excess:.0f} %" if excess >= 1 else "missed by under 1 %"
        verdict = "met" if met else missed
        return {**line, "measured": self.shown(median), "met": met, "verdict": verdict}

    def shown(self, figure: float) -> str:
        return f"{figure:.3g} {self.unit}" if self.unit else f"{figure:.2f} x"

    def median(self, document: Document) -> float:
        row = self.row(document, self.peer)
        if self.other is None:
            return row["figures"][self.key]["median"]
        found = spread(ratios(row, self.row(document, self.other), self.key))
        if found is None:
            raise LookupError("no round has both figures")
        return found["median"]

    def row(self, document: Document, name: str) -> Document:
        part = part_of(document, self.measure)
        row = find(part, name) if part else None
        if row is None:
            raise LookupError("left out of this run")
        if not row["figures"].get(self.key):
            raise LookupError(row["absent"] or (row["failures"] or ["no sample"])[0])
        return row


def delays() -> list[Budget]:
    return [
        Budget(f"{title}: {asked} ms late, 99 %, beside {other}", "delay", "p99",
               f"{ours}-delay-{asked}", 1, f"{theirs}-delay-{asked}", below=True)
        for asked in (10, 100)
        for title, ours in (("`delay`", "chaosproxy"), ("`at: request`", "chaosproxy-request"))
        for other, theirs in (("Envoy", "envoy"), ("Toxiproxy", "toxiproxy"))
    ]


BUDGETS = [
    Budget("TCP, CPU per request, beside HAProxy", "requests", "cpu", "chaosproxy-tcp", 1.15,
           "haproxy-tcp"),
    Budget("TCP, CPU per GB, beside HAProxy", "bytes", "cpu", "chaosproxy-tcp", 0.75,
           "haproxy-tcp"),
    Budget("HTTP with 100 rules, CPU per request, beside HAProxy", "requests", "cpu",
           "chaosproxy-http-100", 1.3, "haproxy-http"),
    Budget("HTTP with 100 rules, CPU per request, beside Envoy", "requests", "cpu",
           "chaosproxy-http-100", 0.4, "envoy-http"),
    Budget("HTTP with 10,000 rules, CPU per request, beside 10 rules", "requests", "cpu",
           "chaosproxy-http-10000", 1.05, "chaosproxy-http-10"),
    Budget("Connect, one request, close: CPU, beside HAProxy tcp", "connections", "cpu",
           "chaosproxy-tcp", 1.3, "haproxy-tcp"),
    Budget("`respond: 503`, CPU per request, beside HAProxy", "respond", "cpu",
           "chaosproxy-respond", 1.2, "haproxy-return"),
    Budget("Memory per idle connection, TCP", "memory", "memory", "chaosproxy-tcp", 16, unit="KiB"),
    Budget("Memory per idle connection, HTTP", "memory", "memory", "chaosproxy-http-100", 16,
           unit="KiB"),
    Budget("Start to first byte relayed, TCP", "start", "start", "chaosproxy-tcp", 150, unit="ms"),
    Budget("Start to first byte relayed, HTTP with 100 rules", "start", "start",
           "chaosproxy-http-100", 150, unit="ms"),
    *delays(),
]


def judged(document: Document) -> list[Document]:
    return [budget.judge(document) for budget in BUDGETS]


def summary(lines: list[Document]) -> str:
    met = sum(line["met"] is True for line in lines)
    missed = sum(line["met"] is False for line in lines)
    return f"{met} budgets met, {missed} missed, {len(lines) - met - missed} not measured"
