"""The connection that carries an answer: while no batch is due, arriving data does not wake the process."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import aiohttp

QUIET_BYTES = 32 * 1024
"""How much may gather on a line while nobody wants to read it, before it wakes the process."""


class UpstreamConnection:
    """The connection that an answer comes over, as far as it wakes this process.

    From `quiet` to the time of `wake_in`, what arrives gathers in the kernel, which wakes nobody for it but for the end
    or for much (SO_RCVLOWAT): to be woken costs an idle process more than to read a token. The transport's own
    `pause_reading` is no remedy: uvloop leaves the line with the kernel until it has been woken once more. Where the
    system knows no such mark, words are read as they come. However the context is left, the line is awake: its
    connection may serve again.
    """

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self._transport = response.connection.transport if response.connection else None
        self._socket: socket.socket | None = None
        self._is_quiet = False
        self._alarm: asyncio.TimerHandle | None = None

    def __enter__(self) -> Self:
        if self._transport is not None:  # uvloop's own object for a socket makes one of these at each call
            self._socket = socket.socket(fileno=self._transport.get_extra_info("socket").fileno())
        return self

    def __exit__(self, *_failure: object) -> None:
        self._wake()
        if self._socket is not None:
            self._socket.detach()

    def quiet(self) -> None:
        """Let arriving data gather in the kernel, unless the answer is complete."""
        self._silence()
        if self._response.connection is not None:
            self._is_quiet = self._wake_from(QUIET_BYTES)

    def wake_in(self, seconds: float) -> None:
        """Have the process woken, from then on, by whatever has gathered or arrives."""
        if seconds and self._is_quiet and self._response.connection is not None:
            self._alarm = asyncio.get_running_loop().call_later(seconds, self._wake)
        else:
            self._wake()

    def _silence(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _wake(self) -> None:
        self._silence()
        if self._is_quiet:
            self._is_quiet = not self._wake_from(1)

    def _wake_from(self, size: int) -> bool:
        if self._socket is None or self._transport is None or self._transport.is_closing():
            return False
        with suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, size)
        return True
