"""Runs a serving process: opens the port, serves until a signal, and closes the connections and the database."""

from __future__ import annotations

import asyncio
import gc
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from tutor_server.api.aiohttp_fixes import Runner
from tutor_server.api.chat_socket import CHAT_SOCKETS
from tutor_server.api.keys import DATABASE, DEADLINES, SETTINGS
from tutor_server.app import build_app
from tutor_server.composition.background_work import keep_running
from tutor_server.connections.accepting import BoundSite, SharedSite
from tutor_server.connections.descriptors import raise_limit
from tutor_server.process.guardian import Guardian
from tutor_server.process.memory import give_back_memory
from tutor_server.process.signals import heed_signals
from tutor_server.process.starting import (
    StartRefused,
    announce,
    bring_up_to_date,
    prepare_data_dir,
    require_confirmed_domains,
)
from tutor_server.process.workers import BACKLOG, Beats
from tutor_server.telemetry.logs import log_loop_failure

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from aiohttp.web import Application
    from aiohttp.web_runner import BaseSite
    from structlog.typing import FilteringBoundLogger

    from tutor_server.settings import Settings

    Build = Callable[[Settings], Application]

log: FilteringBoundLogger = structlog.get_logger()

SHUTDOWN_SECONDS = 5
"""Seconds that HTTP requests may take to finish once the answers have ended."""
RESTART_WANTED = 75
"""The exit status after SIGHUP (EX_TEMPFAIL of sysexits.h), which asks the service manager to start it again."""

GC_THRESHOLD = 20_000
"""The number of allocations between two garbage collections. Each answer exceeds Python's default of 700."""


@dataclass(slots=True)
class ShutdownRequest:
    """A request to shut down: `wanted` is set once it is made; `restarts` says whether another process takes over."""

    guardian: Guardian = field(default_factory=Guardian)
    wanted: asyncio.Event = field(default_factory=asyncio.Event)
    restarts: bool = False

    def begin(self, *, restarts: bool = False) -> None:
        """Begin to shut down. Later calls have no effect."""
        if not self.wanted.is_set():
            self.restarts = restarts
            self.guardian.stop_begins()
            self.wanted.set()

    def restart(self) -> None:
        """Begin to shut down because another process takes over."""
        self.begin(restarts=True)


async def serve(settings: Settings, host: str, port: int, *, build: Build = build_app) -> int:
    """Serve until a signal, and return the exit status. Raises `StartRefused` or `SettingsError`."""
    prepare_data_dir(settings)
    raise_limit()
    stop = ShutdownRequest()
    heed_signals(stop.begin, stop.restart)
    await _serve(build(settings), lambda runner: BoundSite(runner, host, port, backlog=BACKLOG), stop, announce)
    return RESTART_WANTED if stop.restarts else 0


async def serve_worker(
    settings: Settings, listening: socket.socket, lifeline: int, ready: int, *, build: Build = build_app
) -> None:
    """Serve on a socket that several processes share, until a signal or until the parent dies.

    `lifeline` and `ready` are pipes to the parent. `lifeline` ends when the parent dies. Bytes written to `ready` tell
    the parent that this worker serves and that its event loop still runs.
    """
    stop = ShutdownRequest()
    heed_signals(stop.begin, stop.restart)
    loop = asyncio.get_running_loop()

    def parent_has_gone() -> None:
        # At end of file the descriptor stays readable, so the reader callback would be called in an endless loop.
        loop.remove_reader(lifeline)
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


async def _serve(
    app: Application,
    site_on: Callable[[Runner], BaseSite],
    stop: ShutdownRequest,
    ready: Callable[[str], object],
) -> None:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(log_loop_failure)
    stop.guardian.watch(loop)
    app.cleanup_ctx.append(keep_running(give_back_memory))
    runner = Runner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    try:
        await bring_up_to_date(app[DATABASE])
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
        # Close the chat sockets first: aiohttp's cleanup stops reading, so editors could neither cancel nor send pings.
        await app[CHAT_SOCKETS].close(finishing=app[DEADLINES].finishing, restarts=stop.restarts)
    finally:
        await runner.cleanup()
        await app[DATABASE].close()
    log.info("stopped")


def _spare_the_collector() -> None:
    """Exclude loaded modules from garbage collection, and collect less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD)
