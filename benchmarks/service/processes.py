"""Processes under measurement: each on a core of its own, with what the kernel knows of it (Linux)."""

from __future__ import annotations

import os
import platform
from pathlib import Path

SERVICE_CORE, LOAD_CORE = 0, 1
_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(*pids: int) -> float:
    """Give the processor time that processes have used, their threads' included."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def resident_bytes(*pids: int) -> int:
    """Give the memory that processes hold (their resident set)."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) for pid in pids)
    return pages * os.sysconf("SC_PAGE_SIZE")


def on_core(core: int) -> tuple[str, ...]:
    """Give the words that start a program on one core."""
    return ("taskset", "--cpu-list", str(core))


def machine() -> str:
    """Say what machine this is."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
    return f"{os.cpu_count()} cores of {model}, Linux {os.uname().release}, Python {platform.python_version()}"
