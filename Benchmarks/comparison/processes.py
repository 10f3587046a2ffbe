# SPDX-License-Identifier: Apache-2.0
"""Programs that a run starts: on cores of their own, awaited within bounds, ended with the run."""
from __future__ import annotations

import ctypes
import os
import pathlib
import random
import resource
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator

READY_SECONDS = 30.0
"""How long a program may take from its start to its first right answer."""
END_SECONDS = 10.0
"""How long a program may take to be gone once it is killed."""
TICKS = os.sysconf("SC_CLK_TCK")


class Failure(Exception):
    """What a peer, or one measurement of it, failed by: one sentence, shown in the table."""


class Program:
    """A running program, and what the system says of it."""

    def __init__(self, name: str, process: subprocess.Popen[bytes], log: pathlib.Path) -> None:
        self.name, self.process, self.log = name, process, log

    def pids(self) -> list[int]:
        """The program and all that it started."""
        found, ahead = [], [self.process.pid]
        while ahead:
            pid = ahead.pop()
            found.append(pid)
            for children in pathlib.Path(f"/proc/{pid}/task").glob("*/children"):
                ahead += [int(child) for child in children.read_text().split()]
        return found

    def cpu(self) -> tuple[float, float, float]:
        """Seconds of CPU so far: all, exact to nanoseconds; and what clock ticks say of it, user
        and system, of which only the proportion is used."""
        self.check()
        exact = user = system = 0.0
        for pid in self.pids():
            for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
                try:
                    exact += int((task / "schedstat").read_text().split()[0]) / 1e9
                    fields = (task / "stat").read_text().rpartition(")")[2].split()
                except (FileNotFoundError, ProcessLookupError):
                    continue  # A thread that ended between two reads.
                user += int(fields[11]) / TICKS
                system += int(fields[12]) / TICKS
        return exact, user, system

    def resident(self) -> int:
        """Bytes of resident memory."""
        self.check()
        total = 0
        for pid in self.pids():
            for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith("VmRSS:"):
                    total += int(line.split()[1]) * 1024
        return total

    def check(self) -> None:
        if self.process.poll() is not None:
            raise Failure(f"ended with {self.process.returncode}: {self.last_words()}")

    def last_words(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines()
        return lines[-1][:200] if lines else "it said nothing"

    def end(self) -> None:
        """Nothing that is measured here has anything to save: killed at once."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(END_SECONDS)


class Stage:
    """A folder and the programs of a run. Leaving it ends them all and removes the folder."""

    def __init__(self, cores: tuple[int, int] | None) -> None:
        self.cores = cores
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="chaosproxy-compare."))
        self.running: list[Program] = []
        self._ports = free_ports()
        self._starts = 0

    def __enter__(self) -> Stage:
        return self

    def __exit__(self, *_: object) -> None:
        self.end(self.running)
        shutil.rmtree(self.folder, ignore_errors=True)

    def free_port(self) -> int:
        return next(self._ports)

    def write(self, name: str, text: str) -> pathlib.Path:
        path = self.folder / name
        path.write_text(text)
        return path

    def start(
        self, name: str, command: list[str], core: int | None, env: dict[str, str] | None = None
    ) -> Program:
        """Starts a program; its output goes to a file of the folder."""
        self._starts += 1
        log = self.folder / f"{name}.{self._starts}.out"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                cwd=self.folder, env={**os.environ, **(env or {})}, start_new_session=True,
                preexec_fn=lambda: prepare(core),
            )
        program = Program(name, process, log)
        self.running.append(program)
        return program

    def end(self, programs: list[Program]) -> None:
        for program in reversed(list(programs)):
            program.end()
            self.running.remove(program)

    @property
    def proxy_core(self) -> int | None:
        return self.cores[0] if self.cores else None

    @property
    def load_core(self) -> int | None:
        return self.cores[1] if self.cores else None


LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG = 1


def prepare(core: int | None) -> None:
    """In the new process: dies with its starter, whatever ends that; runs on its core."""
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if core is not None:
        os.sched_setaffinity(0, {core})


def choose_cores(pinned: bool) -> tuple[int, int] | None:
    """The proxy's core and everything else's, where there are two and they are wanted."""
    cores = sorted(os.sched_getaffinity(0))
    if not pinned or len(cores) < 2:
        return None
    os.sched_setaffinity(0, {cores[1]})
    return cores[0], cores[1]


def raise_descriptors() -> int:
    """As many descriptors as the system lets this run have; what it starts inherits them."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def free_ports() -> Iterator[int]:
    """Ports that are free now, each once. From below the range that the system takes for the ends
    of outgoing connections: one of those could hold a port again before its program listens."""
    text = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text()
    lowest = int(text.split()[0])
    candidates = list(range(max(1024, lowest - 12_000), lowest))
    random.shuffle(candidates)
    for port in candidates:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        yield port
    raise Failure(f"no port below {lowest} is free any more")


def await_answer(program: Program, port: int, request: bytes, begins: bytes) -> None:
    """Waits until a connection to the port is answered as it should be."""
    deadline = time.monotonic() + READY_SECONDS
    answer = b""
    while time.monotonic() < deadline:
        program.check()
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
                connection.sendall(request)
                answer = connection.recv(4096)
            if answer.startswith(begins):
                return
        except OSError:
            pass
        time.sleep(0.01)
    said = answer.split(b"\r\n")[0].decode(errors="replace") or program.last_words()
    raise Failure(f"not ready within {READY_SECONDS:.0f} s: {said}")
