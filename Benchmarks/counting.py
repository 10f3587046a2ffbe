# SPDX-License-Identifier: Apache-2.0
"""Runs `unit-costs` below callgrind, and reads what was executed between two boundaries."""
import collections
import pathlib
import re
import shutil
import subprocess
from typing import NamedTuple

# For the whole of a run, in seconds: counting is some fifty times slower than running.
COUNT_PATIENCE, PATIENCE = 420, 120
BOUNDARY = "unit_costs_boundary"
ALLOCATORS = {"malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc", "memalign"}
RETAINS = {"swift_retain", "swift_retain_n", "swift_bridgeObjectRetain"}
# Swift seeds its hashes anew for each process, which moves what lies in a dictionary.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "SWIFT_DETERMINISTIC_HASHING": "1"}
# A benchmark that allocates once for each unit: it shows that allocations are counted at all.
CONTROL = "control"

FUNCTION = re.compile(r"(c?fn)=\((\d+)\)(?: (.*))?$")
# A place, which is always the same with --dump-line=no, and what it cost.
COST = re.compile(r"[+*\-\d]\S* (\d+)$")


class Failure(Exception):
    """Why nothing could be measured, and what to do."""


class Profile(NamedTuple):
    """What was executed between two boundaries, by the names of functions."""

    # Instructions in the function itself, and with what it calls.
    own: collections.Counter[str]
    inclusive: collections.Counter[str]
    # How often the first called the second.
    calls: collections.Counter[tuple[str, str]]

    @property
    def instructions(self) -> int:
        return self.own.total()

    def calls_of(self, functions: set[str]) -> int:
        return sum(count for (_, callee), count in self.calls.items() if callee in functions)


class Figures(NamedTuple):
    """What one unit of a benchmark costs."""

    name: str
    unit: str
    # `exact`, or `timed`: what is executed depends a little on time.
    kind: str
    instructions: float
    allocations: float
    retains: float
    profile: Profile

    @property
    def costs(self) -> dict[str, float]:
        """What is compared."""
        return {"instructions": self.instructions, "allocations": self.allocations}


def run(command: list[str], patience: float = PATIENCE) -> str:
    """The output of a program that succeeds in time."""
    if shutil.which(command[0]) is None:
        raise Failure(f"{command[0]} is missing: Scripts/setup bench installs it")
    try:
        done = subprocess.run(
            command, env=ENVIRONMENT, timeout=patience, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
    except subprocess.TimeoutExpired:
        raise Failure(f"not done in {patience:.0f} s: {' '.join(command)}") from None
    if done.returncode != 0:
        tail = "\n".join(done.stderr.splitlines()[-20:])
        raise Failure(f"ended with {done.returncode}: {' '.join(command)}\n{tail}")
    return done.stdout


def read(dump: pathlib.Path) -> Profile:
    """Reads one file of callgrind's ("Callgrind Format Specification", valgrind's manual)."""
    names: dict[str, str] = {}
    found = Profile(collections.Counter(), collections.Counter(), collections.Counter())
    caller = callee = ""
    is_call = False
    for line in dump.read_text(errors="replace").splitlines():
        if match := FUNCTION.match(line):
            kind, number, name = match.groups()
            if name is not None:
                # Recursion and versions of symbols stand behind the name.
                names[number] = re.split(r"['@]", name)[0]
            if kind == "fn":
                caller = names[number]
            else:
                callee = names[number]
        elif line.startswith("calls="):
            found.calls[caller, callee] += int(line[6:].split()[0])
            is_call = True
        elif match := COST.match(line):
            cost = int(match[1])
            if is_call:
                # What a function calls of itself is in its own cost already.
                found.inclusive[caller] += cost if caller != callee else 0
            else:
                found.own[caller] += cost
                found.inclusive[caller] += cost
            is_call = False
    return found


def count(program: pathlib.Path, names: list[str], folder: pathlib.Path) -> list[Figures]:
    """Runs these benchmarks once, in a folder for what callgrind writes."""
    # valgrind cannot read all the debug information of Swift, and needs none of it.
    bare, dumps = folder / program.name, folder / "callgrind"
    run(["strip", "--strip-debug", "-o", str(bare), str(program)])
    said = run(
        [
            "valgrind", "--tool=callgrind", "--quiet", "--dump-line=no",
            f"--dump-before={BOUNDARY}", f"--callgrind-out-file={dumps}",
            str(bare), "count", *names,
        ],
        COUNT_PATIENCE,
    )
    figures = []
    for position, line in enumerate(said.splitlines()):
        name, unit, units, kind = line.split("\t")
        # Each has two boundaries, and what was done before the first of them made things ready.
        dump = dumps.with_suffix(f".{position * 2 + 2}")
        if not dump.exists():
            raise Failure(f"callgrind did not stop at {BOUNDARY}: {dump.name} was not written")
        profile = read(dump)
        figures.append(
            Figures(
                name,
                unit,
                kind,
                round(profile.instructions / int(units), 1),
                round(profile.calls_of(ALLOCATORS) / int(units), 2),
                round(profile.calls_of(RETAINS) / int(units), 2),
                profile,
            )
        )
    check_control(figures)
    return figures


def check_control(figures: list[Figures]) -> None:
    for found in figures:
        if found.name == CONTROL and found.allocations != 1:
            raise Failure(
                f"'{CONTROL}' allocates once for each unit, and {found.allocations} were counted: "
                "allocations are not counted rightly here"
            )


def times(program: pathlib.Path, names: list[str]) -> dict[str, int]:
    """Nanoseconds for a unit, without valgrind."""
    said = run([str(program), "time", *names])
    return {name: int(time) for name, time in (line.split("\t") for line in said.splitlines())}


def names(program: pathlib.Path) -> list[str]:
    """Of all benchmarks."""
    return [line.split("\t")[0] for line in run([str(program), "list"]).splitlines()]
