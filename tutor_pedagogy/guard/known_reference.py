"""The reference solution of an exercise, read for the statements that a hint must not give away."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from tutor_pedagogy.guard.similarity import Program
from tutor_pedagogy.guard.student_material import logical_lines
from tutor_pedagogy.guard.vocabulary import BUILTINS, KEYWORDS, LIBRARIES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from tutor_pedagogy.guard.similarity import Shape

_FEWEST_ALIKE = 8
"""The minimum number of tokens of a statement that is recognised under other names. Shorter ones are everybody's."""
_FEWEST_EQUAL = 6
"""The minimum number of tokens of a statement that is recognised as it stands."""
_COMMON = frozenset({"def", "class", "for", "import", "from", "with", "async", "@", "try", "else"})
"""First tokens of statements that programs of any kind share."""
_ASSIGNING = frozenset({"=", "+=", "-=", "*=", "/=", "//=", "%="})
_OF_PYTHON = BUILTINS | KEYWORDS | LIBRARIES
_MAX_CHARACTERS = 64 * 1024

Tokens = tuple[str, ...]


@dataclass(frozen=True)
class KnownReference:
    """A solution, and the texts of the exercise that the student has: the starter and the tests. No text is shown."""

    solution: tuple[str, ...] = field(repr=False)
    shown: tuple[str, ...] = field(default=(), repr=False)

    @cached_property
    def _shown(self) -> frozenset[Tokens]:
        return frozenset(_statements(self.shown))

    @cached_property
    def _told(self) -> tuple[Tokens, ...]:
        """The statements that the exercise does not show."""
        return tuple(tokens for tokens in _statements(self.solution) if tokens not in self._shown)

    def against(self, own: Collection[Tokens]) -> Withheld:
        """Return the statements to withhold from a student who has the statements `own`."""
        return Withheld([tokens for tokens in self._told if tokens not in own], [*own, *self._shown])


class Withheld:
    """The statements of a reference that neither the exercise nor the student's program has."""

    def __init__(self, told: Sequence[Tokens], others: Sequence[Tokens]) -> None:
        parts = [part for tokens in told if tokens[0] not in _COMMON for part in _parts(tokens)]
        self._equal = frozenset(part for part in parts if len(part) >= _FEWEST_EQUAL)
        known = {_shape(part) for tokens in others for part in _parts(tokens)}
        alike = {_shape(part) for part in parts if len(part) >= _FEWEST_ALIKE}
        self._alike: frozenset[Shape] = frozenset(alike - known)
        self._program = Program(_shape(tokens) for tokens in told)

    def states(self, tokens: Sequence[str]) -> bool:
        """Return whether code is a statement of the reference, or its expression, under whatever names."""
        normal = tuple(token.replace("'", '"') for token in tokens)
        if not normal or normal[0] in _COMMON:
            return False
        return any(part in self._equal or _shape(part) in self._alike for part in _parts(normal))

    def is_near(self, statements: Sequence[Tokens]) -> bool:
        """Return whether a program of several statements is the reference with other names."""
        return self._program.is_near([_shape(tokens) for tokens in statements])


def _shape(tokens: Sequence[str]) -> Shape:
    """Return a statement with its names replaced by numbers, except for those behind a dot."""
    numbers: dict[str, str] = {}
    found: list[str] = []
    for place, token in enumerate(tokens):
        is_kept = not token.isidentifier() or token in _OF_PYTHON or (place > 0 and tokens[place - 1] == ".")
        found.append(token if is_kept else numbers.setdefault(token, f"\x01{len(numbers)}"))
    return tuple(found)


def _statements(texts: Sequence[str]) -> Iterator[Tokens]:
    for text in texts:
        yield from (line.tokens for line in logical_lines(text[:_MAX_CHARACTERS]) if line.tokens)


def _parts(tokens: Tokens) -> Iterator[Tokens]:
    """Yield a statement, and its expression: without the keyword and the colon, or the right side of an assignment."""
    bare = tokens[:-1] if tokens[-1] == ":" else tokens
    yield bare
    if bare and bare[0] in KEYWORDS:
        yield bare[1:]
    for place, token in enumerate(bare):
        if token in _ASSIGNING:
            yield bare[place + 1 :]
            return
        if token in {"(", "["}:
            return
