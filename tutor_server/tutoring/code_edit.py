"""The lines that a student has removed and added since the last ask, for the prompt."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING

from tutor_pedagogy.conversation.line_map import is_other_text, map_lines
from tutor_pedagogy.conversation.snapshot import DIGEST_BYTES, MAX_LINES

if TYPE_CHECKING:
    from collections.abc import Sequence

_CUT = ("# … ", " are not stored")
"""The beginning and the end of the line that stands in stored code where code was cut off."""


def edit_between(before: str, after: str, first_line: int) -> str:
    """Return the lines of two versions that differ, removed ones with `-` and added ones with `+` and their number.

    `first_line` is the number of the first line of `after`. Return an empty string if nothing differs, if the code is
    too long or was cut, or if no line is left, since it is another program then. Spaces at the end of a line are
    ignored. The time is O(n log n).
    """
    old, new = _lines(before), _lines(after)
    if old == new or max(len(old), len(new)) > MAX_LINES or _is_cut(old) or _is_cut(new):
        return ""
    digests = _digests(old), _digests(new)
    lines = map_lines(*digests)
    if is_other_text(*digests, lines):
        return ""
    changed: list[str] = []
    width = len(str(first_line + len(new)))
    shown = 0

    def add_up_to(end: int) -> None:
        nonlocal shown
        changed.extend(f"+ {first_line + at:>{width}} | {new[at]}" for at in range(shown, end))
        shown = max(shown, end)

    for at, place in enumerate(lines.carried):
        if place is None or place < shown:
            changed.append(f"- {'':>{width}} | {old[at]}")
        else:
            add_up_to(place)
            shown = place + 1
    add_up_to(len(new))
    return "\n".join(changed)


def _lines(code: str) -> list[str]:
    lines = [line.rstrip() for line in code.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _digests(lines: Sequence[str]) -> bytes:
    """Return the digests of lines. Unlike those of a snapshot they tell indentation apart."""
    return b"".join(blake2b(line.encode("utf-8", "replace"), digest_size=DIGEST_BYTES).digest() for line in lines)


def _is_cut(lines: Sequence[str]) -> bool:
    begin, end = _CUT
    return any(line.startswith(begin) and line.endswith(end) for line in (*lines[:1], *lines[-1:]))
