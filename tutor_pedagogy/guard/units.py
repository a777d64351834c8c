"""Split a streamed answer into the units that are judged and released: sentences, lines and closed blocks.

The units depend on the text, never on how it was split into chunks: a unit is cut once all the text that decides where
it ends has arrived.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

MAX_LINE = 4_000
MAX_BLOCK = 24_000
"""The maximum numbers of characters in a line and in a block. A longer line or block counts as endless."""
_REMEMBERED = 600
"""The maximum number of characters of an unfinished sentence that are passed on to the next unit."""

_PREFIX = r"(?P<prefix>(?:[ \t]*+(?:>|(?:[-*+]|\d{1,9}[.)])(?=[ \t])))*+[ \t]*+)"
_FENCE = re.compile(_PREFIX + r"(?P<fence>`{3,}+(?=[^`\n]*+(?:\n|\Z))|~{3,}+)[^\n]*+(?:\n|\Z)")
_COULD_BECOME_FENCE = re.compile(r"[ \t>*+\-\d.)]*+(?:`{0,2}+\Z|~{0,2}+\Z|`{3,}+[^`\n]*+\Z|~{3,}+[^\n]*+\Z)")
_BOUNDARY = re.compile(r"[`\n.!?…](?:(?<=`)`*+|(?<=\n)|(?<=[.!?…])[.!?…]*+[\"'\u201d\u2019)\]*_]*+(?=\s|\Z))")
"""The end of a line or sentence, or backticks. The leading character class makes the search fast."""
_MAY_END_SENTENCE = re.compile(r"[`\n.!?…]")
_MAY_END_CODE = re.compile(r"[`\n]")
_MAY_END_BLOCK = re.compile(r"\n")
_LIST_NUMBER = re.compile(r"[ \t>]*\d{1,9}\.\Z")
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|cf|vs|etc|approx|resp|ex|[A-Za-z])\.\Z", re.IGNORECASE)


@dataclass(slots=True)
class Unit:
    """One unit with all its characters. A `block` is fenced code, from its opening fence to its closing one.

    `begun` is the beginning of the unit's first sentence, if that is in earlier units. An `endless` unit exceeded the
    maximum length and was cut there.
    """

    kind: Literal["text", "block"]
    text: str
    begun: str = ""
    endless: bool = False


@dataclass(frozen=True, slots=True)
class _Fence:
    mark: str
    quoted: bool

    def closed_by(self, line: str) -> bool:
        """Return whether a line closes the block: at least as many of the same fence characters, and nothing else."""
        marks = line.strip(" \t>\n")
        return len(marks) >= len(self.mark) and marks == self.mark[0] * len(marks)


class Splitter:
    """Splits a stream of text into units. It holds back at most one unit."""

    def __init__(self) -> None:
        self._held = ""
        self._begun = ""
        self._coming: list[str] = []
        """Text that arrived after `_held` and cannot end a unit."""
        self._awaited: re.Pattern[str] | None = None
        """The characters that can end the open unit, or None if any text can."""
        self._room = 0
        """The number of characters that may still arrive before the unit counts as endless."""
        self._at_line_start = True
        self._fence: _Fence | None = None
        self._scanned = 0
        """The offset in `_held` at which the search for the end of the unit continues."""

    def feed(self, text: str) -> list[Unit]:
        """Take the next text and return the units that are complete now."""
        self._coming.append(text)
        self._room -= len(text)
        if self._awaited is not None and self._room >= 0 and not self._awaited.search(text):
            return []
        return self._whole(final=False)

    def finish(self) -> list[Unit]:
        """Return the remaining units at the end of the answer. Its last unit counts as complete."""
        return self._whole(final=True)

    def _whole(self, *, final: bool) -> list[Unit]:
        units: list[Unit] = []
        self._held = "".join((self._held, *self._coming))
        self._coming.clear()
        self._awaited = None
        while self._held:
            if self._at_line_start and self._fence is None and not _begins_as_prose(self._held):
                if not final and _COULD_BECOME_FENCE.match(self._held) and len(self._held) <= MAX_LINE:
                    break
                fence = _FENCE.match(self._held)
                if fence:
                    self._fence, self._scanned = _Fence(fence["fence"], ">" in fence["prefix"]), fence.end()
            unit = self._line(final=final) if self._fence is None else self._block(self._fence, final=final)
            if unit is None:
                break
            units.append(unit)
        return units

    def _line(self, *, final: bool) -> Unit | None:
        """Return the next unit of text, or None if incomplete. It ends with a line or a sentence outside code spans."""
        self._at_line_start = False
        held = self._held
        while found := _BOUNDARY.search(held, self._scanned):
            mark = found[0]
            if mark == "\n":
                return self._cut("text", found.end(), MAX_LINE, ends_sentence=False)
            if found.end() == len(held):
                self._scanned = found.start()
                break
            if mark[0] == "`":
                closing = re.compile(rf"(?<!`){mark}(?!`)|\n").search(held, found.end())
                if closing is None:
                    self._scanned, self._awaited = found.start(), _MAY_END_CODE
                    break
                if closing[0] != "\n" and closing.end() == len(held):
                    self._scanned = found.start()
                    break
                self._scanned = found.end() if closing[0] == "\n" else closing.end()
            elif mark == "." and (
                _LIST_NUMBER.match(held[: found.end()]) or _ABBREVIATION.search(held, found.end() - 8, found.end())
            ):
                self._scanned = found.end()
            else:
                return self._cut("text", found.end() + 1, MAX_LINE, ends_sentence=True)
        else:
            self._scanned, self._awaited = len(held), _MAY_END_SENTENCE
        if final or len(held) > MAX_LINE:
            return self._cut("text", len(held), MAX_LINE, ends_sentence=True)
        self._room = MAX_LINE - len(held)
        return None

    def _block(self, fence: _Fence, *, final: bool) -> Unit | None:
        held = self._held
        while (end := held.find("\n", self._scanned) + 1) or (final and self._scanned < len(held)):
            end = end or len(held)
            line = held[self._scanned : end]
            if fence.quoted and ">" not in line[: len(line) - len(line.lstrip(" \t>"))]:
                return self._cut("block", self._scanned, MAX_BLOCK, ends_sentence=True)
            self._scanned = end
            if fence.closed_by(line):
                return self._cut("block", end, MAX_BLOCK, ends_sentence=True)
        if final or len(held) > MAX_BLOCK:
            return self._cut("block", len(held), MAX_BLOCK, ends_sentence=True)
        self._awaited, self._room = _MAY_END_BLOCK, MAX_BLOCK - len(held)
        return None

    def _cut(self, kind: Literal["text", "block"], end: int, longest: int, *, ends_sentence: bool) -> Unit:
        text, self._held = self._held[:end], self._held[end:]
        self._at_line_start, self._fence, self._scanned = text.endswith("\n"), None, 0
        begun, self._begun = self._begun, "" if ends_sentence else (self._begun + text)[-_REMEMBERED:]
        return Unit(kind, text[:longest], begun, endless=len(text) > longest)


def _begins_as_prose(line: str) -> bool:
    """Return whether the first character of a line shows that it cannot open a fenced block."""
    return line[0].isalpha() or line[0] == "\n"


def split(answer: str) -> list[Unit]:
    """Return the units of a whole answer."""
    splitter = Splitter()
    return [*splitter.feed(answer), *splitter.finish()]
