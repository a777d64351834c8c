"""The hint ladder: the level depends on how often the student asked about the problem, and on no text."""

from __future__ import annotations

from tutor_pedagogy.ladder.levels import HintLevel


def next_level(previous: int, bound: int) -> HintLevel:
    """Return the level of the next ask on a problem: one above `previous` (0: never asked), at most `bound`."""
    return HintLevel(min(previous + 1, bound))
