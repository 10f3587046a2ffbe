# SPDX-License-Identifier: Apache-2.0
"""What is measured of a peer: each measure takes one sample at a time."""
from __future__ import annotations

import dataclasses
import socket
import time
from collections.abc import Callable

from . import load
from .delay_error import own_delay_error
from .peers import PEERS, Peer, Running, Site
from .processes import READY_SECONDS, Failure, Program
from .upstream import ASK, SMALL_PATH

Sample = dict[str, float]

LATENCY_CONNECTIONS, LATENCY_RATE, SLOW_RATE = 16, 2_000, 100
DELAY_CONNECTIONS, DELAY_RATE = 1_000, 3_000
IDLE_CONNECTIONS, SLOW_IDLE_CONNECTIONS = 5_000, 500
SETTLE_SECONDS = 0.3
"""Before memory is read: what frees what it no longer needs has done so."""


@dataclasses.dataclass(frozen=True)
class Value:
    """One figure of a sample. It has a line of its own, or else explains the others' lines."""

    key: str
    title: str
    unit: str
    digits: int = 1
    ratio: bool = True
    line: bool = True


@dataclasses.dataclass
class Context:
    site: Site
    seconds: float
    """How long load that cannot be counted beforehand is kept up for one sample."""


@dataclasses.dataclass(frozen=True)
class Measure:
    """`take` gives one sample of a peer that runs, or of one that it starts itself: `fresh`."""

    name: str
    title: str
    values: tuple[Value, ...]
    peers: tuple[str, ...]
    rounds: int
    take: Callable[[Context, Peer, Running | None], Sample]
    fresh: bool = False
    slow_rounds: int = 2


def running(peer: Peer, at: Running | None) -> tuple[Running, Program]:
    if at is None or at.program is None:
        raise Failure(f"{peer.name} is no program")
    return at, at.program


def cpu_of(program: Program, work: Callable[[], int]) -> tuple[float, float, float, int]:
    """Seconds of the program's CPU while `work` was done: all, user, system; and its units. Ticks
    say in what proportion it was user and system, nanoseconds how much."""
    before = program.cpu()
    units = work()
    after = program.cpu()
    total, user, system = (b - a for a, b in zip(before, after))
    share = user / (user + system) if user + system else 0.0
    return total, total * share, total * (1 - share), units


def per_unit(program: Program, work: Callable[[], int], scale: float) -> Sample:
    total, user, system, units = cpu_of(program, work)
    return {"cpu": total / units * scale, "user": user / units * scale,
            "system": system / units * scale}


def take_requests(context: Context, peer: Peer, at: Running | None) -> Sample:
    where, program = running(peer, at)
    expect = int(peer.begins.split()[1])
    return per_unit(program, lambda: load.wrk(
        context.site.tools, where.port, SMALL_PATH, context.seconds, expect=expect), 1e6)


def take_connections(context: Context, peer: Peer, at: Running | None) -> Sample:
    where, program = running(peer, at)
    sample = per_unit(program, lambda: load.wrk(
        context.site.tools, where.port, SMALL_PATH, context.seconds, close=True), 1e6)
    return {**sample, "per_second": 1e6 / sample["cpu"]}


def take_bytes(context: Context, peer: Peer, at: Running | None) -> Sample:
    where, program = running(peer, at)
    began = time.monotonic()
    count = load.DOWNLOADS * load.LARGE_BYTES
    sample = per_unit(program, lambda: load.download(where.port), 1e9 * 1e3)
    return {**sample, "rate": count / 1e9 / (time.monotonic() - began)}


def take_latency(context: Context, peer: Peer, at: Running | None) -> Sample:
    assert at
    rate = SLOW_RATE if peer.slow else LATENCY_RATE
    report = load.paced(context.site.tools, at.port, SMALL_PATH, LATENCY_CONNECTIONS, rate,
                        context.seconds, settle=0.1)
    return quantiles(report)


def quantiles(report: dict[str, object], asked_ms: float = 0.0) -> Sample:
    latency, lateness = report["latency"], report["lateness"]
    assert isinstance(latency, dict) and isinstance(lateness, dict)
    return {"p50": latency["p50"] - asked_ms * 1e3, "p99": latency["p99"] - asked_ms * 1e3,
            "most": latency["max"] - asked_ms * 1e3, "late_p99": lateness["p99"]}


