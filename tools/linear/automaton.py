r"""Convert a regular expression of `re` into a position automaton, in which ambiguity can be found.

A position is one place in the pattern that consumes one character (Glushkov). An edge between two positions states
which characters may come before and after it, so that `\b`, `^`, `$`, lookarounds of one character and the exit of a
possessive repeat are exact. A condition that needs more than one character on either side counts as met: then the
automaton has more paths than the pattern, never fewer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from re import _constants as c
from re import _parser as parser
from typing import Any, NamedTuple

_LONG = 8
"""The maximum count of a repeat that is copied. A repeat with a larger maximum becomes a loop with that bound."""

_COPIES = 2
"""The maximum number of copies of the required part of a repeat."""

_SAMPLES = [
    *map(chr, range(128)),
    *"\x85\xa0ªµßéÉİ\u0131\u017f\u041aк٣²\u0301\u1e9e\u200b\u2028\u2029\u202e→…一改あ\ue000\ufeff\uff21\U0001f600\ud800",
    "\u212a",
]
_MAX_REPEAT = int(c.MAXREPEAT)


class Edge(NamedTuple):
    """An edge to position `to`. The previous character must be in the mask `before`, and the next one in `after`."""

    to: int
    before: int
    after: int


@dataclass
class Position:
    """A place in the pattern that consumes one character: the characters that it takes, and its atomic groups."""

    takes: int
    atomic: frozenset[int]
    aside: bool
    """Whether the position is inside a lookahead, which consumes nothing."""
    edges: list[Edge] = field(default_factory=list)
    ends: list[tuple[int, int]] = field(default_factory=list)
    """The ways to end the match after this position: masks of the previous and of the next character."""


@dataclass
class Automaton:
    """The automaton of a pattern. Its first position is the search for the start, which takes any character.

    `letters` has one character for each class of characters that the pattern does not distinguish.
    """

    positions: list[Position]
    letters: list[str]
    bounds: dict[tuple[int, int], int]
    """The maximum count of the repeat that an edge continues, by its two positions. Without entry, it is unlimited."""
    turns: set[int]
    """The positions at the end of a repeat, from which it begins again. Every loop contains one of them."""


class _Part(NamedTuple):
    """A part of a pattern: the edges into it and out of it, and the conditions under which it can be empty."""

    first: list[Edge]
    last: list[Edge]
    """The edges out of the part. Their `to` is the position from which they start."""
    empty: list[tuple[int, int]]


class Unsupported(Exception):
    """The pattern contains an operator that the automaton cannot represent."""


class _Builder:
    def __init__(self, pattern: str | bytes, flags: int) -> None:
        compiled = re.compile(pattern, flags)
        self.flags = compiled.flags
        self.tree = parser.parse(
            pattern if isinstance(pattern, str) else pattern.decode("latin-1"), flags & ~re.UNICODE
        )
        self.groups: dict[int, Any] = {}
        self.positions: list[Position] = []
        self.bounds: dict[tuple[int, int], int] = {}
        self.turns: set[int] = set()
        self.atomic: list[int] = []
        self.atomics = 0
        self.aside = 0
        self.open_groups: set[int] = set()
        self._classes()

    def _classes(self) -> None:
        """Group the characters into classes. All characters of a class match the same parts of the pattern."""
        parts: dict[str, tuple[Any, int]] = {}
        extra: set[str] = set()
        self._collect(self.tree, self.flags, parts, extra)
        samples = [*dict.fromkeys([*_SAMPLES, *sorted(extra)])]
        members = {
            key: [self._takes(item, flags, sample) for sample in samples] for key, (item, flags) in parts.items()
        }
        signs: dict[tuple[bool, ...], int] = {}
        self.letters: list[str] = []
        class_of: list[int] = []
        for number, sample in enumerate(samples):
            sign = (*(found[number] for found in members.values()), sample == "\n", self._word(sample))
            if sign not in signs:
                signs[sign] = len(self.letters)
                self.letters.append(sample)
            class_of.append(signs[sign])
        self.edge = 1 << len(self.letters)
        self.all = self.edge - 1
        self.masks = {
            key: sum(1 << number for number in {class_of[at] for at, taken in enumerate(found) if taken})
            for key, found in members.items()
        }
        self.newline = sum(1 << at for at, letter in enumerate(self.letters) if letter == "\n")
        self.word = sum(1 << at for at, letter in enumerate(self.letters) if self._word(letter))

    def _word(self, character: str) -> bool:
        return (character.isalnum() or character == "_") and (character.isascii() or not self.flags & re.ASCII)

    def _collect(self, items: Any, flags: int, parts: dict[str, tuple[Any, int]], extra: set[str]) -> None:  # noqa: C901 - the function has one case for each operator of a pattern
        for op, value in items:
            if op in (c.LITERAL, c.NOT_LITERAL, c.ANY, c.IN):
                parts[self._key(op, value, flags)] = ((op, value), flags)
                for inner, argument in value if op is c.IN else [(op, value)]:
                    if inner in (c.LITERAL, c.NOT_LITERAL):
                        extra.add(chr(argument))
                    elif inner is c.RANGE:
                        extra.update(
                            chr(code)
                            for code in (
                                argument[0],
                                argument[1],
                                min(argument[1] + 1, 0x10FFFF),
                                max(argument[0] - 1, 0),
                            )
                        )
            elif op is c.BRANCH:
                for branch in value[1]:
                    self._collect(branch, flags, parts, extra)
            elif op is c.SUBPATTERN:
                group, added, removed, body = value
                self.groups[group] = (body, (flags | added) & ~removed)
                self._collect(body, (flags | added) & ~removed, parts, extra)
            elif op in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
                self._collect(value[2], flags, parts, extra)
            elif op is c.ATOMIC_GROUP:
                self._collect(value, flags, parts, extra)
            elif op in (c.ASSERT, c.ASSERT_NOT):
                self._collect(value[1], flags, parts, extra)
            elif op is c.GROUPREF_EXISTS:
                self._collect(value[1], flags, parts, extra)
                self._collect(value[2] or [], flags, parts, extra)

    @staticmethod
    def _key(op: Any, value: Any, flags: int) -> str:
        return f"{op}{value}{flags & (re.IGNORECASE | re.DOTALL | re.ASCII)}"

    def _takes(self, item: Any, flags: int, character: str) -> bool:
        op, value = item
        if op is c.ANY:
            return bool(flags & re.DOTALL) or character != "\n"
        forms = {character}
        if flags & re.IGNORECASE:
            forms |= {form for form in (character.lower(), character.upper(), character.casefold()) if len(form) == 1}
        if op is c.LITERAL:
            return any(ord(form) == value for form in forms)
        if op is c.NOT_LITERAL:
            return all(ord(form) != value for form in forms)
        negated = value[0][0] is c.NEGATE
        taken = any(self._in(one, form, flags) for one in value for form in forms)
        return taken is not bool(negated)

    def _in(self, one: Any, form: str, flags: int) -> bool:
        op, value = one
        if op is c.LITERAL:
            return bool(ord(form) == value)
        if op is c.RANGE:
            return bool(value[0] <= ord(form) <= value[1])
        if op is c.CATEGORY:
            ascii_only = bool(flags & re.ASCII)
            tests = {
                c.CATEGORY_DIGIT: r"\d",
                c.CATEGORY_NOT_DIGIT: r"\D",
                c.CATEGORY_SPACE: r"\s",
                c.CATEGORY_NOT_SPACE: r"\S",
                c.CATEGORY_WORD: r"\w",
                c.CATEGORY_NOT_WORD: r"\W",
            }
            return re.match(tests[value], form, re.ASCII if ascii_only else 0) is not None
        return False

    # The methods below build the parts of a pattern.

    def build(self, *, searches: bool, whole: bool) -> Automaton:
        """Build the automaton of the pattern.

        `searches`: the pattern is searched for, not matched at one place. `whole`: it must match the whole text.
        """
        everywhere = self.all | self.edge
        self.positions.append(Position(self.all if searches else 0, frozenset(), aside=False))
        part = self._sequence(list(self.tree), self.flags)
        search = self.positions[0]
        search.edges = [Edge(0, everywhere, self.all), *part.first]
        for edge in part.last:
            after = edge.after & self.edge if whole else edge.after
            self.positions[edge.to].ends.append((edge.before, after))
        return Automaton(self.positions, self.letters, self.bounds, self.turns)

    def _empty(self) -> _Part:
        everywhere = self.all | self.edge
        return _Part([], [], [(everywhere, everywhere)])

    def _single(self, mask: int) -> _Part:
        everywhere = self.all | self.edge
        number = len(self.positions)
        self.positions.append(Position(mask, frozenset(self.atomic), aside=self.aside > 0))
        return _Part([Edge(number, everywhere, mask)], [Edge(number, everywhere, everywhere)], [])

    def _guard(self, before: int, after: int) -> _Part:
        return _Part([], [], [(before, after)])

    def _sequence(self, items: list[Any], flags: int) -> _Part:
        part = self._empty()
        for item in items:
            part = self._join(part, self._item(item, flags))
        return part

    def _join(self, left: _Part, right: _Part, bound: int | None = None) -> _Part:
        for out in left.last:
            for into in right.first:
                before, after = out.before & into.before & self.positions[out.to].takes, out.after & into.after
                if before and after:
                    self.positions[out.to].edges.append(Edge(into.to, before, after))
                    if bound is not None:
                        self.bounds.setdefault((out.to, into.to), bound)
                    else:
                        self.bounds[out.to, into.to] = _MAX_REPEAT
        first = left.first + [
            Edge(into.to, into.before & before, into.after & after)
            for before, after in left.empty
            for into in right.first
        ]
        last = right.last + [
            Edge(out.to, out.before & before, out.after & after) for before, after in right.empty for out in left.last
        ]
        empty = [(a & d, b & e) for a, b in left.empty for d, e in right.empty]
        return _Part(_open(first), _open(last), [*dict.fromkeys((a, b) for a, b in empty if a and b)])

    def _either(self, parts: list[_Part]) -> _Part:
        return _Part(
            [edge for part in parts for edge in part.first],
            [edge for part in parts for edge in part.last],
            [*dict.fromkeys(guard for part in parts for guard in part.empty)],
        )

    def _item(self, item: Any, flags: int) -> _Part:  # noqa: C901, PLR0911 - the function has one case for each operator of a pattern
        op, value = item
        if op in (c.LITERAL, c.NOT_LITERAL, c.ANY, c.IN):
            return self._single(self.masks[self._key(op, value, flags)])
        if op is c.BRANCH:
            return self._either([self._sequence(list(branch), flags) for branch in value[1]])
        if op is c.SUBPATTERN:
            _, added, removed, body = value
            return self._sequence(list(body), (flags | added) & ~removed)
        if op is c.AT:
            return self._at(value, flags)
        if op in (c.MAX_REPEAT, c.MIN_REPEAT):
            return self._repeat(value[0], value[1], value[2], flags)
        if op is c.POSSESSIVE_REPEAT:
            return self._atomically(
                lambda: self._repeat(value[0], value[1], value[2], flags), self._always_taken(value[2], flags)
            )
        if op is c.ATOMIC_GROUP:
            inner = list(value)
            taken = 0
            if len(inner) == 1 and inner[0][0] is c.MAX_REPEAT and inner[0][1][1] == c.MAXREPEAT:
                taken = self._always_taken(inner[0][1][2], flags)
            return self._atomically(lambda: self._sequence(inner, flags), taken)
        if op in (c.ASSERT, c.ASSERT_NOT):
            return self._look(op is c.ASSERT, value[0], value[1], flags)
        if op is c.GROUPREF:
            body, group_flags = self.groups[value]
            return self._sequence(list(body), group_flags)
        if op is c.GROUPREF_EXISTS:
            _, yes, no = value
            return self._either([self._sequence(list(yes), flags), self._sequence(list(no or []), flags)])
        raise Unsupported(str(op))

    def _at(self, where: Any, flags: int) -> _Part:
        everywhere = self.all | self.edge
        word, other = self.word, (self.all & ~self.word) | self.edge
        if where in (c.AT_BEGINNING, c.AT_BEGINNING_STRING):
            multiline = flags & re.MULTILINE and where is c.AT_BEGINNING
            return self._guard(self.edge | (self.newline if multiline else 0), everywhere)
        if where in (c.AT_END, c.AT_END_STRING):
            # `$` also matches before a final line end, which is ignored here because it adds only one character.
            multiline = flags & re.MULTILINE and where is c.AT_END
            return self._guard(everywhere, self.edge | (self.newline if multiline else 0))
        if where is c.AT_BOUNDARY:
            return _Part([], [], [(word, other), (other, word)])
        return _Part([], [], [(word, word), (other, other)])

    def _repeat(self, least: int, most: int, body: Any, flags: int) -> _Part:
        items = list(body)
        part = self._empty()
        if most is c.MAXREPEAT or most > _LONG:
            for _ in range(min(least, _COPIES) - 1):
                part = self._join(part, self._sequence(items, flags))
            once = self._sequence(items, flags)
            self.turns.update(out.to for out in once.last)
            self._join(once._replace(empty=[]), once._replace(empty=[]), None if most is c.MAXREPEAT else int(most))
            return self._join(part, once if least else self._either([once, self._empty()]))
        for _ in range(min(least, _COPIES)):
            part = self._join(part, self._sequence(items, flags))
        optional = self._empty()
        for _ in range(min(int(most) - min(least, _COPIES), _COPIES)):
            optional = self._either([self._join(self._sequence(items, flags), optional), self._empty()])
        return self._join(part, optional)

    def _always_taken(self, body: Any, flags: int) -> int:
        """Return the characters that a repeat of `body` always consumes, so that it never ends before one of them."""
        items = list(body)
        if len(items) != 1:
            return 0
        op, value = items[0]
        if op in (c.LITERAL, c.NOT_LITERAL, c.ANY, c.IN):
            return int(self.masks[self._key(op, value, flags)])
        if op in (c.MAX_REPEAT, c.MIN_REPEAT, c.POSSESSIVE_REPEAT):
            return self._always_taken(value[2], flags) if value[0] <= 1 else 0
        if op is c.SUBPATTERN:
            return self._always_taken(value[3], (flags | value[1]) & ~value[2])
        if op is c.BRANCH:
            taken = 0
            for branch in value[1]:
                taken |= self._always_taken(branch, flags)
            return taken
        return 0

    def _atomically(self, build: Any, taken: int) -> _Part:
        self.atomics += 1
        self.atomic.append(self.atomics)
        part: _Part = build()
        self.atomic.pop()
        stops = (self.all & ~taken) | self.edge
        return _Part(
            part.first,
            _open([Edge(out.to, out.before, out.after & stops) for out in part.last]),
            [(before, after & stops) for before, after in part.empty if after & stops],
        )

    def _look(self, wanted: bool, direction: int, body: Any, flags: int) -> _Part:  # noqa: FBT001 - the parameter is part of the pattern: whether a lookaround is positive
        everywhere = self.all | self.edge
        single = self._always_taken(body, flags) if self._is_one(body) else None
        if single is not None:
            mask = single if wanted else everywhere & ~single
            return self._guard(mask, everywhere) if direction < 0 else self._guard(everywhere, mask)
        if direction < 0:
            return self._guard(everywhere, everywhere)
        self.aside += 1
        self.atomics += 1
        self.atomic.append(self.atomics)
        part = self._sequence(list(body), flags)
        self.atomic.pop()
        self.aside -= 1
        can_begin = everywhere
        if wanted and not part.empty:
            can_begin = 0
            for into in part.first:
                can_begin |= into.after
        # This path ends with the lookahead. The path of the text continues beside it, under the condition `can_begin`.
        return _Part(part.first, [], [(everywhere, can_begin)])

    def _is_one(self, body: Any) -> bool:
        items = list(body)
        if len(items) != 1:
            return False
        op, value = items[0]
        if op is c.SUBPATTERN:
            return self._is_one(value[3])
        if op is c.BRANCH:
            return all(self._is_one(branch) for branch in value[1])
        return op in (c.LITERAL, c.NOT_LITERAL, c.ANY, c.IN)


def _open(edges: list[Edge]) -> list[Edge]:
    return [edge for edge in edges if edge.before and edge.after]


def automaton(pattern: str | bytes, flags: int, *, searches: bool, whole: bool = False) -> Automaton:
    """Build the automaton of a pattern that is searched for, or that is matched at one place."""
    return _Builder(pattern, flags).build(searches=searches, whole=whole)
