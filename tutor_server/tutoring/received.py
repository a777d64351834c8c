"""An ask as received: cut to the sizes that analysis can use, with the digest of its content."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from tutor_protocol import Cell, encode

if TYPE_CHECKING:
    from tutor_protocol import Ask, Diagnostic
    from tutor_server.tutoring.ask_place import AskPlace

MAX_TRACEBACK_CHARACTERS = 64 * 1024
"""The maximum number of characters of a traceback. Its end is kept, since the exception is there."""
MAX_DIAGNOSTICS = 200
MAX_MESSAGE_CHARACTERS = 2_000
"""The maximum number of characters of a diagnostic's message, of its source and of its code."""
MAX_CELLS = 200
MAX_CELLS_CHARACTERS = 128 * 1024
"""The maximum number of characters of all earlier notebook cells together; the nearest ones are kept."""

_NO_ID = UUID(int=0)


class ReceivedAsk:
    """An ask with a digest that is computed on first use, since a refused ask needs none."""

    def __init__(self, ask: Ask, digest: bytes | None = None) -> None:
        self.ask = ask
        self.place: AskPlace | None = None
        """The course and the module of the ask, once they are known."""
        self._digest = digest

    @property
    def digest(self) -> bytes:
        """The SHA-256 digest that distinguishes a repeated ask from another question under the same request id."""
        if self._digest is None:
            self._digest = digest_of(self.ask)
        return self._digest


def digest_of(ask: Ask) -> bytes:
    """Return the SHA-256 digest of an ask's content, without its request id."""
    content = encode(replace(ask, request_id=_NO_ID))
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).digest()


def bounded(ask: Ask) -> Ask:
    """Return the ask with its traceback, diagnostics and cells cut to the maximum that the analysis uses."""
    traceback = ask.traceback
    return replace(
        ask,
        traceback=None if traceback is None else traceback[-MAX_TRACEBACK_CHARACTERS:],
        diagnostics=_nearest(ask.diagnostics, ask.cursor.line),
        cells=_latest(ask.cells),
    )


def _nearest(diagnostics: tuple[Diagnostic, ...], line: int) -> tuple[Diagnostic, ...]:
    """Return the diagnostics nearest to a line, in their original order."""
    if len(diagnostics) > MAX_DIAGNOSTICS:
        order = sorted(range(len(diagnostics)), key=lambda number: abs(diagnostics[number].line - line))
        diagnostics = tuple(diagnostics[number] for number in sorted(order[:MAX_DIAGNOSTICS]))
    return tuple(_short(diagnostic) for diagnostic in diagnostics)


def _short(diagnostic: Diagnostic) -> Diagnostic:
    if max(len(diagnostic.message), len(diagnostic.source), len(diagnostic.code)) <= MAX_MESSAGE_CHARACTERS:
        return diagnostic
    return replace(
        diagnostic,
        message=diagnostic.message[:MAX_MESSAGE_CHARACTERS],
        source=diagnostic.source[:MAX_MESSAGE_CHARACTERS],
        code=diagnostic.code[:MAX_MESSAGE_CHARACTERS],
    )


def _latest(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Return the cells directly before the current cell. The first cell that exceeds the limit keeps only its end."""
    kept: list[Cell] = []
    room = MAX_CELLS_CHARACTERS
    for cell in reversed(cells[-MAX_CELLS:]):
        if room <= 0:
            break
        output = cell.output[-room:]
        room -= len(output)
        source = cell.source[-room:] if room > 0 else ""
        room -= len(source)
        kept.append(cell if (source, output) == (cell.source, cell.output) else Cell(source=source, output=output))
    return tuple(reversed(kept))
