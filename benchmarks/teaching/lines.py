"""Finds the right lines of a mistake, the line that the tutor names, and the line that Python itself names."""

from __future__ import annotations

import difflib
import re
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.teaching.rows import Row

MOST_CHANGED = 2
"""The maximum number of lines that a fix may change to show where the mistake is. A larger fix is a new program."""
_FRAME = re.compile(r'^\s*File "[^"]*", line (\d+)')
_NAMED = re.compile(r"\blines? (\d+)")


def right_lines(row: Row) -> frozenset[int]:
    """Return the right lines, from 1: those that the row names as the cause and those that a small fix changes."""
    if row.fixed is None:
        return frozenset(row.cause_lines)
    fixed = f"{row.fixed}\n{row.fixed_ending}" if row.family == "runtime" else row.fixed
    changed = changed_lines(row.code, fixed, lambda line: tuple(line.split()))
    if row.family == "syntax" and not changed:
        changed = changed_lines(row.code, fixed, str)
    return frozenset(row.cause_lines) | frozenset(changed if len(changed) <= MOST_CHANGED else ())


def changed_lines(code: str, fixed: str, spelling: Callable[[str], object]) -> tuple[int, ...]:
    """Return the lines of the code, from 1, that a fix replaces or deletes, or next to which it inserts lines."""
    before, after = code.splitlines(), fixed.splitlines()
    old, new = ([spelling(line) for line in text] for text in (before, after))
    lines: list[int] = []
    for tag, start, end, new_start, new_end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag in ("replace", "delete"):
            lines += [number + 1 for number in range(start, end) if before[number].strip()]
        elif tag == "insert" and any(line.strip() for line in after[new_start:new_end]):
            lines += [max(start, 1), start + 1]
    return tuple(lines)


def tutors_line(lines: tuple[int, ...], text: str) -> int | None:
    """Return the first line of a finding, or None if the text of level 3 does not show it to the student."""
    named = {int(number) for number in _NAMED.findall(text)}
    return lines[0] if lines and lines[0] in named else None


def pythons_line(row: Row) -> int | None:
    """Return the line that Python names, of the syntax error or of the traceback's innermost frame, or None."""
    if row.family == "syntax":
        return _syntax_line(row.code)
    own = row.code.splitlines()
    told = (row.reported or "").splitlines()
    for number in range(len(told) - 1, -1, -1):
        found = _FRAME.match(told[number])
        line = int(found[1]) if found else 0
        if 1 <= line <= len(own):
            source = told[number + 1].strip() if number + 1 < len(told) else ""
            if source in ("", own[line - 1].strip()):
                return line
    return None


def _syntax_line(code: str) -> int | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(code, "program", "exec", dont_inherit=True)
    except SyntaxError as error:
        return error.lineno
    except ValueError:
        return None
    return None