def take_delay(context: Context, peer: Peer, at: Running | None) -> Sample:
    assert at
    asked = int(peer.family.split("-")[1]) if peer.family.startswith("delay-") else 0

    def report(warm: Callable[[], None]) -> dict[str, object]:
        return load.paced(context.site.tools, at.port, SMALL_PATH, DELAY_CONNECTIONS, DELAY_RATE,
                          2 * context.seconds, 0.2, warm)

    if not peer.is_ours:
        return quantiles(report(lambda: None), asked)
    said, own = own_delay_error(context.site, peer.name, report)
    return {**quantiles(said, asked), **own}


def take_memory(context: Context, peer: Peer, at: Running | None) -> Sample:
    count = SLOW_IDLE_CONNECTIONS if peer.slow else IDLE_CONNECTIONS
    where, program = running(peer, peer.start(context.site))
    try:
        load.warm_up(where.port, peer.begins)
        time.sleep(SETTLE_SECONDS)
        before = program.resident()
        with load.held(where.port, count):
            time.sleep(SETTLE_SECONDS)
            after = program.resident()
        return {"memory": (after - before) / count / 1024, "resident": before / 2**20,
                "connections": count}
    finally:
        context.site.stage.end([program])


def take_start(context: Context, peer: Peer, at: Running | None) -> Sample:
    where, program = running(peer, peer.start(context.site, ready=False))
    try:
        return {"start": (first_byte(program, where.port) - where.began) * 1e3}
    finally:
        context.site.stage.end([program])


def first_byte(program: Program, port: int) -> float:
    """When a request on a new connection had the first byte of its answer."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
                connection.sendall(ASK)
                if connection.recv(1):
                    return time.monotonic()
        except OSError:
            pass
        program.check()
        time.sleep(0.0005)
    raise Failure(f"relayed nothing within {READY_SECONDS:.0f} s")


def of(*families: str, without: tuple[str, ...] = ()) -> tuple[str, ...]:
    return tuple(peer.name for peer in PEERS
                 if peer.family in families and peer.name not in without)


CPU = (Value("cpu", "CPU", "µs", 2), Value("user", "user", "µs", 2, False, False),
       Value("system", "system", "µs", 2, False, False))
CPU_PER_GB = tuple(dataclasses.replace(value, unit="ms", digits=0) for value in CPU)
LOAD_LATE = Value("late_p99", "the load itself was late by, 99 %", "µs", 0, False, False)
LATENCY = (Value("added_p50", "added, half", "µs", 0, False),
           Value("added_p99", "added, 99 %", "µs", 0, False),
           Value("p50", "whole, half", "µs", 0), Value("p99", "whole, 99 %", "µs", 0),
           LOAD_LATE)
FEW_RULES = ("chaosproxy-http-10", "chaosproxy-http-10000")
UNBOUNDED = ("reencoding-relay",)
"""It reads without regard to who takes it, so large answers and many clients are not for it."""

MEASURES = [
    Measure("requests", "CPU per request, kept alive, 128 bytes", CPU, of("tcp", "http"), 5,
            take_requests),
    Measure("bytes", "CPU per GB, large answers",
            (*CPU_PER_GB, Value("rate", "GB/s", "GB/s", 2, False, False)),
            of("tcp", "http", without=FEW_RULES + UNBOUNDED), 5, take_bytes, slow_rounds=1),
    Measure("connections", "CPU per connection: connect, one request, close",
            (*CPU, Value("per_second", "per CPU second", "", 0, False, False)),
            of("tcp", "http", without=FEW_RULES + UNBOUNDED), 5, take_connections, slow_rounds=1),
    Measure("respond", "CPU per request, answered 503 without the service", CPU, of("respond"), 5,
            take_requests),
    Measure("latency", f"Added latency at {LATENCY_RATE:,} requests a second",
            LATENCY,
            of("direct", "tcp", "http", without=FEW_RULES + UNBOUNDED), 5, take_latency),
    Measure("delay", f"Delays: how much later than asked, {DELAY_CONNECTIONS:,} connections",
            (Value("p50", "half", "µs", 0), Value("p99", "99 %", "µs", 0),
             Value("own_p50", "own, half", "µs", 0, False, False),
             Value("own_p99", "own, 99 %", "µs", 0, False, False), LOAD_LATE),
            of("direct", "delay-10", "delay-100"), 3, take_delay),
    Measure("memory", f"Memory per idle connection, {IDLE_CONNECTIONS:,} of them",
            (Value("memory", "each", "KiB"), Value("resident", "before", "MiB", 1, False, False)),
            of("tcp", "http", without=FEW_RULES + UNBOUNDED), 2, take_memory, True, 1),
    Measure("start", "From start to the first byte relayed", (Value("start", "start", "ms"),),
            of("tcp", "http", without=FEW_RULES), 10, take_start, True, 2),
]
