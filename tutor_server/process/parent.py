"""The parent of several serving processes. It does not import modules that only these processes need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_server.connections.descriptors import raise_limit
from tutor_server.errors import SettingsError
from tutor_server.llm.price_file import read_price_file
from tutor_server.process.signals import heed_signals
from tutor_server.process.starting import (
    StartRefused,
    announce,
    bring_up_to_date,
    prepare_data_dir,
    require_confirmed_domains,
)
from tutor_server.process.workers import WORKER_COMMAND, Workers, bind
from tutor_server.storage.database import open_database

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_server.settings import Settings


async def serve_in_workers(
    settings: Settings, host: str, port: int, count: int, *, command: Sequence[str] = WORKER_COMMAND
) -> int:
    """Run several serving processes on one port until a signal; return the exit status.

    On SIGHUP they are replaced one after another. `command` starts a process that calls `serve_worker`; the file
    descriptors that this function takes are appended as arguments. Raises `StartRefused` or `SettingsError`.
    """
    _require_shared_state(settings)
    prepare_data_dir(settings)
    raise_limit()  # The workers inherit the limit of open files.
    read_price_file(settings.data_dir)  # An error in the price file is reported here once instead of by each worker.
    database = open_database(settings.effective_database_url)
    try:
        await bring_up_to_date(database)
        await require_confirmed_domains(settings, database)
    finally:
        await database.close()
    try:
        listening = bind(host, port)
    except OSError as error:
        raise StartRefused(f"cannot listen on {host}:{port}: {error.strerror}") from error
    with listening:
        address = f"http://{_bracketed(host)}:{listening.getsockname()[1]}"
        workers = Workers(command, listening, count, lambda: announce(address))
        heed_signals(workers.stop, workers.restart)
        return await workers.run()


def _require_shared_state(settings: Settings) -> None:
    """Refuse several processes without shared state, which could not coordinate. Raises `SettingsError`."""
    if not settings.database_url.startswith("postgresql"):
        raise SettingsError("TUTOR_DATABASE_URL: several workers need PostgreSQL, postgresql+asyncpg://…")
    if settings.redis_url is None:
        raise SettingsError("TUTOR_REDIS_URL: several workers share their limits in Redis, so it must be set")
    if settings.jwt_secret is None:
        raise SettingsError("TUTOR_JWT_SECRET: several workers need the same secret, so it must be set")


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
