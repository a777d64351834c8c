"""A file lock between processes, for POSIX and Windows."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

POLL_SECONDS = 0.02

if sys.platform == "win32":
    import msvcrt

    def _try_to_lock(descriptor: int) -> None:
        """Lock the first byte of the file. Raise `PermissionError` if another process holds the lock."""
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _try_to_lock(descriptor: int) -> None:
        """Lock the file. Raise `BlockingIOError` if another process holds the lock."""
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@asynccontextmanager
async def locked(path: Path, *, seconds: float) -> AsyncIterator[bool]:
    """Wait for the lock at most `seconds`, hold it, and yield whether it is held.

    Callers continue without the lock: a suspended process that holds it, a read-only folder or a file system without
    locks must not stop the student. The file is empty and is never deleted. When a process ends, the system
    releases its lock.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        yield False
        return
    try:
        yield await _lock(descriptor, seconds)
    finally:
        os.close(descriptor)  # Closing the file releases the lock.


async def _lock(descriptor: int, seconds: float) -> bool:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while True:
        try:
            _try_to_lock(descriptor)
        except (BlockingIOError, PermissionError):
            if loop.time() > deadline:
                return False
            await asyncio.sleep(POLL_SECONDS)
        except OSError:  # Some network file systems have no locks: ENOLCK or EOPNOTSUPP.
            return False
        else:
            return True
