"""Binds processes to cores, and reads their processor time and memory from the kernel (Linux)."""

from __future__ import annotations

import os
import platform
import resource
from pathlib import Path

SERVICE_CORE, LOAD_CORE = 0, 1
_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(*pids: int) -> float:
    """Return the processor time in seconds that processes have used, including their threads."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def resident_bytes(*pids: int) -> int:
    """Return the resident memory of processes, in bytes."""
    pages = sum(int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) for pid in pids)
    return pages * os.sysconf("SC_PAGE_SIZE")


def on_cores(*cores: int) -> tuple[str, ...]:
    """Return the command prefix that runs a program on these cores only, whichever cores its parent may use."""
    return ("taskset", "--cpu-list", ",".join(str(core) for core in cores))


def bind_to(*cores: int) -> None:
    """Bind this thread, and threads and processes that it starts from now on, to these cores."""
    os.sched_setaffinity(0, cores)


def allow_many_files() -> None:
    """Raise the limit of open files of this process and its child processes to the maximum that is allowed."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def machine() -> str:
    """Return a description of this machine."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
    release = ".".join(os.uname().release.split(".")[:2])
    return f"{os.cpu_count()} cores of {model}, Linux {release}, Python {platform.python_version()}"


def load_average() -> float:
    """Return the load average of the last minute, which includes this benchmark's own processes."""
    return os.getloadavg()[0]
