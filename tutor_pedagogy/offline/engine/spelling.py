"""The edit distance between two names."""

from __future__ import annotations

LONGEST_NAME = 64
"""The maximum length of names that are compared. The time grows with the product of the two lengths."""


def edit_distance(one: str, other: str) -> int:
    """Return how many letters were inserted, deleted, replaced, or swapped with a neighbour between two names.

    This is the restricted Damerau-Levenshtein distance (optimal string alignment): no letter is edited twice. If a
    name is longer than `LONGEST_NAME`, the result is the length of the longer one, as if all letters were replaced.
    """
    if one == other:
        return 0
    if max(len(one), len(other)) > LONGEST_NAME:
        return max(len(one), len(other))
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        two_before, before, row = before, row, [i]
        for j, opposite in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != opposite))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == opposite:
                best = min(best, two_before[j - 2] + 1)
            row.append(best)
    return row[-1]
