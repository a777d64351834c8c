"""A text document as the editor holds it: LSP's lines, edits and positions in the client's encoding.

In LSP 3.17 "Text Documents" a line ends at LF, CRLF or CR and nothing else, and a position past the end of a line means
that end. Inside the language server, characters are Unicode code points. Only this module knows the client's units.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakSet

from lsprotocol import types
from pygls.workspace import PositionCodec, ServerTextPosition, ServerTextRange, TextDocument

if TYPE_CHECKING:
    from collections.abc import Sequence

_SURROGATE = re.compile("[\ud800-\udfff]")
_PAST_ANY_END = types.Position(line=2**31 - 1, character=2**31 - 1)


def split_lines(text: str) -> list[str]:
    """Return the lines of a text, each with its line end. The last one has no line end and may be empty."""
    lines = list(io.StringIO(text, newline=""))
    if not lines or lines[-1].endswith(("\n", "\r")):
        lines.append("")
    return lines


def without_line_end(line: str) -> str:
    """Return the line without its line end."""
    return line.removesuffix("\n").removesuffix("\r")


class LineCodec(PositionCodec):
    """Converts between code points and the client's positions (in UTF-8, UTF-16 or UTF-32 units), line by line.

    A position inside a character means the position before it. A position past the end of a line means that end.
    """

    def index(self, content: str, character: int) -> int:
        """Return the number of code points of a line, without its line end, before the client's `character`."""
        index = min(character, len(content))
        head = content[:index]
        if head.isascii() or self.encoding == types.PositionEncodingKind.Utf32:
            return index
        if self.encoding == types.PositionEncodingKind.Utf8:
            # In UTF-8, bytes of the form 10xxxxxx continue a character, so move back to its first byte.
            units = head.encode("utf-8", "surrogatepass")
            while 0 < character < len(units) and units[character] & 0xC0 == 0x80:  # noqa: PLR2004 - 0x80 is the bit pattern 10xxxxxx, which marks a continuation byte
                character -= 1
            return len(units[:character].decode("utf-8", "surrogatepass"))
        units = head.encode("utf-16-le", "surrogatepass")
        before = units[: 2 * character].decode("utf-16-le", "surrogatepass")
        return len(before) - (before != content[: len(before)])

    def units(self, text: str) -> int:
        """Return the length of a text in the client's units."""
        if text.isascii() or self.encoding == types.PositionEncodingKind.Utf32:
            return len(text)
        if self.encoding == types.PositionEncodingKind.Utf8:
            return len(text.encode("utf-8", "surrogatepass"))
        return len(text.encode("utf-16-le", "surrogatepass")) // 2

    def cut(self, line: str, character: int) -> tuple[str, str]:
        """Return a line in two parts. In UTF-16 a cut may split a surrogate pair, as in the editor's own text."""
        content = without_line_end(line)
        index = self.index(content, character)
        before, after = line[:index], line[index:]
        is_utf16 = self.encoding not in {types.PositionEncodingKind.Utf8, types.PositionEncodingKind.Utf32}
        if is_utf16 and index < len(content) and self.units(before) < character:
            halves = line[index].encode("utf-16-le")
            high, low = (halves[i : i + 2].decode("utf-16-le", "surrogatepass") for i in (0, 2))
            return before + high, low + line[index + 1 :]
        return before, after

    def position_from_client_units(self, lines: Sequence[str], position: types.Position) -> ServerTextPosition:
        """Return a position in code points. A position beyond the last line is the end of the text."""
        if position.line >= len(lines):
            last = max(len(lines) - 1, 0)
            return ServerTextPosition(last, len(without_line_end(lines[last])) if lines else 0)
        return ServerTextPosition(position.line, self.index(without_line_end(lines[position.line]), position.character))

    def position_to_client_units(
        self, lines: Sequence[str], position: ServerTextPosition | types.Position
    ) -> types.Position:
        """Return a position in the client's units. A position beyond the last line is the end of the text."""
        line, character = position.line, position.character
        if line >= len(lines):
            line, character = max(len(lines) - 1, 0), _PAST_ANY_END.character
        content = without_line_end(lines[line]) if lines else ""
        return types.Position(line=line, character=self.units(content[:character]))

    def range_from_client_units(self, lines: Sequence[str], range: types.Range) -> ServerTextRange:  # noqa: A002 - the method of pygls has a parameter of this name
        """Return a range in code points. If its ends are reversed, they are swapped."""
        ends = [self.position_from_client_units(lines, end) for end in (range.start, range.end)]
        return ServerTextRange(*sorted(ends))


