"""The life of the serving process: database brought up to date, port opened, and everything closed on a signal."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.exc import DBAPIError

from tutor_server.api.aiohttp_fixes import Runner
from tutor_server.api.chat_socket import CHAT_SOCKETS
from tutor_server.api.keys import DATABASE, DEADLINES, SETTINGS
from tutor_server.app import build_app
from tutor_server.connections.accepting import BoundSite, SharedSite
from tutor_server.connections.descriptors import raise_limit
from tutor_server.errors import DatabaseUnavailable
from tutor_server.hosts import is_loopback
from tutor_server.identity.registration import UNCONFIRMED_DOMAINS
from tutor_server.llm.price_file import read_price_file
from tutor_server.process.guardian import Guardian
from tutor_server.process.workers import BACKLOG, WORKER_COMMAND, Beats, Workers, bind
from tutor_server.settings import SettingsError, must_be_set
from tutor_server.storage.accounts import has_accounts
from tutor_server.storage.database import open_database
from tutor_server.storage.migrations import NewerSchema, is_at_head, upgrade
from tutor_server.telemetry.logs import log_loop_failure

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence

    from aiohttp.web import Application
    from aiohttp.web_runner import BaseSite
    from structlog.typing import FilteringBoundLogger

    from tutor_server.settings import Settings
    from tutor_server.storage.database import Database

    Build = Callable[[Settings], Application]

log: FilteringBoundLogger = structlog.get_logger()

SHUTDOWN_SECONDS = 5
"""How long HTTP requests under way may take to finish once the answers have ended."""
RESTART_WANTED = 75
"""The exit status after SIGHUP (EX_TEMPFAIL of sysexits.h): whatever runs the service is to start it again."""

GC_THRESHOLD = 20_000
"""Objects between two looks; Python's own 700 is passed several times by one answer."""

DATABASE_FAILURES = (DatabaseUnavailable, DBAPIError)
"""What starting can meet: besides being away, wrong credentials, a database that does not exist, a broken file."""


NEWER_SCHEMA = "the database is of a newer version of Ask Tutor: install that, or restore a back-up from before it"


class StartRefused(Exception):
    """The service cannot start; the message is one line for the operator."""


def require_safe_host(settings: Settings, host: str) -> None:
    """Refuse to be open to others by accident. Raises `SettingsError`."""
    if problem := settings.registration_problem():
        raise SettingsError(problem)
    if is_loopback(host):
        return
    for name, value in (("TUTOR_REGISTRATION", settings.registration), ("TUTOR_JWT_SECRET", settings.jwt_secret)):
        if value is None:
            raise SettingsError(must_be_set(name, f"it listens on {host}"))
    if settings.smtp_url is not None and settings.public_url is None:
        raise SettingsError(must_be_set("TUTOR_PUBLIC_URL", f"it mails links, listens on {host}"))


def prepare_data_dir(settings: Settings) -> None:
    """Make the data folder, for this user alone. Raises `SettingsError`."""
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"TUTOR_DATA_DIR: cannot make {settings.data_dir}: {error.strerror}") from error
    if not os.access(settings.data_dir, os.W_OK | os.X_OK):
        raise SettingsError(f"TUTOR_DATA_DIR: {settings.data_dir} is not writable")


async def require_confirmed_domains(settings: Settings, database: Database) -> None:
    """Refuse a registration by domain in which anybody can invent addresses. Raises `SettingsError`.

    An installation from before, whose database holds accounts, goes on with these: nobody registers there by
    themselves until mail is set up.
    """
    if settings.smtp_url is not None or not (settings.registration or "").startswith("domains:"):
        return
    if not await database.read(has_accounts):
        raise SettingsError(f"TUTOR_REGISTRATION: {UNCONFIRMED_DOMAINS}")
    log.warning("registration_closed", reason=f"TUTOR_REGISTRATION: {UNCONFIRMED_DOMAINS}")


@dataclass(slots=True)
class Stop:
    """What a signal says: `wanted` is set when the process is to end, `restarts` when another takes its place."""

    guardian: Guardian = field(default_factory=Guardian)
    wanted: asyncio.Event = field(default_factory=asyncio.Event)
    restarts: bool = False

    def begin(self, *, restarts: bool = False) -> None:
        """Begin to stop. Only the first call counts."""
        if not self.wanted.is_set():
            self.restarts = restarts
            self.guardian.stop_begins()
            self.wanted.set()

    def restart(self) -> None:
        """Begin to stop because another process takes the place of this one."""
        self.begin(restarts=True)


async def serve(settings: Settings, host: str, port: int, *, build: Build = build_app) -> int:
    """Serve until a signal, and return the exit status. Raises `StartRefused` or `SettingsError`."""
    prepare_data_dir(settings)
    raise_limit()
    stop = Stop()
    _heed_signals(stop.begin, stop.restart)
    await _serve(build(settings), lambda runner: BoundSite(runner, host, port, backlog=BACKLOG), stop, _announce)
    return RESTART_WANTED if stop.restarts else 0


async def serve_worker(
    settings: Settings, listening: socket.socket, lifeline: int, ready: int, *, build: Build = build_app
) -> None:
    """Serve on a socket that several processes share, until a signal or until the parent has gone.

    `lifeline` and `ready` are ends of pipes to the parent: reading from the first ends when the parent does, bytes
    written to the second say that this worker serves, and that its event loop still runs.
    """
    stop = Stop()
    _heed_signals(stop.begin, stop.restart)
    loop = asyncio.get_running_loop()

    def parent_has_gone() -> None:
        loop.remove_reader(lifeline)  # its end can be read for ever
        stop.begin()

    beats = Beats(ready)
    loop.add_reader(lifeline, parent_has_gone)
    try:
        await _serve(
            build(settings),
            lambda runner: SharedSite(runner, listening, backlog=BACKLOG),
            stop,
            lambda _: beats.start(),
        )
    finally:
        beats.end()


