"""The whole service inside the test's own process, on a clock that the test controls."""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession
from aiohttp.web import TCPSite

from testing.migrated import put_database
from testing.service import PASSWORD
from tutor_server.api.aiohttp_fixes import Runner
from tutor_server.api.keys import DATABASE, REFUSALS
from tutor_server.app import build_app
from tutor_server.llm.model_profiles import load_model_profiles
from tutor_server.settings import Settings
from tutor_server.storage.migrations import upgrade

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from aiohttp import web
    from sqlalchemy import Connection

    from testing.clock import HeldClock
    from tutor_server.limits import Deadlines
    from tutor_server.storage.database import Database
    from tutor_server.tutoring.refusals import RefusalCount

SECRET = "0123456789abcdef0123456789abcdef"
ON_BOTH = pytest.mark.parametrize("held", ["sqlite", "postgresql"], indirect=True)
"""The mark for tests with the fixture `held`, which is a service. It runs a test once on each kind of database."""


@dataclass(frozen=True, slots=True)
class HeldService:
    """A running service, with an HTTP client that sends requests to it."""

    url: str
    clock: HeldClock
    client: ClientSession
    database: Database
    refusals: RefusalCount

    async def post(self, path: str, body: dict[str, Any], access_token: str | None = None) -> tuple[int, Any]:
        """Post JSON. Return the status and the body."""
        headers = {} if access_token is None else {"Authorization": f"Bearer {access_token}"}
        async with self.client.post(path, json=body, headers=headers) as response:
            return response.status, await response.json() if response.content_length else None

    async def me(self, access_token: str) -> tuple[int, Any]:
        """Request the account that an access token belongs to. Return the status and the body."""
        async with self.client.get("/api/auth/me", headers={"Authorization": f"Bearer {access_token}"}) as response:
            return response.status, await response.json()

    async def register(self, email: str = "ada@uni.example") -> dict[str, Any]:
        """Register a student and return the response's body."""
        status, answer = await self.post("/api/auth/register", {"email": email, "password": PASSWORD})
        assert status == 201, answer
        assert isinstance(answer, dict)
        return answer

    async def rows(self, model: Any) -> list[Any]:
        """Return all rows of a table."""

        def read(connection: Connection) -> list[Any]:
            return list(connection.execute(model.__table__.select()))

        return await self.database.read(read)


@asynccontextmanager
async def held_service(
    data_dir: Path,
    clock: HeldClock,
    *,
    prepare: Callable[[web.Application], None] | None = None,
    deadlines: Deadlines | None = None,
    **settings: Any,
) -> AsyncIterator[HeldService]:
    """Run the service with these settings. `prepare` can extend the application before it starts."""
    given = {"data_dir": data_dir, "jwt_secret": SECRET, "registration": "open"} | settings
    app = build_app(Settings.model_validate(given), clock=clock, deadlines=deadlines, find_profiles=load_model_profiles)
    if prepare is not None:
        prepare(app)
    if not given.get("database_url"):
        put_database(data_dir)
    runner = Runner(app, access_log=None, logger=logging.getLogger("tests"))
    await app[DATABASE].commit(upgrade)
    await runner.setup()
    try:
        site = TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        async with ClientSession(site.name) as client:
            yield HeldService(site.name, clock, client, app[DATABASE], app[REFUSALS])
    finally:
        await runner.cleanup()
