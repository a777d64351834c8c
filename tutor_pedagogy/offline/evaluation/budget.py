"""The budget of an evaluation: its steps, its nesting depth, and the steps that native operations cost."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation.bounds import ITEMS_PER_STEP, MAX_BITS, MAX_DEPTH, MAX_LENGTH, MAX_NESTING
from tutor_pedagogy.offline.evaluation.values import (
    DICTIONARIES,
    PLAIN_COLLECTIONS,
    SCALARS,
    SIZED,
    TEXTS,
    VIEWS,
    Stopped,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


class Budget:
    """The steps that are left, and the current nesting depth."""

    def __init__(self, steps: int) -> None:
        self.steps_left = steps
        self.depth = 0
        self.callers: list[int] = []

    def spend(self, steps: int = 1) -> None:
        """Subtract steps from the budget. Raise `Stopped` if none are left."""
        self.steps_left -= steps
        if self.steps_left < 0:
            raise Stopped("the program takes too many steps")

    def enter(self, levels: int = 1) -> None:
        """Add levels to the nesting depth, which the caller subtracts later. Raise `Stopped` at the maximum depth."""
        self.depth += levels
        if self.depth > MAX_DEPTH:
            self.depth -= levels
            raise Stopped("calls are nested too deeply")

    def place(self) -> tuple[int, int]:
        """Return the current nesting depth and number of callers, which `back_to` restores after an exception."""
        return self.depth, len(self.callers)

    def back_to(self, place: tuple[int, int]) -> None:
        """Restore the nesting depth and the callers to the state that `place` returned."""
        self.depth = place[0]
        del self.callers[place[1] :]

    @contextmanager
    def nested(self, levels: int) -> Iterator[None]:
        """Add levels to the nesting depth while the block of the `with` statement runs."""
        self.enter(levels)
        try:
            yield
        finally:
            self.depth -= levels

    def bounded(self, value: Any) -> Any:
        """Return the value. Raise `Stopped` if it is larger than the bounds allow."""
        kind = type(value)
        if kind is int:
            if value.bit_length() > MAX_BITS:
                raise Stopped("an integer is too large")
        elif kind in SIZED and len(value) > MAX_LENGTH:
            raise Stopped("a collection or a string is too long")
        return value

    def charged(self, value: Any) -> Any:
        """Return a new value, after charging steps for its length. Raise `Stopped` if it exceeds the bounds."""
        kind = type(value)
        if kind is int:
            if value.bit_length() > MAX_BITS:
                raise Stopped("an integer is too large")
        elif kind in SIZED and (length := len(value)) >= ITEMS_PER_STEP:
            if length > MAX_LENGTH:
                raise Stopped("a collection or a string is too long")
            self.spend(length // ITEMS_PER_STEP)
        return value

    def joined(self, separator: str, parts: Sequence[str]) -> str:
        """Return the joined strings, after charging steps for their length. Raise `Stopped` if they are too long."""
        if len(separator) * len(parts) + sum(map(len, parts)) > MAX_LENGTH:
            raise Stopped("a collection or a string is too long")
        return str(self.charged(separator.join(parts)))

    def weigh(self, *values: Any) -> None:
        """Charge the steps of a native operation that may read these values and everything that they contain.

        Raise `Stopped` if collections are nested too deeply. A collection that is contained twice is counted twice.
        """
        level: Iterable[Any] = [value for value in values if type(value) not in SCALARS]
        for _ in range(MAX_NESTING):
            if not level:
                return
            total = 0
            inner: list[Any] = []
            for value in level:
                kind = type(value)
                if kind in TEXTS:
                    total += len(value)
                elif kind in PLAIN_COLLECTIONS or kind in DICTIONARIES or kind in VIEWS:
                    total += len(value) + 1
                    self._afford(total)
                    inner += [each for each in value if type(each) not in SCALARS]
                    if kind in DICTIONARIES:
                        inner += [each for each in value.values() if type(each) not in SCALARS]
                elif isinstance(value, BaseException):
                    total += ITEMS_PER_STEP
                    self._afford(total)
                    inner += value.args
            self._afford(total)
            self.spend(total // ITEMS_PER_STEP)
            level = inner
        raise Stopped("a value is nested too deeply")

    def _afford(self, items: int) -> None:
        if items > (self.steps_left + 1) * ITEMS_PER_STEP:
            self.spend(items // ITEMS_PER_STEP)
