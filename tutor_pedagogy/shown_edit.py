"""The edit that an answer of hint level 5 shows, read from its blocks of code and the lines that it names."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING

from tutor_pedagogy.problem.syntax_tree import syntax_tree
from tutor_protocol import Position, Range, ReportedEdit

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LINES, MAX_BLOCK_LINES, MAX_BLOCKS = 3_000, 80, 8
"""The bounds of a program and of an answer that are read. Both are far more than a hint has."""
_FENCE = re.compile(r"^ {0,3}(?P<marks>`{3,}|~{3,})")
_LINES = re.compile(r"[Ll]ine(?:s)?\s{1,3}(?P<first>\d{1,6})(?:\s{0,2}(?:to|and|through|-|–)\s{0,2}(?P<last>\d{1,6}))?")  # noqa: RUF001 - answers have the dash
_HEADER = re.compile(r"^(?:async )?(?P<kind>def|class) (?P<name>\w+)")
_NOT_PARSED = (SyntaxError, ValueError, MemoryError, RecursionError)


def shown_edit(text: str, code: str, first_line: int) -> ReportedEdit | None:
    """Return the edit of a program that an answer shows; None if it shows none, or its place cannot be told.

    `first_line` is the line of the document, from 0, at which the code starts. The edited program parses. The edit's
    lines count from 0 in the code; it replaces whole lines.
    """
    lines = code.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > MAX_LINES:
        return None
    mended = list(lines)
    shift, reach = 0, 0
    found = False
    for number, (before, block) in enumerate(_blocks(text)):
        place = _place(before, block, lines, first_line)
        if place is None or number >= MAX_BLOCKS or place[0] < reach:
            return None
        start, end = place
        mended[start + shift : end + shift] = _indented(block, lines[start:end])
        shift, reach, found = len(mended) - len(lines), end, True
    return _between(lines, mended) if found and mended != lines and _parses("\n".join(mended)) else None


def _blocks(text: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each block of code in an answer, with the text before it."""
    before: list[str] = []
    block: list[str] = []
    marks = ""
    for line in text.split("\n"):
        fence = _FENCE.match(line)
        if not marks and fence is not None:
            marks, block = fence["marks"], []
        elif marks and line.strip().startswith(marks) and not line.strip().strip(marks[0]):
            while block and not block[0].strip():
                block.pop(0)
            while block and not block[-1].strip():
                block.pop()
            if 0 < len(block) <= MAX_BLOCK_LINES:
                yield "\n".join(before), block
            marks, before = "", []
        elif marks:
            block.append(line.rstrip())
        else:
            before.append(line)


def _place(before: str, block: list[str], lines: list[str], first_line: int) -> tuple[int, int] | None:
    """Return the lines, from 0, that a block replaces: those that the text before it names, or those that it repeats.

    A block that begins with the header of a function and more of it replaces the function. One that begins and ends
    with lines of the program replaces what is between them.
    """
    named = next(reversed(list(_LINES.finditer(before))), None)
    first = None if named is None else int(named["first"]) - 1 - first_line
    last = first if named is None or named["last"] is None else int(named["last"]) - 1 - first_line
    stripped = [line.strip() for line in lines]
    header = _HEADER.match(block[0].strip())
    if header is not None and len(block) > 1:
        headers = [(at, own) for at, line in enumerate(stripped) if (own := _HEADER.match(line)) is not None]
        starts = [at for at, own in headers if own["name"] == header["name"]]
        if len(starts) == 1 and _is_indented(block[-1], block[0]):
            return starts[0], _end_of_block(lines, starts[0])
    if first is None or last is None or not 0 <= first <= last < len(lines):
        return _repeated(block, stripped)
    if last - first + 1 < len(block):
        around = _repeated(block, stripped)
        if around is not None and around[0] <= first and last < around[1]:
            return around
    return first, last + 1


def _repeated(block: list[str], stripped: list[str]) -> tuple[int, int] | None:
    """Return the lines from the first to the last line of a block, if the program has each of them just once."""
    ends = [stripped.index(line.strip()) for line in (block[0], block[-1]) if stripped.count(line.strip()) == 1]
    if len(block) < 2 or len(ends) != 2 or ends[0] >= ends[1]:  # noqa: PLR2004 - a first and a last line
        return None
    return ends[0], ends[1] + 1


def _is_indented(line: str, header: str) -> bool:
    return _indent(line) > _indent(header)


def _end_of_block(lines: list[str], start: int) -> int:
    """Return the number of the line behind the block of a header, without the blank lines at its end."""
    end = start + 1
    for at in range(start + 1, len(lines)):
        if lines[at].strip():
            if not _is_indented(lines[at], lines[start]):
                break
            end = at + 1
    return end


def _indented(block: list[str], replaced: list[str]) -> list[str]:
    """Return a block with the indentation of the lines that it replaces, if it has less."""
    missing = _indent(next((line for line in replaced if line.strip()), "")) - _indent(block[0])
    room = " " * max(missing, 0)
    return [room + line if line.strip() else "" for line in block]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _between(lines: list[str], mended: list[str]) -> ReportedEdit:
    """Return the smallest edit of whole lines from one program to the other."""
    shorter = min(len(lines), len(mended))
    start = next((at for at in range(shorter) if lines[at] != mended[at]), shorter)
    tail = 0
    while tail < shorter - start and lines[-1 - tail] == mended[-1 - tail]:
        tail += 1
    new = mended[start : len(mended) - tail]
    whole = Range(start=Position(start, 0), end=Position(len(lines) - tail, 0))
    return ReportedEdit(range=whole, new_text="".join(f"{line}\n" for line in new))


def _parses(code: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            syntax_tree(code)
    except _NOT_PARSED:
        return False
    return True
