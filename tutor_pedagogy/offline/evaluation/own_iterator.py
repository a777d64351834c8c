"""Iterators of classes that the program defines, with its own `__next__` method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from tutor_pedagogy.offline.evaluation.values import Raised

if TYPE_CHECKING:
    from tutor_pedagogy.offline.evaluation.values import Instance


class _Caller(Protocol):
    """The methods of the machine that an iterator calls."""

    line: int

    def place(self) -> tuple[int, int]:
        """Return the current nesting depth."""

    def back_to(self, place: tuple[int, int]) -> None:
        """Restore the nesting depth."""

    def method(self, value: Any, name: str) -> Any:
        """Return the result of a special method of a value."""


class OwnIterator:
    """An iterator that calls the `__next__` method of an instance."""

    def __init__(self, machine: _Caller, value: Instance) -> None:
        self.machine = machine
        self.value = value

    def __iter__(self) -> OwnIterator:
        return self

    def __next__(self) -> Any:
        place, line = self.machine.place(), self.machine.line
        try:
            return self.machine.method(self.value, "__next__")
        except Raised as raised:
            if not isinstance(raised.value, StopIteration):
                raise
            self.machine.back_to(place)
            self.machine.line = line
        raise StopIteration
