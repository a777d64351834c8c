"""The context of a syntax error: its tokens, its line, and the guesses about its cause."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.lexing import CLOSERS, OPENERS, Brackets, Token, brackets_of, tokens_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tutor_pedagogy.offline.engine.parsing import Fault

HEADERS = frozenset(("if", "elif", "else", "for", "while", "def", "class", "try", "except", "finally", "with", "async"))
INVALID = "^invalid syntax"
FORGOTTEN_COMMA = "Perhaps you forgot a comma"
EXPECTED_COLON = "expected ':'"


@dataclass(frozen=True, slots=True)
class Change:
    """An edit: replace the characters from offset `start` to offset `end` of the code by `text`."""

    start: int
    end: int
    text: str


class LineNumber(str):
    """A slot that holds a line of the code. `diagnose` turns it into the line of the student's document."""

    __slots__ = ()

    @classmethod
    def of(cls, line: int) -> LineNumber:
        """Return the slot for a line; it is empty for 0."""
        return cls(line or "")


Choice = tuple[float, *tuple[Change, ...]]
"""The cost of a guess, and the changes of its edit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A guess at the cause: its line, the changes that correct it (none if they are unknown), and its cost.

    A lower `cost` means a likelier mistake: 1 for one that students make daily, 5 for a rare one. `line` counts from 1
    in the code.
    """

    line: int
    cost: float
    changes: tuple[Change, ...] = ()
    expression: str | None = None
    slots: Mapping[str, str] = field(default_factory=dict)


class Broken:
    """Code with its first syntax error. Lines count from 1; a line that does not exist counts as empty."""

    def __init__(self, code: str, fault: Fault) -> None:
        self.code = code
        self.fault = fault
        self.lines = code.split("\n")

    def guess(
        self, cost: float, *changes: Change, line: int | None = None, of: str | None = None, **slots: str | Token
    ) -> Candidate:
        """Return a guess about a line, by default the line of the error.

        `of` is the relevant part, by default the whole line. A slot that is a token is shown as code.
        """
        line = self.fault.line if line is None else line
        return Candidate(
            line=line,
            cost=cost,
            changes=changes,
            expression=self.statement(line) if of is None else of,
            slots={name: Code(slot.text) if isinstance(slot, Token) else slot for name, slot in slots.items()},
        )

    @cached_property
    def tokens(self) -> list[Token]:
        """All tokens except comments."""
        return [token for token in tokens_of(self.code) if token.type != "comment"]

    @cached_property
    def by_line(self) -> dict[int, list[Token]]:
        """The tokens that start on each line with code, in order of lines. Line breaks are left out."""
        lines: dict[int, list[Token]] = {}
        for token in self.tokens:
            if token.type != "newline":
                lines.setdefault(token.line, []).append(token)
        return lines

    @cached_property
    def brackets(self) -> Brackets:
        """The unclosed, unmatched and crossed brackets of the whole code."""
        return brackets_of(self.tokens)

    @cached_property
    def _openers(self) -> dict[int, Token | None]:
        stack: list[Token] = []
        openers: dict[int, Token | None] = {}
        for token in self.tokens:
            if token.type == "operator" and token.text in CLOSERS and stack:
                stack.pop()
            openers[token.start] = stack[-1] if stack else None
            if token.type == "operator" and token.text in OPENERS:
                stack.append(token)
        return openers

    def index(self, token: Token) -> int:
        """Return the index of a token in `tokens`."""
        return bisect_left(self.tokens, token.start, key=lambda other: other.start)

    def opener(self, token: Token) -> Token | None:
        """Return the opening bracket around a token, or None outside brackets. A bracket does not enclose itself."""
        return self._openers.get(token.start)

    def on(self, line: int) -> list[Token]:
        """Return the tokens that start on a line."""
        return self.by_line.get(line, [])

    def word(self, line: int) -> str:
        """Return the text of a line's first token, or an empty string."""
        tokens = self.on(line)
        return tokens[0].text if tokens else ""

    @property
    def here(self) -> list[Token]:
        """The tokens of the line that CPython reports."""
        return self.on(self.fault.line)

    @cached_property
    def words(self) -> list[str]:
        """The texts of the tokens in `here`."""
        return [token.text for token in self.here]

    @cached_property
    def at(self) -> int:
        """The index in `here` of the token that CPython reports, or the number of tokens if it reports none of them."""
        column = self.fault.column
        return next((i for i, token in enumerate(self.here) if token.column + len(token.text) > column), len(self.here))

    @cached_property
    def suspects(self) -> list[tuple[int, list[Token]]]:
        """The line that CPython reports and the line of code above it, each with its tokens, if it has any."""
        lines = dict.fromkeys((self.fault.line, self.code_above(self.fault.line)))
        return [(line, self.on(line)) for line in lines if self.on(line)]

    def text(self, line: int) -> str:
        """Return a line's text."""
        return self.lines[line - 1] if 1 <= line <= len(self.lines) else ""

    def statement(self, line: int) -> Code:
        """Return a line's text without the whitespace around it."""
        return Code(self.text(line).strip())

    def indent(self, line: int) -> str:
        """Return the indentation of a line."""
        text = self.text(line)
        return text[: len(text) - len(text.lstrip())]

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *accumulate(len(text) + 1 for text in self.lines)]

    def offset(self, line: int) -> int:
        """Return the offset in the code at which a line starts."""
        return self._starts[min(line, len(self._starts)) - 1]

    def above(self, line: int) -> list[int]:
        """Return the numbers of the lines of code above a line, the nearest first."""
        return [number for number in reversed(self.by_line) if number < line]

    def code_above(self, line: int) -> int:
        """Return the number of the nearest line of code above a line, or 0."""
        return max((number for number in self.by_line if number < line), default=0)

    def code_below(self, line: int) -> int:
        """Return the number of the nearest line of code below a line, or 0."""
        return min((number for number in self.by_line if number > line), default=0)

    def span(self, first: Token, last: Token) -> Code:
        """Return the source text from one token to another."""
        return Code(self.code[first.start : last.end])

    def part(self, line: int, start: int, end: int, text: str) -> Change:
        """Return the change that replaces some columns of a line by a text."""
        return Change(self.offset(line) + start, self.offset(line) + end, text)

    def replace_line(self, line: int, text: str) -> Change:
        """Return the change that replaces a line by a text."""
        return self.part(line, 0, len(self.text(line)), text)

    def move_block(self, first: int, after: int, end: int) -> Change:
        """Return the change that moves the lines from `first` up to `after` behind those from `after` up to `end`."""
        moved, rest = self.lines[first - 1 : after - 1], self.lines[after - 1 : end - 1]
        text = "".join(f"{line}\n" for line in (*rest, *moved))
        start, stop = self.offset(first), self.offset(end)
        return Change(start, min(stop, len(self.code)), text if stop <= len(self.code) else text.removesuffix("\n"))

    def reindent(self, line: int, indent: str) -> Change:
        """Return the change that replaces a line's indentation."""
        return self.part(line, 0, len(self.indent(line)), indent)


