"""The rounds of a traced loop as lines of text with columns, and why a run cannot be repeated, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_protocol.run_trace import Rounds, Unrepeatable

WIDEST = 32
"""The maximum number of characters of a value in a table."""
_ROUND = "round"
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
    """Return a value without its middle if it is too wide for a table."""
    half = (WIDEST - 1) // 2
    return value if len(value) <= WIDEST else f"{value[:half]}…{value[-half:]}"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
