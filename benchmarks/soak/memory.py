"""The memory of a service's processes over time (Linux)."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from testing.service import Service

MEGABYTE = 1024 * 1024
SAMPLE_SECONDS = 2.0
WARM_SECONDS = 60.0
"""Seconds in which a new process fills its caches. Growth in this time is not judged."""
SPAN_SECONDS = 10.0
"""Seconds of samples whose median is compared, at the start and at the end."""


class MemoryWatch:
    """Samples the resident memory of the service's parent process and workers."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._samples: dict[int, list[tuple[float, int]]] = {}

    async def watch(self) -> None:
        """Take samples until cancelled."""
        while True:
            for number in (self._service.process.pid, *self._service.worker_ids()):
                resident = _resident(number)
                if resident is not None:
                    self._samples.setdefault(number, []).append((time.monotonic(), resident))
            await asyncio.sleep(SAMPLE_SECONDS)

    def checks(self, most_growth: int) -> list[tuple[str, bool]]:
        """Check the growth of each process since its first minute. Processes that ended too early are left out."""
        found = []
        for number, samples in self._samples.items():
            began, ended = samples[0][0], samples[-1][0]
            if ended - began < WARM_SECONDS + 2 * SPAN_SECONDS:
                continue
            warm = median(size for at, size in samples if 0 <= at - began - WARM_SECONDS <= SPAN_SECONDS)
            last = median(size for at, size in samples if ended - at <= SPAN_SECONDS)
            what = "parent" if number == self._service.process.pid else "worker"
            text = (
                f"{what} {number} lived {ended - began:.0f} s: {samples[0][1] / MEGABYTE:.0f} MB at its start,"
                f" {warm / MEGABYTE:.1f} after a minute, {last / MEGABYTE:.1f} at its end"
            )
            found.append((text, last - warm <= most_growth))
        return found


def _resident(number: int) -> int | None:
    """Return the process' resident memory in bytes, or None if it has ended."""
    try:
        lines = Path(f"/proc/{number}/status").read_text(encoding="ascii").splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:")), None)
