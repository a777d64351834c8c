"""Streams everything that is stored about a student as one JSON document."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

import orjson

from tutor_server.errors import NotFound
from tutor_server.storage.personal_data import has_account, page_of, parts_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Iterable
    from uuid import UUID

    from tutor_server.storage.database import Database
    from tutor_server.storage.personal_data import Part


async def everything_about(user_id: UUID, database: Database) -> AsyncGenerator[bytes, None]:
    """Yield a JSON object that maps each table to a list of rows.

    Raise `NotFound` if the account does not exist, also at the end if it was erased meanwhile.
    """
    parts = await database.read(lambda connection: parts_of(connection, user_id))
    separator = b"{"
    for table, of_table in groupby(parts, key=lambda part: part.table):
        yield separator + orjson.dumps(table) + b":["
        async for rows in _rows(of_table, database):
            yield rows
        separator = b"],"
    if not await database.read(lambda connection: has_account(connection, user_id)):
        raise NotFound
    yield b"]}"


async def _rows(parts: Iterable[Part], database: Database) -> AsyncIterator[bytes]:
    """Yield the rows of a table as JSON, a page at a time, separated by commas."""
    comma = b""
    for part in parts:
        after, is_last = None, False
        while not is_last:
            rows, after = await database.read(partial(page_of, part=part, after=after))
            is_last = after is None
            if rows:
                yield comma + orjson.dumps(rows, default=str, option=orjson.OPT_UTC_Z)[1:-1]
                comma = b","