async def serve_in_workers(
    settings: Settings, host: str, port: int, count: int, *, command: Sequence[str] = WORKER_COMMAND
) -> int:
    """Run several serving processes behind one port until a signal; return the exit status.

    On SIGHUP they are replaced one after another.

    `command` starts one that calls `serve_worker`; the numbers which that takes follow as arguments. Raises
    `StartRefused` or `SettingsError`.
    """
    _require_shared_state(settings)
    prepare_data_dir(settings)
    raise_limit()  # the workers inherit it
    read_price_file(settings.data_dir)  # what is wrong is said here once, and not by each worker
    database = open_database(settings.effective_database_url)
    try:
        await _bring_up_to_date(database)
        await require_confirmed_domains(settings, database)
    finally:
        await database.close()
    try:
        listening = bind(host, port)
    except OSError as error:
        raise StartRefused(f"cannot listen on {host}:{port}: {error.strerror}") from error
    with listening:
        address = f"http://{_bracketed(host)}:{listening.getsockname()[1]}"
        workers = Workers(command, listening, count, lambda: _announce(address))
        _heed_signals(workers.stop, workers.restart)
        return await workers.run()


async def _serve(
    app: Application,
    site_on: Callable[[Runner], BaseSite],
    stop: Stop,
    ready: Callable[[str], object],
) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(log_loop_failure)
    stop.guardian.watch(loop)
    runner = Runner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    try:
        await _bring_up_to_date(app[DATABASE])
        await require_confirmed_domains(app[SETTINGS], app[DATABASE])
        await runner.setup()
        site = site_on(runner)
        try:
            await site.start()
        except OSError as error:
            raise StartRefused(f"cannot listen on {site.name}: {error.strerror}") from error
        _spare_the_collector()
        ready(site.name)
        log.info("started", address=site.name)
        await stop.wanted.wait()
        log.info("stopping", restarts=stop.restarts or None)
        await site.stop()
        # aiohttp's own clean-up hears no socket any more, so that no editor could cancel, or say that it is there.
        await app[CHAT_SOCKETS].close(finishing=app[DEADLINES].finishing, restarts=stop.restarts)
    finally:
        await runner.cleanup()
        await app[DATABASE].close()
    log.info("stopped")


def _spare_the_collector() -> None:
    """Keep the garbage collector from walking over modules that stay, and from looking after every small burst."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)


def _announce(address: str) -> None:
    print(f"listening on {address}", file=sys.stderr, flush=True)  # noqa: T201 - the contract's line, no log


def _require_shared_state(settings: Settings) -> None:
    """Refuse several processes that could not know of each other. Raises `SettingsError`."""
    if not settings.database_url.startswith("postgresql"):
        raise SettingsError("TUTOR_DATABASE_URL: several workers need PostgreSQL, postgresql+asyncpg://…")
    if settings.redis_url is None:
        raise SettingsError("TUTOR_REDIS_URL: several workers share their limits in Redis, so it must be set")
    if settings.jwt_secret is None:
        raise SettingsError("TUTOR_JWT_SECRET: several workers need the same secret, so it must be set")


async def migrate(settings: Settings) -> None:
    """Bring the database to the newest schema. Raises `StartRefused` or `SettingsError`."""
    prepare_data_dir(settings)
    database = open_database(settings.effective_database_url)
    try:
        await database.commit(upgrade)
        with suppress(SettingsError):  # a new installation hears of it when it starts
            await require_confirmed_domains(settings, database)
    except DATABASE_FAILURES as error:
        raise StartRefused(f"{database_problem(error)}; check TUTOR_DATABASE_URL") from error
    except NewerSchema as error:
        raise StartRefused(NEWER_SCHEMA) from error
    finally:
        await database.close()


def database_problem(error: DatabaseUnavailable | DBAPIError) -> str:
    """Say for the operator why the database cannot be used."""
    cause = error.__cause__ if isinstance(error, DatabaseUnavailable) else error
    reason = cause.orig if isinstance(cause, DBAPIError) else cause
    return f"the database cannot be used: {str(reason).rpartition('>: ')[2]}"


async def _bring_up_to_date(database: Database) -> None:
    """Apply pending migrations where the database is this process' own (SQLite). Raises `StartRefused` elsewhere."""
    try:
        if await database.read(is_at_head):
            return
        if database.engine.dialect.name != "sqlite":
            raise StartRefused("the database is not at the newest schema: run `tutor-server migrate` first")
        await database.commit(upgrade)
    except DATABASE_FAILURES as error:
        raise StartRefused(f"{database_problem(error)}; check TUTOR_DATABASE_URL") from error
    except NewerSchema as error:
        raise StartRefused(NEWER_SCHEMA) from error
    log.info("migrated")


def _heed_signals(stop: Callable[[], object], restart: Callable[[], object]) -> None:
    """Stop at SIGTERM and SIGINT, and restart at SIGHUP, unless whoever started this process has it ignored (nohup)."""
    loop = asyncio.get_running_loop()
    with suppress(NotImplementedError):  # Windows, where Ctrl-C cancels the main task instead
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            loop.add_signal_handler(signal.SIGHUP, restart)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
