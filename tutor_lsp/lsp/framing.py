"""Split the byte stream of an LSP client into message bodies and malformed frames (LSP 3.17 "Base Protocol")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_BODY_BYTES = 128 * 1024 * 1024
MAX_HEADER_BYTES = 16 * 1024

_LENGTH = re.compile(rb"content-length:[ \t]*([0-9]{1,12})[ \t\r]*$", re.IGNORECASE)
_LONGEST_LENGTH_LINE = 64


@dataclass(frozen=True, slots=True)
class Malformed:
    """A frame without a readable body. `reason` says what is wrong with it."""

    reason: str


class FrameParser:
    """An incremental parser of frames. After a malformed frame it continues at the next `Content-Length` header."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._length: int | None = None
        self._in_body = False
        self._in_header = False
        self._to_skip = 0

    def feed(self, data: bytes) -> Iterator[bytes | Malformed]:
        """Add received bytes. Yield each body and each malformed frame that these complete."""
        self._buffer += data
        while True:
            if self._to_skip:
                skipped = min(self._to_skip, len(self._buffer))
                del self._buffer[:skipped]
                self._to_skip -= skipped
                if self._to_skip:
                    return
            if self._in_body:
                if self._length is None or len(self._buffer) < self._length:
                    return
                body = bytes(self._buffer[: self._length])
                del self._buffer[: self._length]
                self._length, self._in_body = None, False
                yield body
                continue
            end = self._buffer.find(b"\n")
            if end < 0:
                if len(self._buffer) > MAX_HEADER_BYTES:
                    del self._buffer[:-_LONGEST_LENGTH_LINE]
                    self._in_header = True
                return
            line = bytes(self._buffer[:end])
            del self._buffer[: end + 1]
            malformed = self._header_line(line)
            if malformed:
                yield malformed

    def _header_line(self, line: bytes) -> Malformed | None:
        if line.strip():
            found = _LENGTH.search(line)
            self._length = int(found[1]) if found else self._length
            self._in_header = True
            return None
        was_in_header, self._in_header = self._in_header, False
        if self._length is None:
            return Malformed("The message has no valid Content-Length.") if was_in_header else None
        if self._length > MAX_BODY_BYTES:
            self._to_skip, self._length = self._length, None
            return Malformed(f"The message is over {MAX_BODY_BYTES // 1024 // 1024} MiB.")
        self._in_body = True
        return None
