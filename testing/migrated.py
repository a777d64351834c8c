"""Databases at the newest schema. Each process migrates one database of each kind, and the others are copies of it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tutor_server.storage.database import open_database
from tutor_server.storage.migrations import upgrade


def put_database(data_dir: Path) -> str:
    """Create an SQLite database without rows in the data folder, under the name that a service uses. Return its URL."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = data_dir / "tutor.sqlite3"
    if not file.exists():
        file.write_bytes(_migrated_file())
    return f"sqlite+aiosqlite:///{file}"


def migrate(url: str) -> None:
    """Migrate a database to the newest schema, in a thread of its own, since the caller's event loop may be running."""

    async def work() -> None:
        database = open_database(url)
        await database.commit(upgrade)
        await database.close()

    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(work())).result()


@cache
def _migrated_file() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "tutor.sqlite3"
        migrate(f"sqlite+aiosqlite:///{file}")
        return file.read_bytes()
