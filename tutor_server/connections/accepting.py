"""The accept loop, which behaves the same on every event loop, even at the limit of file descriptors.

At that limit (EMFILE) the accept loops of the event loops fail: asyncio logs an error for each connection in the
backlog and retries at once; libuv closes the connections in the backlog without an answer.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from typing import TYPE_CHECKING, Protocol, cast

import structlog
from aiohttp.web import SockSite, TCPSite
from aiohttp.web_runner import BaseSite

from tutor_server.telemetry.sparse import SparseLine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aiohttp.web_runner import BaseRunner
    from structlog.typing import FilteringBoundLogger

log: FilteringBoundLogger = structlog.get_logger()

BATCH = 64
"""The maximum number of connections accepted at once, before the event loop serves the others again."""
FULL_SECONDS = 0.02
"""Seconds by which a full process delays accepting, so that another worker with free places accepts first."""
RETRY_SECONDS = 0.25
"""Seconds to pause after accepting failed, for example because no descriptor was free."""


class Connection(asyncio.Protocol):
    """The protocol of one connection."""

    def abandon(self) -> None:
        """Handle that the connection could not be opened."""


class Server(Protocol):
    """Creates the protocols of connections."""

    @property
    def is_full(self) -> bool:
        """Whether every new connection is refused."""
        ...

    @property
    def newcomers(self) -> int:
        """Return how many connections may be accepted now."""
        ...

    def connection_from(self, address: str) -> Connection:
        """Return the protocol of a new connection from an address."""
        ...


class Acceptor:
    """Accepts connections on listening sockets until it is closed. It takes the place of an event loop's server."""

    def __init__(self, server: Server, sockets: Sequence[socket.socket]) -> None:
        self.sockets = sockets
        self._server = server
        self._loop = asyncio.get_running_loop()
        self._pauses: dict[socket.socket, asyncio.TimerHandle] = {}
        self._opening: set[asyncio.Task[None]] = set()
        self._failures = SparseLine(self._loop.time)
        for listening in sockets:
            listening.settimeout(0)
            self._loop.add_reader(listening, self._on_readable, listening)

    def close(self) -> None:
        """Stop accepting and close the listening sockets; the operating system then refuses new connections."""
        for pause in self._pauses.values():
            pause.cancel()
        for listening in self.sockets:
            self._loop.remove_reader(listening)
            listening.close()

    def _on_readable(self, listening: socket.socket) -> None:
        if self._server.is_full:
            self._pause(listening, FULL_SECONDS, self._accept_late)
        else:
            self._accept(listening)

    def _accept_late(self, listening: socket.socket) -> None:
        self._listen_again(listening)
        self._accept(listening)

    def _listen_again(self, listening: socket.socket) -> None:
        del self._pauses[listening]
        self._loop.add_reader(listening, self._on_readable, listening)

    def _pause(self, listening: socket.socket, seconds: float, then: Callable[[socket.socket], None]) -> None:
        self._loop.remove_reader(listening)
        self._pauses[listening] = self._loop.call_later(seconds, then, listening)

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(min(BATCH, self._server.newcomers)):
            try:
                accepted, peer = listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:  # No descriptor (EMFILE, ENFILE), no memory (ENOBUFS, ENOMEM), or a network error
                if count := self._failures.count():
                    log.warning("accept_failed", count=count, reason=os.strerror(error.errno or 0))
                self._pause(listening, RETRY_SECONDS, self._listen_again)
                return
            accepted.settimeout(0)
            connection = self._server.connection_from(peer[0] if isinstance(peer, tuple) else "")
            task = self._loop.create_task(self._open(accepted, connection))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    async def _open(self, accepted: socket.socket, connection: Connection) -> None:
        try:
            await self._loop.connect_accepted_socket(lambda: connection, accepted)
        except OSError:  # The client has disconnected already.
            connection.abandon()
            accepted.close()


class BoundSite(TCPSite):
    """Listens on a host and a port of its own."""

    __slots__ = ()

    async def start(self) -> None:
        """Bind the port and start to accept connections. Raises `OSError`."""
        if sys.platform == "win32":  # Windows' event loop has no `add_reader`, and Windows no limit of descriptors.
            await super().start()
            return
        await BaseSite.start(self)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(asyncio.Protocol, self._host, self._port, start_serving=False)
        sockets = [socket.socket(fileno=os.dup(bound.fileno())) for bound in server.sockets]
        server.close()
        for listening in sockets:
            listening.listen(self._backlog)
        self._bound_port = sockets[0].getsockname()[1]
        self._server = _accept_on(self._runner, sockets)


class SharedSite(SockSite):
    """Accepts connections on a listening socket that several processes share."""

    __slots__ = ()

    async def start(self) -> None:
        """Start to accept connections."""
        if sys.platform == "win32":
            await super().start()
            return
        await BaseSite.start(self)
        self._server = _accept_on(self._runner, [self._sock])


def _accept_on(runner: BaseRunner, sockets: Sequence[socket.socket]) -> asyncio.AbstractServer:
    return cast("asyncio.AbstractServer", Acceptor(cast("Server", runner.server), sockets))
