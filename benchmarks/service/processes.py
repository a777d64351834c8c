"""Processes under measurement: each on a core of its own, with what the kernel knows of it (Linux)."""

from __future__ import annotations

import os
import platform
import resource
from pathlib import Path

SERVICE_CORE, LOAD_CORE = 0, 1
_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(*pids: int) -> float:
    """Return the processor time that processes have used, their threads' included."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def resident_bytes(*pids: int) -> int:
    """Return the memory that processes hold (their resident set)."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) for pid in pids)
    return pages * os.sysconf("SC_PAGE_SIZE")


def on_cores(*cores: int) -> tuple[str, ...]:
    """Return the words that start a program on these cores, whatever its parent is bound to."""
    return ("taskset", "--cpu-list", ",".join(str(core) for core in cores))


def bind_to(*cores: int) -> None:
    """Run this thread, and what it starts from now on, on these cores alone."""
    os.sched_setaffinity(0, cores)


def allow_many_files() -> None:
    """Let this process and those it starts hold as many sockets as the system allows."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def machine() -> str:
    """Return what machine this is."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
    release = ".".join(os.uname().release.split(".")[:2])
    return f"{os.cpu_count()} cores of {model}, Linux {release}, Python {platform.python_version()}"


def load_average() -> float:
    """Return how many processes wanted a core in the last minute, this benchmark's own among them."""
    return os.getloadavg()[0]
