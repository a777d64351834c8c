"""The budget of an evaluation: its steps, its nesting, and what native operations cost."""

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
    """The steps that are left, and the present nesting."""

    def __init__(self, steps: int) -> None:
        self.steps_left = steps
        self.depth = 0
        self.callers: list[int] = []

    def spend(self, steps: int = 1) -> None:
        """Count steps. Raise `Stopped` if none are left."""
        self.steps_left -= steps
        if self.steps_left < 0:
            raise Stopped("the program takes too many steps")

    def enter(self, levels: int = 1) -> None:
        """Count levels of nesting, which the caller gives back. Raise `Stopped` at the bound."""
        self.depth += levels
        if self.depth > MAX_DEPTH:
            self.depth -= levels
            raise Stopped("calls are nested too deeply")

    def place(self) -> tuple[int, int]:
        """Return the present nesting, which `back_to` restores where an exception is caught."""
        return self.depth, len(self.callers)

    def back_to(self, place: tuple[int, int]) -> None:
        """Restore the nesting at which an exception is caught."""
        self.depth = place[0]
        del self.callers[place[1] :]

    @contextmanager
    def nested(self, levels: int) -> Iterator[None]:
        """Count levels of nesting for the time of a block."""
        self.enter(levels)
        try:
            yield
        finally:
            self.depth -= levels

    def bounded(self, value: Any) -> Any:
        """Return a value whose size is within the bounds. Raise `Stopped` for a larger one."""
        kind = type(value)
        if kind is int:
            if value.bit_length() > MAX_BITS:
                raise Stopped("an integer is too large")
        elif kind in SIZED and len(value) > MAX_LENGTH:
            raise Stopped("a collection or a string is too long")
        return value

    def charged(self, value: Any) -> Any:
        """Return a new value within the bounds, at the price of its length."""
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
        """Return joined strings within the bounds, at the price of their length."""
        if len(separator) * len(parts) + sum(map(len, parts)) > MAX_LENGTH:
            raise Stopped("a collection or a string is too long")
        return str(self.charged(separator.join(parts)))

    def weigh(self, *values: Any) -> None:
        """Count the steps of a native operation that may go through everything inside these values.

        Raise `Stopped` if collections are nested too deeply. A collection counts as often as it is reached.
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
