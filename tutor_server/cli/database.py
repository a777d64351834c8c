"""The database for the operator's commands, which work whether or not the service is running."""

from __future__ import annotations

import os
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from tutor_server.process.starting import DATABASE_FAILURES, database_problem
from tutor_server.storage.database import open_database
from tutor_server.storage.migrations import is_at_head

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tutor_server.settings import Settings
    from tutor_server.storage.database import Database


class OperatorRefused(Exception):
    """A command cannot be carried out. The message is one line for the operator."""


@asynccontextmanager
async def opened_database(settings: Settings) -> AsyncIterator[Database]:
    """Open the database for one command. Raise `OperatorRefused`, also for database errors while it is open."""
    url = make_url(settings.effective_database_url)
    if url.get_backend_name() == "sqlite" and url.database and not os.access(url.database, os.F_OK):
        raise OperatorRefused(f"there is no database at {url.database}; check TUTOR_DATA_DIR")
    database = open_database(settings.effective_database_url)
    try:
        if not await database.read(is_at_head):
            raise OperatorRefused("the database is not at the newest schema: run `tutor-server migrate` first")
        yield database
    except DATABASE_FAILURES as error:
        raise OperatorRefused(f"{database_problem(error)}; check TUTOR_DATABASE_URL") from error
    finally:
        await database.close()
