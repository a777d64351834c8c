"""A fast model on loopback that speaks Chat Completions: it does little work and sends each token on schedule.

It runs in the process of the load, which therefore knows when each token was sent.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import orjson

if TYPE_CHECKING:
    from benchmarks.service.cases import Case

CASE = re.compile(rb"benchmark case (\d+) (\w+)")
"""A pattern that finds the number of the case and the id of the ask in a question."""

QUEUED_CONNECTIONS = 4096
"""The maximum number of connections that wait to be accepted. All answers connect at once, and a connection that
finds this queue full waits for seconds, or fails."""

HOLD_SECONDS = 0.5
"""Seconds between two checks whether an answer that is held open may end."""

_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
_END = (
    b'data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"bench","choices":'
    b'[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    b'data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"bench","choices":[],'
    b'"usage":{"prompt_tokens":900,"completion_tokens":100,"total_tokens":1000}}\n\ndata: [DONE]\n\n'
)


@dataclass(frozen=True, slots=True)
class Pace:
    """The model's pace: the number of tokens, the seconds between them (None: all at once), and before the first."""

    tokens: int = 100
    seconds: float | None = None
    thinks: float = 0.0


@dataclass(slots=True)
class Said:
    """One answer: each token's end in characters and monotonic time, and the time when the connection was lost."""

    ends: list[int] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    cut_at: float | None = None


class FastUpstream:
    """The server. `said` holds the answer to each ask by its id, `asked` counts the calls, and `open` the open answers.

    While `holds_ends` is true, no answer sends its last token, so that all of them stay open.
    """

    def __init__(self, cases: list[Case]) -> None:
        self.pace = Pace()
        self.said: dict[str, Said] = {}
        self.asked: Counter[str] = Counter()
        self.open = 0
        self.holds_ends = False
        self._cases = cases
        self._events: dict[tuple[int, int], list[tuple[bytes, int]]] = {}
        self._server: asyncio.Server | None = None

    def begin(self, pace: Pace) -> None:
        """Start a load: use this pace for the next answers, and forget earlier ones."""
        self.pace = pace
        self.said.clear()
        self.asked.clear()

    async def start(self) -> str:
        """Listen on a free port; return the base URL."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), "127.0.0.1", 0, backlog=QUEUED_CONNECTIONS)
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/v1"

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()

    def events(self, number: int, tokens: int) -> list[tuple[bytes, int]]:
        """Return the events of a case. Each has the end of its token, in characters from the start of the answer."""
        key = number % len(self._cases), tokens
        if key not in self._events:
            end, events = 0, []
            for token in self._cases[key[0]].tokens(tokens):
                end += len(token)
                event = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "bench",
                         "choices": [{"index": 0, "delta": {"content": token}, "finish_reason": None}]}  # fmt: skip
                events.append((b"data: " + orjson.dumps(event) + b"\n\n", end))
            self._events[key] = events
        return self._events[key]


class _Connection(asyncio.Protocol):
    """One connection, on which complete requests are answered one after another."""

    def __init__(self, upstream: FastUpstream) -> None:
        self._upstream = upstream
        self._received = bytearray()
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.Handle | None = None
        self._said: Said | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, _error: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._said is not None:
            self._said.cut_at = time.monotonic()
            self._upstream.open -= 1

    def data_received(self, data: bytes) -> None:
        self._received += data
        head = self._received.find(b"\r\n\r\n")
        if head < 0:
            return
        length = re.search(rb"(?i)content-length: *(\d+)", self._received[:head])
        size = head + 4 + int(length[1] if length else 0)
        if len(self._received) < size:
            return
        body = bytes(self._received[head + 4 : size])
        del self._received[:size]
        named = CASE.findall(body)
        number, name = named[-1] if named else (b"0", b"none")
        self._said = self._upstream.said[name.decode()] = Said()
        self._upstream.asked[name.decode()] += 1
        self._upstream.open += 1
        pace = self._upstream.pace
        events = self._upstream.events(int(number), pace.tokens)
        if pace.thinks:
            self._timer = asyncio.get_running_loop().call_later(pace.thinks, self._answer, events, pace.seconds)
        else:
            self._answer(events, pace.seconds)

    def _answer(self, events: list[tuple[bytes, int]], seconds: float | None) -> None:
        transport, said = self._transport, self._said
        assert transport is not None
        assert said is not None
        if seconds is None:
            now = time.monotonic()
            said.ends, said.at = [end for _, end in events], [now] * len(events)
            transport.write(_HEAD + _chunk(b"".join(event for event, _ in events) + _END) + b"0\r\n\r\n")
            self._done()
            return
        loop = asyncio.get_running_loop()
        begins = loop.time()
        transport.write(_HEAD)

        def speak(number: int) -> None:
            event, end = events[number]
            if number + 1 == len(events) and self._upstream.holds_ends:
                self._timer = loop.call_later(HOLD_SECONDS, speak, number)
                return
            said.ends.append(end)
            said.at.append(time.monotonic())
            if number + 1 < len(events):
                transport.write(_chunk(event))
                at = begins + (number + 1) * seconds
                self._timer = loop.call_at(at, speak, number + 1) if seconds else loop.call_soon(speak, number + 1)
            else:
                transport.write(_chunk(event + _END) + b"0\r\n\r\n")
                self._done()

        speak(0)

    def _done(self) -> None:
        self._timer = self._said = None
        self._upstream.open -= 1


def _chunk(content: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(content), content)
