"""Split any text into Python's logical lines, strings and tokens, even if it does not parse.

The standard library's tokenizer raises errors on the programs that students ask about, differs between versions, and
is ten times slower. This lexer reads the lexical grammar (Python Language Reference, chapter 2) with regular
expressions, in time linear in the text, and recovers where CPython gives up:

- an unclosed quote opens no string: the text after it is read as code;
- a bracket that is never closed, or is still open where a line starts with a statement's keyword, joins no lines;
- a dedent to a level that was never opened is kept as it is.

`Layout.faults` holds the offsets of such quotes and brackets, and of stray backslashes. Lines count from 0 and end at
LF, CRLF or CR, as Python reads them. Form feed, U+2028 and similar characters do not end a line.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import NamedTuple

_TAB = 8

_PLAIN = r"""[^\n'"#()\[\]{}\\]"""
_RUN = re.compile(rf"(?:{_PLAIN}++|\({_PLAIN}*+\)|\[{_PLAIN}*+\]|\{{{_PLAIN}*+\}})*+")
"""Text that the scan skips in one step: no quotes, comments, line ends, backslashes or unclosed brackets."""

_BODY = {
    '"': re.compile(r'[^"\\\n]*+(?:\\.[^"\\\n]*+)*+', re.DOTALL),
    "'": re.compile(r"[^'\\\n]*+(?:\\.[^'\\\n]*+)*+", re.DOTALL),
    '"""': re.compile(r'(?:[^"\\]++|\\.|""?(?!"))*+', re.DOTALL),
    "'''": re.compile(r"(?:[^'\\]++|\\.|''?(?!'))*+", re.DOTALL),
}
_PREFIX = re.compile(r"(?<!\w)(?:[rR][bBfFtT]?|[bBfFtT][rR]?|[uU])\Z")

_STATEMENT = re.compile(
    r"[ \t\f]*(?:async[ \t\f]+def|def|class|return|import|while|try|except|finally|elif|with|raise|pass|break|continue"
    r"|global|nonlocal|assert|del)\b"
)
"""Keywords that only start statements. A bracket that is open before such a statement was never closed."""

_HEADER_IN_STRING = re.compile(r"^[ \t\f]*(?:(?:async[ \t\f]+)?def|class)[ \t\f]+\w.*:[ \t\f]*$", re.MULTILINE)

_DIGITS = r"[0-9](?:_?[0-9])*"
_EXPONENT = rf"[eE][-+]?{_DIGITS}"
# linear: if the alternative for floats fails on some digits, the alternative for integers consumes them
TOKEN = re.compile(
    "|".join(
        (
            r"0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+",
            rf"(?:{_DIGITS}\.(?:{_DIGITS})?|\.{_DIGITS})(?:{_EXPONENT})?[jJ]?",
            rf"{_DIGITS}(?:{_EXPONENT})?[jJ]?",
            r"\w+",
            r"\*\*=?|//=?|>>=?|<<=?|\.\.\.|->|:=|[-+*/%@&|^=<>!]=|[^ \t\f\n]",
        )
    )
)
"""One token of code outside strings and comments. A character unknown to Python is a token by itself."""


class Piece(NamedTuple):
    """A part of the text outside comments: code, or one whole string with its prefix and quotes."""

    start: int
    end: int
    is_string: bool


@dataclass(slots=True)
class LogicalLine:
    """One statement line: its first and last physical line, the column of its indentation, and its pieces."""

    first: int
    last: int
    indent: int
    start: int
    pieces: list[Piece] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Layout:
    """A whole text with LF line ends: `line_starts` are offsets, and `faults` are the offsets of lexical errors."""

    text: str
    line_starts: list[int]
    lines: list[LogicalLine]
    faults: list[int]


def column(whitespace: str) -> int:
    """Return the width of leading whitespace: a tab goes to a multiple of 8, a form feed to 0 (Reference §2.1.8)."""
    if "\t" not in whitespace and "\f" not in whitespace:
        return len(whitespace)
    width = 0
    for character in whitespace:
        if character == "\t":
            width = (width // _TAB + 1) * _TAB
        elif character == "\f":
            width = 0
        else:
            width += 1
    return width


def leading_whitespace(line: str) -> str:
    """Return the spaces, tabs and form feeds at the beginning of a line."""
    return line[: len(line) - len(line.lstrip(" \t\f"))]


def tokens(layout: Layout, line: LogicalLine) -> list[str]:
    """Return the tokens of a logical line, strings verbatim, without comments and line breaks."""
    found: list[str] = []
    for piece in line.pieces:
        if piece.is_string:
            found.append(layout.text[piece.start : piece.end])
        else:
            found += TOKEN.findall(layout.text, piece.start, piece.end)
    return found


def lay_out(code: str) -> Layout:
    """Return the logical lines of any text. Never raises; time and memory are linear in its length."""
    text = code.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    scan = _Scan(text)
    scan.run()
    culprit = scan.string_that_swallowed_a_header()
    if culprit is not None:
        scan = _Scan(text, no_string_at=culprit)
        scan.run()
    return Layout(text, scan.line_starts, scan.lines, sorted(scan.faults))


class _Scan:
    """One pass over the text. If a bracket is never closed, its logical line is read again without joining lines."""

    def __init__(self, text: str, no_string_at: int = -1) -> None:
        self.text = text
        self.line_starts = [0, *(match.end() for match in re.finditer("\n", text))]
        self.lines: list[LogicalLine] = []
        self.faults: set[int] = set()
        self._no_string_at = no_string_at
        self._pos = 0
        self._code_from = 0
        self._line: LogicalLine | None = None
        self._open: list[int] = []
        self._brackets_count_from = 0
        self._unclosed_until = dict.fromkeys(("'", '"', "'''", '"""'), -1)
        self._triple_unclosed: set[str] = set()

    def run(self) -> None:
        text, end = self.text, len(self.text)
        while True:
            run = _RUN.match(text, self._pos)
            stop = run.end() if run else self._pos
            if self._line is None:
                self._begin_line(stop)
            if stop == end:
                if self._open:
                    self._reread_line_by_line(end)
                    continue
                self._end_line(end)
                return
            self._pos = stop
            character = text[stop]
            if character == "\n":
                self._line_break()
            elif character == "#":
                self._flush(stop)
                found = text.find("\n", stop)
                self._pos = self._code_from = end if found < 0 else found
            elif character in "'\"":
                self._quote()
            elif character == "\\":
                self._backslash()
            else:
                self._bracket(character)

    def string_that_swallowed_a_header(self) -> int | None:
        """Return the position of a triple quote that was never closed, or None.

        After an unclosed quote, all later quotes of its kind pair up wrongly: the last one stays unclosed, and one of
        the strings contains the header of a function or class.
        """
        for line in self.lines if self._triple_unclosed else ():
            for piece in line.pieces:
                if piece.is_string and _HEADER_IN_STRING.search(self.text, piece.start, piece.end):
                    quote = self.text[piece.end - 3 : piece.end]
                    if quote in self._triple_unclosed:
                        return self.text.index(quote, piece.start)
        return None

    def _begin_line(self, stop: int) -> None:
        """Begin a logical line, unless only whitespace precedes a comment, a line end or the end of the text."""
        text = self.text
        whitespace = leading_whitespace(text[self._pos : stop])
        first_token = self._pos + len(whitespace)
        if first_token == len(text) or text[first_token] in "\n#":
            self._code_from = first_token
            return
        number = bisect_left(self.line_starts, self._pos + 1) - 1
        self._line = LogicalLine(number, number, column(whitespace), self._pos)
        self._code_from = first_token

    def _flush(self, end: int) -> None:
        if self._line is not None and self.text[self._code_from : end].strip(" \t\f\n"):
            self._line.pieces.append(Piece(self._code_from, end, is_string=False))
        self._code_from = end

    def _end_line(self, end: int) -> None:
        self._flush(end)
        if self._line is not None and self._line.pieces:
            self._line.last = bisect_left(self.line_starts, end + 1) - 1
            self.lines.append(self._line)
        self._line = None

    def _line_break(self) -> None:
        after = self._pos + 1
        if not self._open:
            self._end_line(self._pos)
            self._code_from = after
        elif _STATEMENT.match(self.text, after):
            self._reread_line_by_line(after)
            return
        self._pos = after

    def _reread_line_by_line(self, until: int) -> None:
        """Scan the logical line again from its beginning, and ignore all brackets before the offset `until`."""
        assert self._line is not None  # noqa: S101 - an open bracket implies an unfinished logical line
        self.faults.update(self._open)
        self._open.clear()
        self._brackets_count_from = until
        self._pos = self._line.start
        self._line = None

    def _bracket(self, character: str) -> None:
        if self._pos >= self._brackets_count_from:
            if character in "([{":
                self._open.append(self._pos)
            elif self._open:
                self._open.pop()
        self._pos += 1

    def _backslash(self) -> None:
        if self.text.startswith("\n", self._pos + 1):
            self._flush(self._pos)
            self._pos += 2
            self._code_from = self._pos
        else:
            self.faults.add(self._pos)
            self._pos += 1

    def _quote(self) -> None:
        text, start = self.text, self._pos
        quote = text[start]
        if text.startswith(quote * 3, start):
            quote *= 3
        if start != self._no_string_at and start >= self._unclosed_until[quote]:
            body = _BODY[quote].match(text, start + len(quote))
            end = body.end() if body else start
            if text.startswith(quote, end):
                prefix = _PREFIX.search(text, max(self._code_from, start - 2), start)
                opening = prefix.start() if prefix else start
                self._flush(opening)
                end += len(quote)
                if self._line is not None:
                    self._line.pieces.append(Piece(opening, end, is_string=True))
                self._pos = self._code_from = end
                return
            self._unclosed_until[quote] = end
            if len(quote) > 1:
                self._triple_unclosed.add(quote)
        self.faults.add(start)
        self._pos = start + len(quote)
