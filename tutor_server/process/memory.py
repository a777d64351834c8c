"""How a process of the service stays small: what it loads for nothing, and what it frees and does not give back."""

from __future__ import annotations

import asyncio
import ctypes
import sys

NOT_NEEDED = ("cryptography", "pygments", "rich")
"""Of the editor side, and loaded by others wherever they are installed: by PyJWT for signatures with key pairs, by
structlog and Mako for tracebacks in colour. The service signs by HMAC and writes tracebacks of its own."""

LARGE_BLOCK = 4 * 1024 * 1024
"""Bytes. Nothing comes near it but what the hash of a password needs, 19 MiB."""
GIVING_BACK_SECONDS = 2.0
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
"""As glibc's malloc.h has them."""


def stay_small() -> None:
    """Save 15 MB of modules, 19 MiB for each thread that hashes passwords, and 10 KB an open answer.

    Comes before other imports and threads.
    """
    _leave_out(NOT_NEEDED)
    _let_memory_be_used_again()


def _leave_out(libraries: tuple[str, ...]) -> None:
    """Make the import of these libraries fail as if they were not installed (`None` in `sys.modules` does that)."""
    for name in libraries:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type] # typeshed knows of modules only


def _let_memory_be_used_again() -> None:
    """Set glibc's allocator to this process's use of memory. Other allocators have no such settings.

    A large block goes back to the system once it is free; a hash of a password then takes 23 ms instead of 18. Left to
    itself, glibc does so with the first one and keeps all later ones. And threads share one stock of free blocks, since
    what the thread of the database makes is freed by the event loop's; Python lets only one of them work at a time.
    """
    if sys.platform == "linux" and (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)) is not None:
        mallopt(_M_MMAP_THRESHOLD, LARGE_BLOCK)
        mallopt(_M_ARENA_MAX, 1)


async def give_back_memory() -> None:
    """Return freed memory to the system, every few seconds until cancelled. Other allocators do it by themselves.

    glibc itself gives back only what is free at the end of its stock. Where many ask at once, their prompts lie among
    what their answers hold: 7 MB at a thousand, which takes a millisecond. Where nothing is to be given back, it is a
    tenth of one.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    while trim is not None:
        await asyncio.sleep(GIVING_BACK_SECONDS)
        trim(0)
