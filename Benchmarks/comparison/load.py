# SPDX-License-Identifier: Apache-2.0
"""What is asked of a peer: wrk, paced-load, large downloads, and connections that are held."""
from __future__ import annotations

import contextlib
import json
import re
import selectors
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator

from .processes import END_SECONDS, Failure, prepare
from .tools import Toolbox
from .upstream import ASK, LARGE_BYTES, LARGE_PATH, OK

WRK_CONNECTIONS = 32
EXTRA_SECONDS = 30
"""What a load program may take beyond the time it was told."""
DOWNLOADS = 4
DOWNLOAD_SECONDS = 60
"""How long all downloads of one sample may take together."""
WARM_REQUESTS = 200
HOLD_SECONDS = 60
"""How long connections may take to be opened and answered."""
OPENING_AT_ONCE = 64


@contextlib.contextmanager
def started(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A load program, which runs where this script does and never outlives its use."""
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, start_new_session=True, preexec_fn=lambda: prepare(None),
    )
    try:
        yield process
    except subprocess.TimeoutExpired:
        raise Failure(f"{command[0]} did not end") from None
    finally:
        process.kill()
        process.wait(END_SECONDS)


def wrk(tools: Toolbox, port: int, path: str, seconds: float, close: bool = False,
        expect: int = 200) -> int:
    """Asks as fast as 32 connections carry; returns the requests that were answered. wrk knows
    whole seconds only, so it is told more and interrupted: it says what it had until then."""
    longest = f"-d{seconds + EXTRA_SECONDS:.0f}s"
    command = [tools.path("wrk"), "-t1", f"-c{WRK_CONNECTIONS}", longest]
    if close:
        command += ["-H", "Connection: close"]
    with started([*command, f"http://127.0.0.1:{port}{path}"]) as process:
        try:
            said, _ = process.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)
            said, _ = process.communicate(timeout=EXTRA_SECONDS)
    requests = re.search(r"(\d+) requests in", said)
    if not requests or int(requests[1]) == 0:
        raise Failure("no request was answered")
    if errors := re.search(r"Socket errors: (.*)", said):
        if any(int(count) for count in re.findall(r"\d+", errors[1])):
            raise Failure(f"socket errors among {requests[1]} requests: {errors[1]}")
    other = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    wrong = int(other[1]) if other else 0
    if expect >= 400:
        wrong = int(requests[1]) - wrong
    if wrong:
        raise Failure(f"{wrong} of {requests[1]} answers were not {expect}")
    return int(requests[1])


def paced(tools: Toolbox, port: int, path: str, connections: int, rate: int, seconds: float,
          settle: float, warm: Callable[[], None] = lambda: None) -> dict[str, object]:
    """Asks at a fixed rate, open loop; returns the report of paced-load. `warm` is called between
    the connections' first answers and the clock's start."""
    command = [
        tools.path("paced-load"), f"127.0.0.1:{port}", "--path", path, "--settle", str(settle),
        "--connections", str(connections), "--rate", str(rate), "--seconds", str(seconds),
    ]
    with started(command) as process:
        watch = threading.Timer(settle + seconds + EXTRA_SECONDS, process.kill)
        watch.start()
        try:
            assert process.stderr
            first = process.stderr.readline().strip()
            if first == "warm":
                warm()
            output, errors = process.communicate()
        finally:
            watch.cancel()
    if process.returncode:
        raise Failure((first + " " + errors.strip()).strip()[:200] or "paced-load was ended")
    report = json.loads(output)
    if report["errors"] or report["unanswered"]:
        raise Failure(f"of {report['requests']} requests {report['errors']} had errors and "
                      f"{report['unanswered']} no answer")
    return report


def download(port: int) -> int:
    """Reads the large file on four connections at once; returns the bytes of its content."""
    ask = f"GET {LARGE_PATH} HTTP/1.1\r\nHost: upstream\r\nConnection: close\r\n\r\n".encode()
    deadline = time.monotonic() + DOWNLOAD_SECONDS
    buffer = bytearray(1 << 20)
    with contextlib.ExitStack() as opened, selectors.DefaultSelector() as selector:
        came: dict[int, int] = {}
        for _ in range(DOWNLOADS):
            connection = opened.enter_context(socket.create_connection(("127.0.0.1", port), 5))
            connection.sendall(ask)
            connection.setblocking(False)
            selector.register(connection, selectors.EVENT_READ)
            came[connection.fileno()] = 0
        while selector.get_map():
            if time.monotonic() > deadline:
                raise Failure(f"{DOWNLOADS} downloads took more than {DOWNLOAD_SECONDS} s")
            for key, _ in selector.select(1):
                try:
                    count = key.fileobj.recv_into(buffer)  # type: ignore[union-attr]
                except OSError as error:
                    raise Failure(f"a download ended with {error.strerror}") from None
                came[key.fd] += count
                if count == 0:
                    selector.unregister(key.fileobj)
    # Heads come on top; they are a few hundred bytes.
    if any(not LARGE_BYTES < count < LARGE_BYTES + 4096 for count in came.values()):
        raise Failure(f"a download had {min(came.values())} bytes instead of {LARGE_BYTES}")
    return DOWNLOADS * LARGE_BYTES


@contextlib.contextmanager
def held(port: int, count: int) -> Iterator[None]:
    """Opens connections, asks once on each, reads the whole answer, and keeps them idle."""
    deadline = time.monotonic() + HOLD_SECONDS
    with contextlib.ExitStack() as opened:
        ready = 0
        while ready < count:
            batch = min(OPENING_AT_ONCE, count - ready)
            connections = []
            for _ in range(batch):
                try:
                    connection = socket.create_connection(("127.0.0.1", port), 5)
                except OSError as error:
                    raise Failure(f"held {ready} of {count}: {error}") from None
                opened.callback(connection.close)
                connection.sendall(ASK)
                connections.append(connection)
            for connection in connections:
                read_answer(connection, f"held {ready} of {count}")
                ready += 1
            if time.monotonic() > deadline:
                raise Failure(f"held {ready} of {count} within {HOLD_SECONDS} s")
        yield


def warm_up(port: int, begins: bytes) -> None:
    """Asks a few hundred times, one after the other, so that what is measured has run before."""
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        for _ in range(WARM_REQUESTS):
            connection.sendall(ASK)
            if read_answer(connection, "warming up", begins):
                return


def read_answer(connection: socket.socket, where: str, begins: bytes = OK) -> bool:
    """One answer with a length, to its end; whether it is the last of its connection."""
    answer = b""
    try:
        while True:
            chunk = connection.recv(4096)
            if not chunk:
                raise Failure(f"{where}: closed before the end of an answer")
            answer += chunk
            head, gap, body = answer.partition(b"\r\n\r\n")
            if gap:
                length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
                if not head.startswith(begins) or not length:
                    raise Failure(f"{where}: answered {head[:60]!r}")
                if len(body) >= int(length[1]):
                    return bool(re.search(rb"(?i)\r\nconnection: *close", head))
    except OSError as error:
        raise Failure(f"{where}: {error}") from None