def insert(offset: int, text: str) -> Change:
    """Return the change that inserts text at an offset."""
    return Change(offset, offset, text)


def insert_before(token: Token, text: str) -> Change:
    """Return the change that inserts text before a token."""
    return insert(token.start, text)


def insert_after(token: Token, text: str) -> Change:
    """Return the change that inserts text after a token."""
    return insert(token.end, text)


def replace(token: Token, text: str) -> Change:
    """Return the change that replaces a token by a text."""
    return Change(token.start, token.end, text)


def replace_all(first: Token, last: Token, text: str) -> Change:
    """Return the change that replaces the tokens from one to another by a text."""
    return Change(first.start, last.end, text)


def remove(token: Token) -> Change:
    """Return the change that removes a token."""
    return replace(token, "")


def remove_up_to(first: Token, last: Token) -> Change:
    """Return the change that removes the code from one token up to the start of another."""
    return Change(first.start, last.start, "")


def enclose(first: Token, last: Token, marks: str) -> tuple[Change, Change]:
    """Return the changes that put a pair of brackets or quotes, such as `()`, around the tokens from one to another."""
    return insert_before(first, marks[0]), insert_after(last, marks[1])


def make_call(name: Token, first: Token, last: Token) -> tuple[Change, Change]:
    """Return the changes that put the tokens after a name in parentheses, without a space after the name."""
    return Change(name.end, first.start, "("), insert_after(last, ")")


def replace_brackets(opener: Token, closer: Token, marks: str) -> tuple[Change, Change]:
    """Return the changes that replace a pair of brackets by another pair, such as `[]`."""
    return replace(opener, marks[0]), replace(closer, marks[1])


def apply(code: str, changes: Iterable[Change]) -> str:
    """Return the code with changes applied. The changes must not overlap."""
    for change in sorted(changes, key=lambda change: (change.start, change.end), reverse=True):
        code = code[: change.start] + change.text + code[change.end :]
    return code
