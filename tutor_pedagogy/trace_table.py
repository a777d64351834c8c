"""The rounds of a traced loop as lines of text with columns, and why a run cannot be repeated, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_pedagogy.commas import commas

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_protocol.run_trace import Rounds, Unrepeatable

WIDEST = 32
"""The maximum number of characters of a value in a table."""
_ROUND = "round"
_BRACKETS = ("[]", "()", "{}")
_FEWEST_ITEMS = 2
_UNREPEATABLE: dict[Unrepeatable, str] = {
    "input": "This run reads what is typed in: with other input, it shows other values.",
    "time": "This run depends on the time: the next one may show other values.",
    "random": "This run uses random numbers: the next one may show other values.",
    "other_result": "This run cannot be repeated: when the failing test was run again, alone, its result was another.",
}


def header_and_rows(rounds: Rounds) -> tuple[str, list[str]]:
    """Return a table as its first line and one line for each round, with aligned columns."""
    numbers = [str(rounds.first + at) if rounds.first else "..." for at in range(len(rounds.rows))]
    cells = [[_ROUND, *rounds.names]]
    cells += [[number, *map(cut, row)] for number, row in zip(numbers, rounds.rows, strict=True)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(cells[0]))]
    header, *rows = (_line(row, widths) for row in cells)
    return header, rows


def why_unrepeatable(reason: Unrepeatable) -> str:
    """Return a sentence that says why a run cannot be repeated."""
    return _UNREPEATABLE[reason]


def cut(value: str) -> str:
    """Return a value without its middle if it is too wide for a table. A list keeps whole items, if two fit."""
    if len(value) <= WIDEST:
        return value
    half = (WIDEST - 1) // 2
    return _with_whole_items(value) or f"{value[:half]}…{value[-half:]}"


def _with_whole_items(value: str) -> str:
    """Return the first items of a list, a tuple or a dictionary and its last one; "" if they do not fit."""
    items = _items(value[1:-1]) if value[:1] + value[-1:] in _BRACKETS else []
    if len(items) <= _FEWEST_ITEMS:
        return ""
    best = ""
    for count in range(1, len(items) - 1):
        told = f"{value[0]}{', '.join(items[:count])}, …, {items[-1]}{value[-1]}"
        if len(told) > WIDEST:
            break
        best = told
    return best


def _items(text: str) -> list[str]:
    """Return the parts of a text between the commas that stand in no brackets and no quotes."""
    items, start = [], 0
    for place, depth in commas(text):
        if not depth:
            items.append(text[start:place].strip())
            start = place + 1
    return [*items, text[start:].strip()]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
