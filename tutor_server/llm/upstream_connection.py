"""The connection over which an answer arrives. Between batches, arriving data does not wake the process."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import aiohttp

QUIET_BYTES = 32 * 1024
"""The number of bytes that collect in the kernel between two batches before it wakes the process."""


class UpstreamConnection:
    """Controls when data on an answer's connection wakes this process.

    From `quiet` until the time set by `wake_in`, data collects in the kernel. The kernel wakes the process earlier only
    at the end of the stream or for much data (SO_RCVLOWAT). Waking an idle process costs more than reading a token. The
    transport's `pause_reading` does not help, since uvloop only stops polling the socket after one more wake-up. If the
    system has no SO_RCVLOWAT, data is read as it arrives. On exit the normal mode is restored, since the connection may
    be reused.
    """

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self._transport = response.connection.transport if response.connection else None
        self._socket: socket.socket | None = None
        self._is_quiet = False
        self._alarm: asyncio.TimerHandle | None = None

    def __enter__(self) -> Self:
        if self._transport is not None:
            # uvloop's transport creates a new socket object at each call, so one object is kept.
            self._socket = socket.socket(fileno=self._transport.get_extra_info("socket").fileno())
        return self

    def __exit__(self, *_failure: object) -> None:
        self._wake()
        if self._socket is not None:
            self._socket.detach()

    def quiet(self) -> None:
        """Let arriving data collect in the kernel, unless the answer is complete."""
        self._silence()
        if self._response.connection is not None:
            self._is_quiet = self._wake_from(QUIET_BYTES)

    def wake_in(self, seconds: float) -> None:
        """Resume reading after some seconds; data that has arrived meanwhile is read then."""
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
