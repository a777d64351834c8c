"""The hint policy: the level depends on how often the student asked about the problem, never on the question's text."""

from __future__ import annotations

from tutor_pedagogy.ladder.levels import HintLevel


def next_level(previous: int, bound: int) -> HintLevel:
    """Return the level of the next ask about a problem: one above `previous` (0 for the first ask), at most `bound`."""
    return HintLevel(min(previous + 1, bound))
