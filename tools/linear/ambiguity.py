"""Find a word whose repetition makes a backtracking matcher of `re` take more than linear time.

A matcher's steps are the paths of the automaton. Their number grows faster than the text if one word leads from a
position back to itself, from there to a second position, and from the second back to itself. This is called an infinite
degree of ambiguity (Weber and Seidl 1991; for matchers Weideman et al. 2016). The search for the start of a match
counts as such a position.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.linear.automaton import Automaton

MOST_PATHS = 320
"""The maximum product of the bounds of two repeats, which limits the number of paths for each character of a text."""


@dataclass(frozen=True)
class Pump:
    """A text whose matching time grows too fast as `word` is repeated: `prefix`, followed by many copies of `word`."""

    prefix: str
    word: str


def find_pump(automaton: Automaton) -> Pump | None:
    """Return a word whose repetition makes the number of paths grow faster than the text, or None."""
    graph = _Graph(automaton)
    twice = graph.two_ways()
    if twice is not None:
        return twice
    for ring in graph.rings():
        pump = graph.two_runs(ring)
        if pump is not None:
            return pump
    for p, q in graph.pairs():
        word = graph.word(p, q)
        if word is not None and graph.cost(p, q) > MOST_PATHS * len(word):
            return Pump(graph.prefix(p, word), "".join(automaton.letters[letter] for letter in word))
    return None


class _Graph:
    def __init__(self, automaton: Automaton) -> None:
        self.automaton = automaton
        self.count = len(automaton.positions)
        self.letters = len(automaton.letters)
        self.safe = self._never_failing()
        self.steps: list[dict[int, list[tuple[int, int]]]] = []
        for position in automaton.positions:
            merged: dict[int, list[tuple[int, int]]] = {}
            for edge in position.edges:
                after = edge.after & automaton.positions[edge.to].takes
                if after and edge.before:
                    merged.setdefault(edge.to, []).append((edge.before, after))
            self.steps.append(merged)
        self.reach = [self._reachable(at) for at in range(self.count)]
        self.loops = [at for at in range(self.count) if at in self.reach[at] and automaton.positions[at].takes]

    def two_ways(self) -> Pump | None:
        """Return a pump if two edges for the same character lead from a position of a loop to the next, else None."""
        for at in self.loops:
            for to, ways in self.steps[at].items():
                if at in self.reach[to] and at not in self.safe:
                    for number, (before, after) in enumerate(ways):
                        for other_before, other_after in ways[:number]:
                            if before & other_before & self.automaton.positions[at].takes and after & other_after:
                                letter = self.automaton.letters[
                                    ((after & other_after) & -(after & other_after)).bit_length() - 1
                                ]
                                return Pump(self.prefix(at, [self.automaton.letters.index(letter)]), letter)
        return None

    def _reachable(self, start: int) -> set[int]:
        seen: set[int] = set()
        waiting = [start]
        while waiting:
            for to in self.steps[waiting.pop()]:
                if to not in seen:
                    seen.add(to)
                    waiting.append(to)
        return seen

    def _never_failing(self) -> set[int]:
        """Return the positions from which a match always succeeds, whatever characters follow."""
        positions = self.automaton.positions
        everything = (1 << self.letters) - 1
        edge = 1 << self.letters
        safe = {at for at, position in enumerate(positions) if at and not position.aside}
        changed = True
        while changed:
            changed = False
            for at in sorted(safe):
                position = positions[at]
                if not all(
                    self._open(at, 1 << letter, safe) == everything | edge
                    for letter in range(self.letters)
                    if position.takes >> letter & 1
                ):
                    safe.discard(at)
                    changed = True
        return safe

    def _open(self, at: int, before: int, safe: set[int]) -> int:
        position = self.automaton.positions[at]
        found = 0
        for end_before, after in position.ends:
            if end_before & before:
                found |= after
        for to in position.edges:
            if to.to in safe and to.before & before:
                found |= to.after & self.automaton.positions[to.to].takes
        return found

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Yield pairs of positions in two loops that together cost too much. The second is reachable from the first."""
        positions = self.automaton.positions
        for p in self.loops:
            ring = self._ring(p)
            atomic = frozenset.intersection(*(positions[at].atomic for at in ring | {p}))
            for q in sorted(self.automaton.turns):
                if q not in self.loops or q not in self.reach[p] or p == q or q in self.safe:
                    continue
                if p and p in self.safe:
                    continue
                # A matcher never returns into an atomic group, so it cannot try a second way through the first loop.
                if atomic - positions[q].atomic:
                    continue
                if self.cost(p, q) > MOST_PATHS and q not in ring:
                    yield p, q

    def rings(self) -> list[frozenset[int]]:
        """Return the loops, as sets of positions that reach each other. The search for the start is left out."""
        return [*{self._ring(at) for at in self.loops if at}]

    def _ring(self, at: int) -> frozenset[int]:
        return frozenset(to for to in self.reach[at] if at in self.reach[to])

    def two_runs(self, ring: frozenset[int]) -> Pump | None:
        """Return a pump whose word leads around a loop in two different ways that meet again, or None."""
        if ring <= self.safe or self._bound(min(ring)) <= MOST_PATHS:
            return None
        came: dict[tuple[int, int, int], tuple[int, int, int] | None] = {
            (at, at, letter): None
            for at in ring
            for letter in range(self.letters)
            if self.automaton.positions[at].takes >> letter & 1
        }
        waiting = deque(came)
        while waiting:
            state = waiting.popleft()
            one, two, last = state
            for a, a_after in self._next(one, 1 << last, ring):
                for b, b_after in self._next(two, 1 << last, ring):
                    common = a_after & b_after
                    while common:
                        letter = (common & -common).bit_length() - 1
                        common &= common - 1
                        following = (a, b, letter)
                        if a == b and one != two:
                            return self._round(ring, state, following, came)
                        if a != b and following not in came:
                            came[following] = state
                            waiting.append(following)
        return None

    def _round(
        self,
        ring: frozenset[int],
        state: tuple[int, int, int],
        meeting: tuple[int, int, int],
        came: dict[tuple[int, int, int], tuple[int, int, int] | None],
    ) -> Pump:
        word = [meeting[2]]
        at = state
        while (before := came[at]) is not None:
            word.append(at[2])
            at = before
        start, end = at, meeting
        word.reverse()
        back: dict[tuple[int, int], tuple[int, int] | None] = {(end[0], end[2]): None}
        waiting = deque(back)
        while waiting and (start[0], start[2]) not in back:
            here = waiting.popleft()
            for to, after in self._next(here[0], 1 << here[1], ring):
                for letter in range(self.letters):
                    if after >> letter & 1 and (to, letter) not in back:
                        back[to, letter] = here
                        waiting.append((to, letter))
        home: list[int] = []
        place: tuple[int, int] | None = (start[0], start[2])
        while place is not None and place in back and back[place] is not None:
            home.append(place[1])
            place = back[place]
        whole = word + home[::-1]
        return Pump(self.prefix(start[0], [start[2]]), "".join(self.automaton.letters[letter] for letter in whole))

    def cost(self, p: int, q: int) -> int:
        """Return the maximum number of steps for each character of the word: the product of both loops' bounds."""
        return self._bound(p) * self._bound(q)

    def _bound(self, at: int) -> int:
        """Return the maximum number of iterations of the loops that a position belongs to."""
        ring = self._ring(at)
        bound = 1
        for one in ring:
            for to in self.steps[one]:
                if to in ring:
                    limit = self.automaton.bounds.get((one, to))
                    bound = max(bound, 1 << 40 if limit is None or limit > 1 << 30 else limit)
        return bound if at else 1

    def word(self, p: int, q: int) -> list[int] | None:
        """Return a word that leads from p to p, from p to q, and from q to q, or None. Its letters are numbers."""
        ring_p, ring_q = self._ring(p), self._ring(q)
        middle = {at for at in self.reach[p] if at == q or q in self.reach[at]} | {p}
        for last in range(self.letters):
            if not (self.automaton.positions[p].takes >> last & 1 and self.automaton.positions[q].takes >> last & 1):
                continue
            found = self._walk((p, p, q, last), (p, q, q, last), ring_p, middle, ring_q)
            if found is not None:
                return found
        return None

    def _walk(
        self,
        start: tuple[int, int, int, int],
        goal: tuple[int, int, int, int],
        ring_p: frozenset[int],
        middle: set[int],
        ring_q: frozenset[int],
    ) -> list[int] | None:
        came: dict[tuple[int, int, int, int], tuple[int, int, int, int] | None] = {start: None}
        waiting = deque([start])
        while waiting:
            state = waiting.popleft()
            one, two, three, last = state
            before = 1 << last
            for a, a_after in self._next(one, before, ring_p):
                for b, b_after in self._next(two, before, middle):
                    both = a_after & b_after
                    if not both:
                        continue
                    for d, d_after in self._next(three, before, ring_q):
                        common = both & d_after
                        while common:
                            letter = (common & -common).bit_length() - 1
                            common &= common - 1
                            following = (a, b, d, letter)
                            if following == goal:
                                word = [letter]
                                at: tuple[int, int, int, int] | None = state
                                while at is not None and came[at] is not None:
                                    word.append(at[3])
                                    at = came[at]
                                return word[::-1]
                            if following not in came:
                                came[following] = state
                                waiting.append(following)
        return None

    def _next(self, at: int, before: int, allowed: frozenset[int] | set[int]) -> list[tuple[int, int]]:
        return [
            (to, after)
            for to, ways in self.steps[at].items()
            if to in allowed
            for way_before, after in ways
            if way_before & before
        ]

    def prefix(self, p: int, word: list[int]) -> str:  # noqa: C901 - the method is one breadth-first search
        """Return the shortest text that leads from the start of the pattern to position p."""
        if p == 0:
            return ""
        letters = self.automaton.letters
        edge = self.letters
        came: dict[tuple[int, int], tuple[int, int] | None] = {(0, edge): None}
        waiting = deque([(0, edge)])
        while waiting:
            at, last = waiting.popleft()
            for to, ways in self.steps[at].items():
                if to == 0:
                    continue
                for before, after in ways:
                    if not before >> last & 1:
                        continue
                    for letter in range(self.letters):
                        if after >> letter & 1 and (to, letter) not in came:
                            came[to, letter] = (at, last)
                            waiting.append((to, letter))
                            if to == p and letter == word[-1]:
                                text: list[str] = []
                                state: tuple[int, int] | None = (to, letter)
                                while state is not None and state != (0, edge):
                                    text.append(letters[state[1]])
                                    state = came[state]
                                return "".join(reversed(text))
        return ""
