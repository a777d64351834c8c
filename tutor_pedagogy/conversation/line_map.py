"""The line diff of two texts, by the digests of their lines."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

from tutor_pedagogy.conversation.snapshot import DIGEST_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence

_BLANK = blake2b(b"", digest_size=DIGEST_BYTES).digest()
_FEWEST_LINES = 3
"""The minimum number of lines of code that must all be gone for a text to be another one. Fewer may all be edited."""


class LineMap(NamedTuple):
    """Which line of the new text each line of the old text has become; None for a line that was edited or removed."""

    carried: tuple[int | None, ...]
    length: int
    """The number of lines of the new text."""

    def hunk_of(self, line: int) -> range:
        """Return the new lines that stand where an edited line stood; empty if it was removed without replacement."""
        before = next((new for new in reversed(self.carried[:line]) if new is not None), -1)
        after = next((new for new in self.carried[line + 1 :] if new is not None), self.length)
        return range(before + 1, after)

    @property
    def edited(self) -> frozenset[int]:
        """The new lines that are no lines of the old text."""
        return frozenset(range(self.length)) - {new for new in self.carried if new is not None}


def map_lines(before: bytes, after: bytes) -> LineMap:
    """Return the line diff of two units, given as the digests of their lines, in O(n log n).

    Equal lines at the start and the end are paired first. Between them, the lines that occur once in both texts are
    paired in the longest common order (patience diff), and their equal neighbours with them.
    """
    old, new = _split(before), _split(after)
    carried: list[int | None] = [None] * len(old)
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        carried[start] = start
        start += 1
    end_old, end_new = len(old), len(new)
    while end_old > start and end_new > start and old[end_old - 1] == new[end_new - 1]:
        end_old, end_new = end_old - 1, end_new - 1
        carried[end_old] = end_new
    for at_old, at_new in _unique_pairs(old, new, range(start, end_old), range(start, end_new)):
        carried[at_old] = at_new
    _spread(old, new, carried, end_new)
    return LineMap(tuple(carried), len(new))


def is_other_text(before: bytes, after: bytes, lines: LineMap) -> bool:
    """Return whether no line of code of an old text is left in the new one, such as a script in another file."""
    code = [at for at, line in enumerate(_split(before)) if line != _BLANK]
    return bool(after) and len(code) >= _FEWEST_LINES and all(lines.carried[at] is None for at in code)


def _split(digests: bytes) -> list[bytes]:
    return [digests[at : at + DIGEST_BYTES] for at in range(0, len(digests), DIGEST_BYTES)]


def _unique_pairs(old: Sequence[bytes], new: Sequence[bytes], in_old: range, in_new: range) -> list[tuple[int, int]]:
    """Return the pairs of lines that occur once in both ranges, in the longest order that both texts share."""
    once_old = Counter(old[at] for at in in_old)
    once_new = Counter(new[at] for at in in_new)
    place_in_new = {new[at]: at for at in in_new if once_new[new[at]] == 1}
    pairs = [(at, place_in_new[old[at]]) for at in in_old if once_old[old[at]] == 1 and old[at] in place_in_new]
    ends: list[int] = []
    last: list[int] = []
    earlier: list[int | None] = []
    for number, (_, at_new) in enumerate(pairs):
        length = bisect_left(ends, at_new)
        earlier.append(last[length - 1] if length else None)
        ends[length : length + 1] = [at_new]
        last[length : length + 1] = [number]
    chain: list[tuple[int, int]] = []
    number_or_none = last[-1] if last else None
    while number_or_none is not None:
        chain.append(pairs[number_or_none])
        number_or_none = earlier[number_or_none]
    return chain


def _spread(old: Sequence[bytes], new: Sequence[bytes], carried: list[int | None], end_new: int) -> None:
    """Pair the equal neighbours of pairs, downwards and then upwards."""
    taken = {at for at in carried if at is not None}
    for step in (1, -1):
        for at in range(len(old)) if step == 1 else range(len(old) - 1, -1, -1):
            neighbour = at - step
            if carried[at] is not None or not 0 <= neighbour < len(old):
                continue
            paired = carried[neighbour]
            if paired is None:
                continue
            candidate = paired + step
            if 0 <= candidate < end_new and candidate not in taken and old[at] == new[candidate]:
                carried[at] = candidate
                taken.add(candidate)
