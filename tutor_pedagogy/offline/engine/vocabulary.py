"""Sets of names, each written as one string of words."""

from __future__ import annotations


def words(*lines: str) -> frozenset[str]:
    """Return the set of words in some strings."""
    return frozenset(word for line in lines for word in line.split())