@dataclass(eq=False, slots=True, weakref_slot=True)
class Anchor:
    """A position in code points that moves with edits before it. If its text is deleted, it moves to the deletion."""

    line: int
    character: int


class EditedDocument(TextDocument):
    """A document that follows the editor's edits. The time of an edit depends on its size, not on the document's."""

    _position_codec: LineCodec

    def __init__(
        self, uri: str, source: str | None, version: int | None, language_id: str | None, position_codec: LineCodec
    ) -> None:
        super().__init__(uri, None, version, language_id, position_codec=position_codec)
        self._lines = split_lines(source or "")
        self._text: str | None = source or ""
        self.length = len(source or "")
        """The number of code points of the whole text."""
        self.revision = 0
        """A counter of changes to the text. The editor's version is not used, because some editors send none."""
        self._anchors: WeakSet[Anchor] = WeakSet()

    @property
    def lines(self) -> Sequence[str]:
        """The lines with their line ends. The last one has no line end, and may be empty."""
        return self._lines

    @property
    def source(self) -> str:
        """The whole text as the editor has sent it. The file on disk is never read."""
        if self._text is None:
            self._text = "".join(self._lines)
        return self._text

    def anchor(self, position: types.Position) -> Anchor:
        """Return an anchor at the client's position. It moves with later edits while the caller references it."""
        place = self._position_codec.position_from_client_units(self._lines, position)
        anchor = Anchor(place.line, place.character)
        self._anchors.add(anchor)
        return anchor

    def apply_change(self, change: types.TextDocumentContentChangeEvent) -> None:
        """Apply one change event of `textDocument/didChange`: a range or the whole text."""
        if isinstance(change, types.TextDocumentContentChangePartial):
            self._replace(change.range, change.text)
        else:
            self._replace_whole(change.text)
        self._text = None
        self.revision += 1

    def server_position_at_offset(self, offset: int) -> ServerTextPosition:
        """Return the line and character of an offset into `source`. An offset past the end means the end."""
        for number, line in enumerate(self._lines):
            if offset < len(line):
                return ServerTextPosition(number, offset)
            offset -= len(line)
        return ServerTextPosition(len(self._lines) - 1, len(self._lines[-1]))

    def _replace(self, replaced: types.Range, text: str) -> None:
        start, end = self._ordered(replaced)
        last = len(self._lines) - 1
        (first, start_at), (final, end_at) = (
            (position.line, position.character) if position.line <= last else (last, _PAST_ANY_END.character)
            for position in (start, end)
        )
        before, _ = self._position_codec.cut(self._lines[first], start_at)
        dropped, after = self._position_codec.cut(self._lines[final], end_at)
        self._move_anchors((first, len(before)), (final, len(dropped)), text)
        content = _with_pairs_joined(before + text + after)
        begin = first
        if first and content.startswith("\n") and self._lines[first - 1].endswith("\r"):
            begin, content = first - 1, self._lines[first - 1] + content
        lines = split_lines(content)
        if final != last:
            lines.pop()
        self.length += sum(map(len, lines)) - sum(map(len, self._lines[begin : final + 1]))
        self._lines[begin : final + 1] = lines

    def _replace_whole(self, text: str) -> None:
        """Replace only the lines that differ, so that the anchors on the other lines stay in place."""
        old, new = self._lines, split_lines(text)
        common = min(len(old), len(new))
        head = next((number for number in range(common) if old[number] != new[number]), common)
        tail = next((n for n in range(common - head) if old[-1 - n] != new[-1 - n]), common - head)
        end = len(old) - tail
        self._move_anchors((head, 0), (end, 0), "".join(new[head : len(new) - tail]))
        self._lines = new
        self.length = len(text)

    @staticmethod
    def _ordered(replaced: types.Range) -> tuple[types.Position, types.Position]:
        start, end = sorted((replaced.start, replaced.end), key=lambda position: (position.line, position.character))
        return start, end

    def _move_anchors(self, start: tuple[int, int], end: tuple[int, int], text: str) -> None:
        if not self._anchors:
            return
        added = split_lines(text)
        line = start[0] + len(added) - 1
        character = len(added[-1]) + (start[1] if len(added) == 1 else 0)
        for anchor in self._anchors:
            place = (anchor.line, anchor.character)
            if place < start:
                continue
            if place < end:
                anchor.line, anchor.character = start
            elif place[0] == end[0]:
                anchor.line, anchor.character = line, character + place[1] - end[1]
            else:
                anchor.line += line - end[0]


def _with_pairs_joined(text: str) -> str:
    """Return the text with surrogate pairs joined, since two edits may each have inserted one half of a pair."""
    if text.isascii() or not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
