"""Texts of an ask as they are stored: long code is cut around the cursor, or all code if the operator stores none."""

from __future__ import annotations

import re
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from tutor_server.limits import MAX_STORED_CODE_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

# linear: a fence always ends; of each length of a mark, only the last mark is read to the end in vain
_CODE = re.compile(
    r"(?P<fence>^[ ]{0,3}(`{3,}+|~{3,}+)[^\n]*+\n.*?(?:^[ ]{0,3}\2[`~]*[ \t]*$|\Z))"  # CommonMark 0.31 §4.5
    r"|(?P<span>(?<!`)(`{1,16})(?!`).+?(?<!`)\4(?!`))"  # §6.1
    r"|(?P<indented>^(?: {4}|\t)[^\n]*$)",  # §4.4, also where it continues a list
    re.DOTALL | re.MULTILINE,
)
_BLOT = re.compile(r"[^\s`~]")


def without_code(text: str) -> str:
    """Replace every character of code in a Markdown text by a dot; length, lines and fences stay.

    So a replay of the answer still ends each delta where it ended. Code in plain words, outside fences, spans and
    indented blocks, is not seen.
    """
    return _CODE.sub(lambda code: _BLOT.sub("·", code[0]), text)


def around(code: str, line: int, limit: int = MAX_STORED_CODE_BYTES) -> str:
    """Return code of at most `limit` bytes of UTF-8 and two lines that mark where it is cut; short code as it is.

    Whole lines are kept around `line`, which counts from 0. Of a line that is too long itself the beginning is kept.
    """
    if _size(code) <= limit:
        return code
    lines = code.split("\n")
    here = min(max(line, 0), len(lines) - 1)
    kept = {here: lines[here].encode("utf-8", "replace")[:limit].decode("utf-8", "ignore")}
    left = limit - _size(kept[here])
    for number in _outwards(here, len(lines)):
        left -= _size(lines[number]) + 1
        if left < 0:
            break
        kept[number] = lines[number]
    first, last = min(kept), max(kept)
    above = [f"# … {first} lines above are not stored"] if first else []
    below = [f"# … {len(lines) - 1 - last} lines below are not stored"] if last < len(lines) - 1 else []
    middle = [kept[number] for number in range(first, last + 1)]
    return "\n".join((*above, *middle, *below))


def _outwards(here: int, lines: int) -> Iterator[int]:
    """Yield the numbers of the other lines, those below and above `here` in turn."""
    pairs = zip_longest(range(here + 1, lines), range(here - 1, -1, -1))
    return (number for number in chain.from_iterable(pairs) if number is not None)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
