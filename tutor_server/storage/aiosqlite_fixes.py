"""Workaround for a fault of aiosqlite 0.22: if a connection cannot be opened, its thread keeps running."""

from __future__ import annotations

import asyncio
from typing import Any

import aiosqlite


async def connect(*arguments: Any, **options: Any) -> aiosqlite.Connection:
    """Open a connection (SQLAlchemy's `async_creator_fn`); if that fails, wait until its thread has ended.

    Otherwise the thread would call the event loop later, and print a traceback if the loop has been closed.
    """
    connection = aiosqlite.connect(*arguments, **options)
    connection._thread.daemon = True  # noqa: SLF001 - there is no public way to make the thread a daemon, as SQLAlchemy does
    try:
        return await connection
    except BaseException:
        await asyncio.to_thread(connection._thread.join)  # noqa: SLF001 - there is no public way to wait for the thread
        raise
