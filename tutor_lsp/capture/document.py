"""The code sent with an ask: the whole document if it fits, else a window of whole statements around the cursor."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_lsp.capture.wire_text import byte_length, valid
from tutor_lsp.lsp.source_file import PYTHON_SUFFIXES
from tutor_lsp.lsp.text_document import without_line_end
from tutor_protocol import MAX_CODE_BYTES, Position

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_lsp.lsp.text_document import EditedDocument

_TOP_LEVEL_STATEMENT = re.compile(r"[\w@]")
_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Window:
    """The window: the part of a document's code that is sent with an ask.

    It starts at line `first_line`, and there at character `first_character`. Its lines end with LF, and each one is a
    line of the document.
    """

    code: str
    first_line: int
    first_character: int
    line_count: int

    def place(self, line: int, character: int) -> Position:
        """Convert a position in the document to one in `code`, the part that is sent. Clamp it to that part."""
        number = line - self.first_line
        if number < 0:
            return Position(0, 0)
        if number >= self.line_count:
            return Position(self.line_count - 1, len(self.code) - self.code.rfind("\n") - 1)
        return Position(number, max(character - self.first_character, 0) if number == 0 else character)

    def __contains__(self, line: int) -> bool:
        """Return whether a line of the document is in the part that is sent."""
        return 0 <= line - self.first_line < self.line_count


def is_python(document: EditedDocument) -> bool:
    """Return whether a document is Python, by its language id or its file name."""
    return (document.language_id or "").lower() == "python" or document.path.endswith(PYTHON_SUFFIXES)


def window(
    lines: Sequence[str], cursor: Position, *, start: int = 0, end: int | None = None, budget: int = MAX_CODE_BYTES
) -> Window:
    """Return the window of lines `start` to `end` (exclusive), or of lines around the cursor if all exceed the budget.

    `budget` is in bytes of UTF-8. The time depends on it, not on the document's length. Code is cut between top-level
    statements if possible, so that it can still be parsed.
    """
    end = len(lines) if end is None else end
    first, last = _fitting(lines, cursor.line, start, end, budget)
    if first == last:
        return _part_of_line(lines[first], first, cursor.character, budget)
    first_character = 1 if first == 0 and lines[0].startswith(_BOM) else 0
    kept = [without_line_end(line) for line in lines[first:last]]
    kept[0] = kept[0][first_character:]
    return Window(valid("\n".join(kept)), first, first_character, last - first)


def _fitting(lines: Sequence[str], cursor_line: int, start: int, end: int, budget: int) -> tuple[int, int]:
    """Return the range of lines around the cursor that fits the budget: its first line, and its end (exclusive).

    If the cursor's line alone exceeds the budget, both are that line.
    """
    left = budget - _size(lines[cursor_line])
    if left < 0:
        return cursor_line, cursor_line
    first, left = _extend(lines, range(cursor_line - 1, start - 1, -1), cursor_line, left, keep=left // 2)
    last, left = _extend(lines, range(cursor_line + 1, end), cursor_line, left, keep=0)
    first, left = _extend(lines, range(first - 1, start - 1, -1), first, left, keep=0)
    last += 1
    if first > start:
        first = next((n for n in range(first, cursor_line + 1) if _TOP_LEVEL_STATEMENT.match(lines[n])), first)
    if last < end:
        last = next((n for n in range(last, cursor_line, -1) if _TOP_LEVEL_STATEMENT.match(lines[n])), last)
    return first, last


def _extend(lines: Sequence[str], numbers: range, reached: int, left: int, *, keep: int) -> tuple[int, int]:
    """Go through the lines `numbers` until another line would leave fewer than `keep` bytes of the budget `left`.

    Return the last line that fits (`reached` if none does), and the bytes left over.
    """
    for number in numbers:
        size = _size(lines[number])
        if left - size < keep:
            break
        reached, left = number, left - size
    return reached, left


def _size(line: str) -> int:
    return byte_length(without_line_end(line)) + 1


def _part_of_line(line: str, number: int, character: int, budget: int) -> Window:
    content = without_line_end(line)
    characters = budget // 4  # A character takes at most 4 bytes in UTF-8.
    first = max(0, min(character - characters // 2, len(content) - characters))
    return Window(valid(content[first : first + characters]), number, first, 1)
