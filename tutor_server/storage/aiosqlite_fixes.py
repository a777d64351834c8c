"""Remedy for a fault of aiosqlite (0.22): a connection that cannot be opened leaves its thread behind."""

from __future__ import annotations

import asyncio
from typing import Any

import aiosqlite


async def connect(*arguments: Any, **options: Any) -> aiosqlite.Connection:
    """Open a connection (SQLAlchemy's `async_creator_fn`); where that fails, wait for the end of its thread.

    Left to itself, the thread speaks to the event loop once more, and fails loudly where that is closed by then.
    """
    connection = aiosqlite.connect(*arguments, **options)
    connection._thread.daemon = True  # noqa: SLF001 - as SQLAlchemy sets it for its own
    try:
        return await connection
    except BaseException:
        await asyncio.to_thread(connection._thread.join)  # noqa: SLF001 - there is no other way to wait for it
        raise
