"""`/api/health`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from aiohttp import ClientSession
from aiohttp.web import TCPSite

from testing.held_service import SECRET
from tutor_server.api.aiohttp_fixes import Runner
from tutor_server.app import build_app
from tutor_server.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from testing.clock import HeldClock


async def test_a_healthy_service(client: ClientSession) -> None:
    """Health returns 200 with the database's state and the time in UTC, without signing in."""
    async with client.get("/api/health") as response:
        answer = await response.json()

    assert response.status == 200
    assert answer == {"status": "ok", "database": "connected", "timestamp": answer["timestamp"]}
    assert answer["timestamp"].endswith("Z")
    assert abs(datetime.fromisoformat(answer["timestamp"]) - datetime.now(UTC)) < timedelta(minutes=1)


async def test_a_service_without_its_database(tmp_path: Path, clock: HeldClock) -> None:
    """If the database is unreachable, health answers 503 and `unavailable`; other routes `DATABASE_UNAVAILABLE`."""
    settings = Settings.model_validate(
        {
            "data_dir": tmp_path,
            "jwt_secret": SECRET,
            "database_url": f"sqlite+aiosqlite:///{tmp_path}/nowhere/tutor.sqlite3",
        }
    )
    runner = Runner(build_app(settings, clock=clock))
    await runner.setup()
    site = TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    body = {"email": "ada@uni.example", "password": "a long password"}

    try:
        async with ClientSession(site.name) as client:
            async with client.get("/api/health") as response:
                health = (response.status, await response.json())
            async with client.post("/api/auth/login", json=body) as response:
                login = (response.status, await response.json())
            async with client.post("/api/auth/register", json=body) as response:
                register = (response.status, await response.json())
    finally:
        await runner.cleanup()

    error = {
        "detail": "The tutor cannot save its records right now. Please try again in a moment.",
        "code": "DATABASE_UNAVAILABLE",
    }
    assert health == (
        503,
        {"status": "unavailable", "database": "disconnected", "timestamp": "2026-03-01T12:00:00Z", **error},
    )
    assert login == register == (503, error)
