# SPDX-License-Identifier: Apache-2.0
"""What chaosproxy says of its own delays: the histogram in its metrics, before and after a run."""
from __future__ import annotations

import math
import re
import socket
from collections.abc import Callable

from .peers import Site, admin_socket
from .processes import Failure

BUCKET = re.compile(r'^chaosproxy_delay_error_seconds_bucket\{le="([^"]*)"\} (\d+)', re.MULTILINE)
ASK = b"GET /metrics HTTP/1.1\r\nHost: chaosproxy\r\nConnection: close\r\n\r\n"
Buckets = list[tuple[float, int]]


def own_delay_error(
    site: Site, name: str, work: Callable[[Callable[[], None]], dict[str, object]]
) -> tuple[dict[str, object], dict[str, float]]:
    """The work's report, and the quantiles in microseconds of what was counted once it was warm."""
    before: Buckets = []
    report = work(lambda: before.extend(buckets(site, name)))
    after = buckets(site, name)
    counts = [(bound, count - earlier) for (bound, count), (_, earlier) in zip(after, before)]
    return report, {"own_p50": quantile(counts, 0.5) * 1e6, "own_p99": quantile(counts, 0.99) * 1e6}


def buckets(site: Site, name: str) -> Buckets:
    """Bounds in seconds, and how many were at most so late."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(admin_socket(site, name)))
        connection.sendall(ASK)
        text = b"".join(iter(lambda: connection.recv(65536), b"")).decode(errors="replace")
    found = [(float(bound), int(count)) for bound, count in BUCKET.findall(text)]
    if not found:
        raise Failure("its metrics have no chaosproxy_delay_error_seconds")
    return found


def quantile(counts: Buckets, share: float) -> float:
    """Between the bounds of a bucket by share; beyond the last bound, that bound."""
    wanted = share * counts[-1][1]
    low, below = 0.0, 0
    for bound, count in counts:
        if count >= wanted and count > below:
            if math.isinf(bound):
                return low
            return low + (bound - low) * (wanted - below) / (count - below)
        low, below = (bound if not math.isinf(bound) else low), count
    return low
