"""Shortens texts before they are stored: long code is cut around the cursor, or all code is masked."""

from __future__ import annotations

import re
from itertools import chain, zip_longest
from typing import TYPE_CHECKING

from tutor_server.limits import MAX_STORED_CODE_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator

# linear: a fence without an end ends with the text, so the search for its end always matches; for each length of an
# opening run of backticks, only the last run is scanned to the end without a match
_CODE = re.compile(
    r"(?P<fence>^[ ]{0,3}(`{3,}+|~{3,}+)[^\n]*+\n.*?(?:^[ ]{0,3}\2[`~]*[ \t]*$|\Z))"  # CommonMark 0.31 §4.5: fences
    r"|(?P<span>(?<!`)(`{1,16})(?!`).+?(?<!`)\4(?!`))"  # CommonMark 0.31 §6.1: code spans
    r"|(?P<indented>^(?: {4}|\t)[^\n]*$)",  # CommonMark 0.31 §4.4: indented code blocks, also in list items
    re.DOTALL | re.MULTILINE,
)
_BLOT = re.compile(r"[^\s`~]")


def without_code(text: str) -> str:
    """Replace every code character in a Markdown text by a dot, for operators who store no code.

    The length, the lines and the fences stay, so that a replayed answer has the same delta offsets. Code in plain
    sentences, outside fences, spans and indented blocks, is not recognised.
    """
    return _CODE.sub(lambda code: _BLOT.sub("·", code[0]), text)


def around(code: str, line: int, limit: int = MAX_STORED_CODE_BYTES) -> str:
    """Return at most `limit` UTF-8 bytes of the code around a line, plus up to two lines that say where it was cut.

    Code within the limit is returned unchanged. `line` counts from 0. Whole lines are kept; if the line itself is too
    long, only its beginning is kept.
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
    """Yield the numbers of the other lines by their distance from `here`, alternating below and above."""
    pairs = zip_longest(range(here + 1, lines), range(here - 1, -1, -1))
    return (number for number in chain.from_iterable(pairs) if number is not None)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "replace"))
