"""The surroundings of a syntax error: its tokens, its line, and the candidates for what went wrong there."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.lexing import CLOSERS, OPENERS, Brackets, Token, brackets_of, tokens_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tutor_pedagogy.offline.engine.program import Fault

HEADERS = frozenset(("if", "elif", "else", "for", "while", "def", "class", "try", "except", "finally", "with", "async"))


@dataclass(frozen=True, slots=True)
class Change:
    """Put `text` where the code has the characters from `start` to `end`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One guess at the cause: where, what would mend it (nothing, when the guess only names it), and how likely.

    `cost` ranks: 1 is a slip that students make daily, 5 a rare one. `line` counts from 1 in the code.
    """

    line: int
    cost: float
    changes: tuple[Change, ...] = ()
    expression: str | None = None
    slots: Mapping[str, str] = field(default_factory=dict)


class Broken:
    """Code with its first fault."""

    def __init__(self, code: str, fault: Fault) -> None:
        self.code = code
        self.fault = fault
        self.lines = code.split("\n")

    @cached_property
    def tokens(self) -> list[Token]:
        """All tokens but comments."""
        return [token for token in tokens_of(self.code) if token.kind != "comment"]

    @cached_property
    def by_line(self) -> dict[int, list[Token]]:
        """The tokens that start on each line, without line breaks."""
        lines: dict[int, list[Token]] = {}
        for token in self.tokens:
            if token.kind != "newline":
                lines.setdefault(token.line, []).append(token)
        return lines

    @cached_property
    def brackets(self) -> Brackets:
        """How the brackets of the whole code pair up."""
        return brackets_of(self.tokens)

    @cached_property
    def _openers(self) -> dict[int, Token | None]:
        stack: list[Token] = []
        openers: dict[int, Token | None] = {}
        for token in self.tokens:
            if token.kind == "operator" and token.text in CLOSERS and stack:
                stack.pop()
            openers[token.start] = stack[-1] if stack else None
            if token.kind == "operator" and token.text in OPENERS:
                stack.append(token)
        return openers

    def index(self, token: Token) -> int:
        """Return the index of a token in `tokens`."""
        return bisect_left(self.tokens, token.start, key=lambda other: other.start)

    def opener(self, token: Token) -> Token | None:
        """Give the bracket that encloses a token, None at the top of a statement; a bracket does not enclose itself."""
        return self._openers.get(token.start)

    def on(self, line: int) -> list[Token]:
        """Give the tokens that start on a line."""
        return self.by_line.get(line, [])

    @property
    def here(self) -> list[Token]:
        """The tokens of the line that CPython points at."""
        return self.on(self.fault.line)

    @cached_property
    def at(self) -> int:
        """Index in `here` of the token that CPython points at, the number of tokens when it points past them."""
        column = self.fault.column
        return next((i for i, token in enumerate(self.here) if token.column + len(token.text) > column), len(self.here))

    def text(self, line: int) -> str:
        """Give a line's text."""
        return self.lines[line - 1] if 1 <= line <= len(self.lines) else ""

    def statement(self, line: int) -> str:
        """Give a line's text without the blanks around it."""
        return self.text(line).strip()

    def indent(self, line: int) -> str:
        """Give the blanks that a line starts with."""
        text = self.text(line)
        return text[: len(text) - len(text.lstrip())]

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(text) + 1 for text in self.lines)]

    def offset(self, line: int) -> int:
        """Give where a line starts in the code."""
        return self._starts[min(line, len(self._starts)) - 1]

    def code_above(self, line: int) -> int:
        """Give the last line above that holds code, 0 when there is none."""
        return max((number for number in self.by_line if number < line), default=0)

    def code_below(self, line: int) -> int:
        """Give the first line below that holds code, 0 when there is none."""
        return min((number for number in self.by_line if number > line), default=0)

    def end(self, line: int) -> int:
        """Give the offset after the last token of a line."""
        tokens = self.on(line)
        return tokens[-1].end if tokens else self.offset(line)

    def span(self, first: Token, last: Token) -> str:
        """Give the code from one token to another."""
        return self.code[first.start : last.end]


def insert(offset: int, text: str) -> Change:
    """Insert text."""
    return Change(offset, offset, text)


def replace_token(token: Token, text: str) -> Change:
    """Put text in a token's place."""
    return Change(token.start, token.end, text)


def apply(code: str, changes: Iterable[Change]) -> str:
    """Make changes that do not overlap."""
    for change in sorted(changes, key=lambda change: (change.start, change.end), reverse=True):
        code = code[: change.start] + change.text + code[change.end :]
    return code
