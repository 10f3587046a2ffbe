# SPDX-License-Identifier: Apache-2.0
"""The machine that was measured on, and how quiet it was."""
from __future__ import annotations

import os
import pathlib
import platform
import re
import time

Ticks = tuple[int, int, int]


def describe(cores: tuple[int, int] | None, descriptors: int) -> dict[str, object]:
    cpuinfo = pathlib.Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*:\s*(.+)$", cpuinfo, re.MULTILINE)
    memory = re.search(r"MemTotal:\s*(\d+)", pathlib.Path("/proc/meminfo").read_text())
    release = pathlib.Path("/etc/os-release")
    name = re.search(r'^PRETTY_NAME="(.*)"', release.read_text(), re.MULTILINE) \
        if release.exists() else None
    return {
        "cpu": model[1] if model else platform.machine(),
        "cores": os.cpu_count() or 1,
        "virtual": "hypervisor" in cpuinfo,
        "architecture": platform.machine(),
        "memory_gib": round(int(memory[1]) / 2**20, 1) if memory else None,
        "kernel": platform.release().split("-")[0],
        "system": name[1] if name else platform.system(),
        "descriptors": descriptors,
        "pinned": f"proxy on core {cores[0]}, service and load on core {cores[1]}"
                  if cores else "no: everything shares all cores",
    }


def ticks() -> Ticks:
    """All, idle, and stolen by other guests of the same host; since the system started."""
    line = pathlib.Path("/proc/stat").read_text().splitlines()[0]
    fields = [int(field) for field in line.split()[1:9]]
    return sum(fields), fields[3] + fields[4], fields[7]


def busy_percent(seconds: float) -> float:
    """How busy the cores are while this run does nothing."""
    before = ticks()
    time.sleep(seconds)
    after = ticks()
    return 100 * (1 - (after[1] - before[1]) / max(1, after[0] - before[0]))


def stolen_percent(before: Ticks) -> float:
    after = ticks()
    return 100 * (after[2] - before[2]) / max(1, after[0] - before[0])
