"""Raises the limit of file descriptors, counts the open ones, and divides them between connections and other uses."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

if sys.platform != "win32":
    import resource

if TYPE_CHECKING:
    from collections.abc import Callable

    from structlog.typing import FilteringBoundLogger

log: FilteringBoundLogger = structlog.get_logger()

SMALL_LIMIT = 4096
"""The number of descriptors below which a limit causes a warning: a few hundred answers at once come near it."""
ADVICE = "raise the hard limit of open files: LimitNOFILE=65536 in the systemd unit, or ulimit -Hn 65536"
MACOS_LIMIT = 10_240
"""The highest limit that the kernel of macOS accepts (OPEN_MAX), even if the hard limit is unlimited."""

RESERVED_PART = 4
"""The limit divided by this number is the reserve for the database, Redis, providers and child processes.

Connections that are about to be refused also use the reserve.
"""
LARGEST_RESERVE = 1024
WAITING_PART = 4
"""The reserve divided by this number is the part for connections that are about to be refused."""

COUNT_SECONDS = 0.25
COUNT_COST = 50
"""The minimum pause between two counts of all descriptors, as a multiple of the time that the last count took."""


def raise_limit() -> None:
    """Raise the soft limit of open files to the hard limit, and log a warning if the result is small.

    Windows has no such limit. Child processes inherit the result.
    """
    if sys.platform == "win32":
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (hard, MACOS_LIMIT):
        if soft == wanted:
            break
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            break
    limit = descriptor_limit()
    if limit < SMALL_LIMIT:
        log.warning("few_open_files", limit=limit, advice=ADVICE)


def descriptor_limit() -> int:
    """Return how many descriptors this process may have open."""
    if sys.platform == "win32":
        return sys.maxsize
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return sys.maxsize if soft == resource.RLIM_INFINITY else soft


def open_descriptors() -> int:
    """Return how many descriptors this process has open; 0 if the system does not show them. Raise `OSError`."""
    if sys.platform == "win32":
        return 0
    if sys.platform == "linux" and (shown := Path("/proc/self/fd").stat().st_size):  # Before Linux 6.2 it is 0.
        return shown
    return len(list(Path("/dev/fd").iterdir())) - 1  # One descriptor is open to list the folder.


class DescriptorBudget:
    """Divides the descriptors of the process between connections and the rest of the service."""

    def __init__(
        self,
        *,
        limit: Callable[[], int] = descriptor_limit,
        count: Callable[[], int] = open_descriptors,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read_limit = limit
        self._count = count
        self._now = now
        self._limit = limit()
        self._others = 0
        self._next_count = now()

    @property
    def limit(self) -> int:
        """The number of descriptors that the process may have open."""
        return self._limit

    @property
    def waiting_room(self) -> int:
        """The maximum number of connections beyond the capacity, which stay open only until they are refused."""
        return self._reserve // WAITING_PART

    def capacity(self, held: int) -> int:
        """Return how many connections the process may hold if it holds `held` descriptors for them now.

        The other descriptors are used by the rest of the service, or reserved for it.
        """
        if (now := self._now()) >= self._next_count:
            self._limit = self._read_limit()
            try:
                self._others = max(0, self._count() - held)
            except OSError:  # No descriptor is left to count with, so assume that all are in use.
                self._others = self._limit
            self._next_count = now + max(COUNT_SECONDS, COUNT_COST * (self._now() - now))
        return self._limit - self._reserve - self._others

    @property
    def _reserve(self) -> int:
        return min(self._limit // RESERVED_PART, LARGEST_RESERVE)
