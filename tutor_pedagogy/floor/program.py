"""The student's program as an answer can name it: its lines, its names and its code."""

from __future__ import annotations

import builtins
import keyword
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor_protocol import Submission

_MOST_CHARACTERS = 32 * 1024
"""The maximum number of characters that are read around the cursor, so that reading takes about a millisecond."""
_NAME = re.compile(r"[^\W\d]\w*")
_FRAME = re.compile(r"\bline (\d{1,6})\b")
_SIGN = re.compile(r"\w+|[^\w\s]")
_OF_PYTHON = frozenset(keyword.kwlist) | frozenset(dir(builtins))
_LINE_NUMBER = re.compile(
    r"(?i:\b(?:lines?|zeilen?|lignes?|l[ií]neas?|linhas?|righe|riga|regels?|wiersz\w*|строк\w*|řád\w*|sat\u0131r\w*))"
    r"\s{1,4}(?P<first>\d{1,6})(?:(?:\s{0,2}[-\u2013,]\s{0,2}|\s{1,2}(?:to|and|or|bis|und|oder|et|y)\s{1,2})(?P<second>\d{1,6}))?"
    r"|\b(?P<nth>\d{1,6})(?:st|nd|rd|th)\s{1,4}line\b|第\s{0,2}(?P<row>\d{1,6})\s{0,2}行"
)


@dataclass(frozen=True, slots=True)
class NamedProgram:
    """The lines of a program from `first` to `last` as the editor numbers them, its code without blanks, its names.

    `own_names` are the names that are not Python's. `asked_names` are the names in the student's question.
    """

    first: int
    last: int
    code: str
    names: frozenset[str]
    own_names: frozenset[str]
    asked_names: frozenset[str]
    texts: tuple[str, ...]
    """The lines that were read, beginning with the one that the editor numbers `first_read`."""
    first_read: int
    reported: frozenset[int]
    """The lines at which the program stopped, or that an error of the editor names."""

    @classmethod
    def of(cls, submission: Submission) -> NamedProgram:
        """Read the part of a program that is around the cursor."""
        lines = submission.code.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        start = end = min(max(submission.cursor.line, 0), len(lines) - 1)
        room = _MOST_CHARACTERS
        while room > 0 and (start > 0 or end < len(lines)):
            if end < len(lines):
                room -= len(lines[end]) + 1
                end += 1
            if start > 0 and room > 0:
                start -= 1
                room -= len(lines[start]) + 1
        texts = tuple(line[:_MOST_CHARACTERS] for line in lines[start:end])
        names = frozenset(_NAME.findall("\n".join(texts)))
        first = submission.first_line + 1
        return cls(
            first=first,
            last=submission.first_line + len(lines),
            code=_bare("\n".join(texts)),
            names=names,
            own_names=names - _OF_PYTHON,
            asked_names=frozenset(_NAME.findall((submission.question or "")[:_MOST_CHARACTERS])),
            texts=texts,
            first_read=first + start,
            reported=_reported(submission),
        )

    @property
    def is_empty(self) -> bool:
        """Whether the program has nothing that an answer can name."""
        return not self.names

    def line(self, number: int) -> str:
        """Return the text of a line as the editor numbers it; an empty string if it was not read."""
        index = number - self.first_read
        return self.texts[index] if 0 <= index < len(self.texts) else ""

    def lines_named_in(self, text: str) -> frozenset[int]:
        """Return the lines of the program that a text names by their number."""
        numbers = (
            int(number)
            for found in _LINE_NUMBER.finditer(text)
            for number in found.group("first", "second", "nth", "row")
            if number
        )
        return frozenset(number for number in numbers if self.first <= number <= self.last)

    def quotes(self, code: str) -> bool:
        """Return whether code is a part of the program. A single word counts if it is a name."""
        signs = _SIGN.findall(code)
        if len(signs) == 1:
            return code.strip() in self.names
        return bool(signs) and _bare(code) in self.code

    def knows(self, code: str) -> bool:
        """Return whether code can belong to the program: it has one of its own names, or no name of another program."""
        names = frozenset(_NAME.findall(code)) - _OF_PYTHON
        return not self.own_names.isdisjoint(names) or names <= self.names

    def has_block(self, code: str) -> bool:
        """Return whether the lines of a block stand in the program just so, in a row."""
        wanted = [line.rstrip() for line in code.split("\n") if line.strip()]
        lines = [line.rstrip() for line in self.texts if line.strip()]
        return "\n".join(("", *wanted, "")) in "\n".join(("", *lines, ""))


def _reported(submission: Submission) -> frozenset[int]:
    frames = _FRAME.findall((submission.traceback or "")[-_MOST_CHARACTERS:])
    errors = (diagnostic.line for diagnostic in submission.diagnostics if diagnostic.severity == 1)
    return frozenset((*map(int, frames[-1:]), *(submission.first_line + line + 1 for line in errors)))


def _bare(code: str) -> str:
    return "".join(code.split())
