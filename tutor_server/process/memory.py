"""Keeps the memory of a process small: prevents imports that are not needed, and returns freed memory to the system."""

from __future__ import annotations

import asyncio
import ctypes
import sys

NOT_NEEDED = ("pygments", "rich")
"""Libraries that the service must not import. Only the editor side needs them, but other packages import them if
installed: structlog and Mako for coloured tracebacks. The service formats tracebacks itself."""
OF_PUBLIC_KEYS = ("cryptography",)
"""Libraries that only single sign-on and LTI need. PyJWT imports them for asymmetric keys; our tokens use HMAC."""

LARGE_BLOCK = 4 * 1024 * 1024
"""The size in bytes from which glibc treats an allocation as large. Only password hashing (19 MiB) comes near it."""
GIVING_BACK_SECONDS = 2.0
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
"""The numbers of two parameters of `mallopt` in glibc's malloc.h."""


def stay_small() -> None:
    """Reduce the memory by 15 MB of modules, 19 MiB for each password-hashing thread and 10 KB for each open answer.

    Must be called before other imports and before threads start.
    """
    _leave_out(NOT_NEEDED)
    _let_memory_be_used_again()


def leave_out_public_keys() -> None:
    """Leave out what only single sign-on and LTI need. Must be called before PyJWT is imported."""
    _leave_out(OF_PUBLIC_KEYS)


def _leave_out(libraries: tuple[str, ...]) -> None:
    """Make imports of these libraries fail as if they were not installed, by `None` in `sys.modules`."""
    for name in libraries:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type] # typeshed allows only modules here


def _let_memory_be_used_again() -> None:
    """Configure glibc's allocator. Other allocators have no such settings.

    A large block is returned to the system when it is freed. A password hash then takes 23 ms instead of 18 ms. By
    default, glibc would return the first such block and keep all later ones. All threads share one arena, since the
    event loop frees what the database thread allocates; Python runs only one thread at a time anyway.
    """
    if sys.platform == "linux" and (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)) is not None:
        mallopt(_M_MMAP_THRESHOLD, LARGE_BLOCK)
        mallopt(_M_ARENA_MAX, 1)


async def give_back_memory() -> None:
    """Return freed memory to the system every few seconds until cancelled. Other allocators do so by themselves.

    glibc itself returns only memory at the end of the heap. If many students ask at once, freed prompts lie between the
    data of their answers: 7 MB for a thousand answers. Returning that takes a millisecond, or a tenth of one if there
    is nothing to return.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    while trim is not None:
        await asyncio.sleep(GIVING_BACK_SECONDS)
        trim(0)
