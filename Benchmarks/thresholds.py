# SPDX-License-Identifier: Apache-2.0
"""What a unit of each benchmark may cost, and whether what was counted is within it."""
import json
import os
import pathlib
import platform
import re
import subprocess
from typing import Any

from counting import Failure, Figures

FILE = pathlib.Path(__file__).resolve().parent / "thresholds.json"
# What is written where there is no file: as shares of what is allowed. Over sockets the event log is
# handed over by time, which is one firing of a timer more, or fewer, for some units.
TOLERANCE = {
    "exact": {"instructions": 0.05, "allocations": 0},
    "timed": {"instructions": 0.1, "allocations": 0.1},
}
# What a firing of a timer allocates, for a unit.
TIMED_ALLOCATIONS = 1
SWIFT = os.environ.get("SWIFT", "swift")


def conditions() -> dict[str, str]:
    """What instructions depend on besides the sources."""
    command = [SWIFT, "--version"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise Failure(f"which compiler this is cannot be told: {error}") from None
    version = re.search(r"Swift version (\S+)", said)
    return {"swift": version[1] if version else said.strip(), "architecture": platform.machine()}


def read() -> dict[str, Any]:
    try:
        known = json.loads(FILE.read_text())
        for allowed in known["costs"].values():
            for tolerances in known["tolerance"].values():
                for measure, share in tolerances.items():
                    float(allowed[measure] + share)
        if not isinstance(known["for"], dict):
            raise TypeError("`for` has to be an object")
        return known
    except FileNotFoundError:
        raise Failure(f"{FILE} is missing: Benchmarks/bench --accept writes it") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Failure(f"{FILE} is no file of thresholds ({error!r}): "
                      "take it from git, or write it anew: delete it, and --accept") from None


def accept(
    figures: list[Figures], known: dict[str, Any], here: dict[str, str], is_whole: bool
) -> dict[str, Any]:
    """Makes what was counted the thresholds."""
    if not is_whole and known.get("for") != here:
        raise Failure("--only cannot be accepted for another compiler or machine: count all")
    kept = {} if is_whole else known["costs"]
    accepted = {
        "for": here,
        "tolerance": known.get("tolerance", TOLERANCE),
        "costs": kept | {found.name: found.costs for found in figures},
    }
    FILE.write_text(json.dumps(accepted, indent=2) + "\n")
    print(f"bench: wrote {FILE.name}")
    return accepted


def verdicts(
    figures: list[Figures], known: dict[str, Any], is_whole: bool
) -> tuple[list[str], list[str]]:
    """What costs more than is allowed, and what costs less and could be written down."""
    faults, gains = [], []
    for found in figures:
        allowed = known["costs"].get(found.name)
        if allowed is None:
            faults.append(f"'{found.name}' has no threshold: --accept writes it")
            continue
        for measure, cost in found.costs.items():
            most = allowed[measure]
            margin = most * known["tolerance"][found.kind][measure]
            if found.kind == "timed" and measure == "allocations":
                margin += TIMED_ALLOCATIONS
            if cost > most + margin:
                faults.append(f"'{found.name}' costs {cost:,} {measure}, and {most:,} are allowed")
            elif cost < most - margin:
                gains.append(f"'{found.name}' costs {cost:,} {measure} instead of {most:,}")
    if is_whole:
        gone = known["costs"].keys() - {found.name for found in figures}
        faults += [f"'{name}' has a threshold and is no benchmark" for name in sorted(gone)]
    return faults, gains
