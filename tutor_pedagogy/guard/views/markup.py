"""Read the Markdown of a unit as a student sees it: its code spans, and the prose between them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from tutor_pedagogy.guard.views.characters import undisguised, without_emphasis

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST_MARK = 0xE000
"""The placeholder for the first code span. Each span in prose becomes one character of the private use area."""
MAX_MARKS = 1000
MARK = f"[{chr(FIRST_MARK)}-{chr(FIRST_MARK + MAX_MARKS - 1)}]"

# linear: for each number of backticks, only the last run has no closing run and is read to the end of the text
_CODE = re.compile(r"(?<!`)(`{1,16})(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
# linear: the next search begins after the placeholders and separators that were read, so each is read once
_NEIGHBOURS = re.compile(rf"{MARK}(?:[ \t]*+(?:(?:[+→]|->|&)[ \t]*+)?+{MARK})+")
_VALUE = re.compile(r"-?\d[\d.]*|True|False|None|\"[^\"]*\"|'[^']*'|\[[^\[\]]{0,80}\]")
_LINE_MARKER = re.compile(r"(?m)^(?:[ \t]*(?:>|[-*+•](?=[ \t])|\d{1,3}[.)](?=[ \t])|#{1,6}(?=[ \t])))+[ \t]?")
_LINE_MARKERS = ">-*+\u2022#0123456789"
_DIFF_MARKER = re.compile(r"(?m)^(?:[+-]{1,3}(?=[^\s+=-])|@@[^\n]*@@)")
_DIFF_MARKERS = "+-@"
_CELL = re.compile(r"(?<!\\)\|(?!\|)|\t{1,}")
_FENCE_MARKS = re.compile(r"^[ \t>]*(?:`{3,}|~{3,})[ \t]*")


class Reading(NamedTuple):
    """A unit of text as a reader sees it, and its prose with a placeholder for each of its code spans."""

    prose: str
    marked: Sequence[str] = ()
    seen: str = ""

    def span(self, mark: str) -> str:
        """Return the code span that a placeholder stands for."""
        return self.marked[ord(mark) - FIRST_MARK]


def read_text(text: str) -> Reading:
    """Return the `Reading` of a unit of text. For a fenced block, use `read_block`."""
    text = undisguised(text)
    marked: list[str] = []

    def mark(match: re.Match[str]) -> str:
        if len(marked) == MAX_MARKS:
            return match[0]
        marked.append(match[2].strip())
        return chr(FIRST_MARK + len(marked) - 1)

    prose = _CODE.sub(mark, text) if "`" in text else text
    if _may_begin_with(_LINE_MARKERS, prose):
        prose = _LINE_MARKER.sub("", prose)
    prose = without_emphasis(prose)
    if "|" in prose or "\t" in prose:
        is_table = any(line.count("|") > 1 or line.lstrip().startswith("|") for line in prose.split("\n"))
        prose = _CELL.sub("\n", prose) if is_table else prose
    if _may_begin_with(_DIFF_MARKERS, prose):
        prose = _DIFF_MARKER.sub("", prose)
    reading = Reading(prose.replace("`", " "), marked, text)
    return _with_neighbours_joined(reading) if len(marked) > 1 else reading


def read_block(text: str) -> str:
    """Return the code of a fenced block without its fences and its `>` quotation markers."""
    lines = text.split("\n")
    body = [_FENCE_MARKS.sub("", line) for line in lines[1:]]
    if lines[0].lstrip(" \t-*+0123456789.)").startswith(">"):
        body = [re.sub(r"^[ \t]*>[ \t]?", "", line) for line in body]
    return undisguised("\n".join(body))


def diff_sides(block: str) -> str:
    """Return the new version of the code in a diff: the lines that it adds or keeps, without their markers."""
    kept = [line for line in block.split("\n") if not re.match(r"-(?!-? ?\d)|@@|---|\+\+\+|diff |index ", line)]
    return "\n".join(re.sub(r"^[+ ]", "", line) for line in kept)


def looks_like_diff(block: str) -> bool:
    """Return whether the lines of a block carry the markers of a diff."""
    return bool(re.search(r"(?m)^\+", block) and re.search(r"(?m)^[-+ @]", block)) and not re.search(
        r"(?m)^[^-+ @\n\\di]", block
    )


def removes_and_adds(block: str) -> bool:
    """Return whether a block that looks like a diff has lines of code that it removes, and others that it adds."""
    return all(re.search(rf"(?m)^{sign}(?!{sign}{{2}})[^\n]*\w", block) for sign in ("-", r"\+"))


def _may_begin_with(marks: str, prose: str) -> bool:
    """Return whether a line may begin with one of the marks: the first line does, or the text has several lines."""
    first = prose.lstrip(" \t")[:1]
    return first in marks or not first.isascii() or prose.find("\n", 0, -1) >= 0


def _with_neighbours_joined(reading: Reading) -> Reading:
    """Return a `Reading` with adjacent code spans joined. Only spaces, `+`, `&` or arrows may be between the spans."""
    marked = list(reading.marked)

    def join(match: re.Match[str]) -> str:
        if ("\u2192" in match[0] or "->" in match[0]) and _VALUE.fullmatch(reading.span(match[0][-1])):
            return match[0]  # An arrow to a value says what an expression gives.
        marks = re.findall(MARK, match[0])
        marked[ord(marks[0]) - FIRST_MARK] = " ".join(map(reading.span, marks))
        return str(marks[0])

    return Reading(_NEIGHBOURS.sub(join, reading.prose), marked, reading.seen)
