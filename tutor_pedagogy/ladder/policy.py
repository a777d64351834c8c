"""The hint ladder: a level follows from how often a problem was asked about, and from nothing that anybody writes."""

from __future__ import annotations

from tutor_pedagogy.ladder.levels import HintLevel


def next_level(previous: int, bound: int) -> HintLevel:
    """Give the level of the next ask on a problem whose last ask had `previous` (0: never asked), at most `bound`."""
    return HintLevel(min(previous + 1, bound))
