"""Fixtures that many tests of the service use."""

from __future__ import annotations

import io
import logging
import sys
import threading
import warnings
from typing import TYPE_CHECKING

import pytest
import structlog

from testing.clock import HeldClock
from testing.fake_upstream import FakeUpstream
from testing.held_service import held_service
from tutor_server.telemetry.logs import configure_logs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from testing.held_service import HeldService
    from testing.servers import PostgresServer


@pytest.fixture
async def upstream() -> AsyncIterator[FakeUpstream]:
    """Yield a fake model API that listens on loopback."""
    async with FakeUpstream() as running:
        yield running


@pytest.fixture
def clock() -> HeldClock:
    """Return a simulated clock that starts at noon."""
    return HeldClock()


@pytest.fixture
async def held(request: pytest.FixtureRequest, tmp_path: Path, clock: HeldClock) -> AsyncIterator[HeldService]:
    """Yield a service in this process, on the simulated clock; on SQLite unless the test has the mark `ON_BOTH`."""
    is_postgres = getattr(request, "param", "sqlite") == "postgresql"
    database_url = request.getfixturevalue("postgres_server").database() if is_postgres else ""
    async with held_service(tmp_path, clock, database_url=database_url) as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Return the URL of an empty database of each kind in turn; an empty URL means SQLite in the data folder."""
    if request.param == "sqlite":
        return ""
    server: PostgresServer = request.getfixturevalue("postgres_server")
    return server.database()


@pytest.fixture
async def on_both(tmp_path: Path, clock: HeldClock, database_url: str) -> AsyncIterator[HeldService]:
    """Yield a service on each kind of database in turn, for tests of concurrency."""
    async with held_service(tmp_path, clock, database_url=database_url) as running:
        yield running


@pytest.fixture
def log_output() -> Iterator[io.BytesIO]:
    """Return the log that this process writes during the test, as JSON lines."""
    root = logging.getLogger()
    kept = root.handlers, root.level, warnings.showwarning, threading.excepthook, sys.unraisablehook
    output = io.BytesIO()
    configure_logs("info", "json", output)
    yield output
    structlog.reset_defaults()
    root.handlers, level, warnings.showwarning, threading.excepthook, sys.unraisablehook = kept
    root.setLevel(level)
