"""A parser of server-sent events (WHATWG HTML §9.2.6): takes bytes, yields complete events, limits its memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tutor_server.llm.provider import ProviderFailure

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_EVENT_BYTES = 1024 * 1024
"""The maximum size of an event. Events of text answers are far smaller; a larger one is refused to save memory."""

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LINE_ENDS = (b"\n", b"\r")


class ServerEvent(NamedTuple):
    """One event: its name (empty means `message`) and its data lines, joined by line feeds."""

    name: bytes
    data: bytes


class EventParser:
    """Splits a byte stream into events. The result does not depend on how the bytes are divided into chunks.

    Lines end with LF, CRLF or CR. Comments, ids, retry times, unknown fields, and events without data are skipped. An
    event that is incomplete at the end of the stream is dropped.
    """

    def __init__(self, max_event_bytes: int = MAX_EVENT_BYTES) -> None:
        self._max_event_bytes = max_event_bytes
        self._line = bytearray()
        self._name = b""
        self._data: list[bytes] = []
        self._size = 0
        self._after_return = False
        self._started = False
        self.lines = 0
        """The number of complete lines so far. A server that only sends comments or pings completes lines too."""

    def feed(self, chunk: bytes) -> Iterator[ServerEvent]:
        """Yield the events that the next bytes complete. The generator must be exhausted before the next call.

        Raises `ProviderFailure` if an event is larger than the limit.
        """
        if self._after_return and chunk.startswith(b"\n"):
            chunk = chunk[1:]
            self._after_return = False
        if not chunk:
            return
        self._after_return = chunk.endswith(b"\r")
        lines = chunk.splitlines()
        tail = b"" if chunk.endswith(_LINE_ENDS) else lines.pop()
        for line in lines:
            if self._line:
                whole = bytes(self._line) + line
                self._line.clear()
            else:
                whole = line
            event = self._take(whole)
            if event is not None:
                yield event
        self._line += tail
        self._check_size(len(self._line))

    def _take(self, line: bytes) -> ServerEvent | None:
        self.lines += 1
        if not self._started:
            self._started = True
            line = line.removeprefix(_BYTE_ORDER_MARK)
        if not line:
            return self._dispatch()
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field == b"data":
            self._size += len(line)
            self._check_size(0)
            self._data.append(value)
        elif field == b"event":
            self._name = value
        return None

    def _dispatch(self) -> ServerEvent | None:
        name, data = self._name, self._data
        self._name, self._data, self._size = b"", [], 0
        if not data:
            return None
        return ServerEvent(name, data[0] if len(data) == 1 else b"\n".join(data))

    def _check_size(self, unfinished: int) -> None:
        if self._size + unfinished > self._max_event_bytes:
            raise ProviderFailure("invalid_response", f"an event is larger than {self._max_event_bytes} bytes")
