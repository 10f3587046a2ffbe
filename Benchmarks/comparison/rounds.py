# SPDX-License-Identifier: Apache-2.0
"""Runs a measure: every peer once, then every peer again, in an order that turns."""
from __future__ import annotations

import contextlib
import dataclasses
import sys
import time
from collections.abc import Iterator

from . import load
from .measures import Context, Measure
from .peers import BY_NAME, REFERENCES, Peer, Running
from .processes import Failure


@dataclasses.dataclass
class Row:
    """What was found of one peer: samples, each with its round; or why there are none."""

    samples: list[dict[str, float]] = dataclasses.field(default_factory=list)
    failures: list[str] = dataclasses.field(default_factory=list)
    absent: str | None = None


def measure(
    context: Context, what: Measure, chosen: set[str] | None, rounds: int
) -> dict[str, Row]:
    """All rounds of a measure. The peers that it needs run for as long as it takes."""
    peers = [BY_NAME[name] for name in what.peers if wanted(BY_NAME[name], chosen)]
    rows = {peer.name: Row() for peer in peers}
    at: dict[str, Running] = {}
    began = time.monotonic()
    try:
        for peer in peers:
            with noting(rows[peer.name], absent=True):
                prepare(context, what, peer, at)
        for turn in range(rounds):
            for peer in turned(peers, turn, rounds):
                row = rows[peer.name]
                if row.absent or (peer.slow and turn >= what.slow_rounds):
                    continue
                with noting(row, of=at.get(peer.name)):
                    sample = what.take(context, peer, at.get(peer.name))
                    row.samples.append(
                        {"round": turn, **{key: round(value, 3) for key, value in sample.items()}})
    finally:
        context.site.stage.end([run.program for run in at.values() if run.program])
    print(f"compare: {what.name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return rows


def turned(peers: list[Peer], turn: int, rounds: int) -> list[Peer]:
    """The order of a round: nobody is always first, or always behind the same one's start."""
    shift = turn * max(1, len(peers) // rounds) % max(1, len(peers))
    return peers[shift:] + peers[:shift]


def wanted(peer: Peer, chosen: set[str] | None) -> bool:
    """References and the direct way are measured along: without them nothing can be divided."""
    if chosen is None or peer.name in chosen or peer.family == "direct":
        return True
    return any(BY_NAME[name].family == peer.family and REFERENCES.get(peer.family) == peer.name
               for name in chosen)


def prepare(context: Context, what: Measure, peer: Peer, at: dict[str, Running]) -> None:
    """Starts and warms up a peer; of one that a measure starts itself only asks whether it can."""
    if what.fresh:
        assert peer.launch
        peer.launch(context.site, 1, peer.name)
        return
    at[peer.name] = run = peer.start(context.site)
    if what.name != "delay":
        load.warm_up(run.port, peer.begins)


@contextlib.contextmanager
def noting(row: Row, absent: bool = False, of: Running | None = None) -> Iterator[None]:
    """A failure is a fact about the peer, and the run goes on. That its program ended says more
    than what its clients saw of it."""
    try:
        yield
    except (Failure, OSError) as failure:
        said = str(failure)
        try:
            if of and of.program:
                of.program.check()
        except Failure as end:
            said = str(end)
        if absent:
            row.absent = said
        else:
            row.failures.append(said)
