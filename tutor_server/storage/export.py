"""Streams everything that is stored about a student as one JSON document."""

from __future__ import annotations

from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

import orjson

from tutor_server.errors import NotFound
from tutor_server.storage.personal_data import amounts_of, has_account, page_of, parts_of

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Iterable
    from uuid import UUID

    from tutor_server.storage.database import Database
    from tutor_server.storage.personal_data import Part, Rows


async def everything_about(user_id: UUID, database: Database) -> AsyncGenerator[bytes, None]:
    """Yield a JSON object that maps each table to a list of rows.

    Raise `NotFound` if the account does not exist, also after some chunks if its rows are erased meanwhile.
    """
    parts, amounts = await database.read(
        lambda connection: (parts_of(connection, user_id), amounts_of(connection, user_id))
    )
    separator = b"{"
    for table, of_table in groupby(parts, key=lambda part: part.table):
        yield separator + orjson.dumps(table) + b":["
        missing, comma = amounts[table], b""
        async for rows in _pages(of_table, database):
            yield comma + orjson.dumps(rows, default=str, option=orjson.OPT_UTC_Z)[1:-1]
            missing, comma = missing - len(rows), b","
        if missing > 0:
            raise NotFound
        separator = b"],"
    if not await database.read(lambda connection: has_account(connection, user_id)):
        raise NotFound
    yield b"]}"


async def _pages(parts: Iterable[Part], database: Database) -> AsyncIterator[Rows]:
    """Yield the rows of a table, a page at a time."""
    for part in parts:
        after, is_last = None, False
        while not is_last:
            rows, after = await database.read(partial(page_of, part=part, after=after))
            is_last = after is None
            if rows:
                yield rows
