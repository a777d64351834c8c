"""Lazy iterators that run the program's code for each item: generators, `map` and `filter`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation.bounds import END
from tutor_pedagogy.offline.evaluation.values import Raised

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.evaluation.frames import Frame
    from tutor_pedagogy.offline.evaluation.machine import Machine

_LEVELS = 8
"""The number of nesting levels that a running iterator adds."""


class Lazy:
    """A lazy iterator of the program. While it computes an item, it adds to the nesting depth."""

    __slots__ = ("_frame", "_is_running", "_items", "_machine")

    def __init__(self, machine: Machine, frame: Frame, items: Iterator[Any]) -> None:
        self._machine = machine
        self._frame = frame
        self._items: Iterator[Any] | None = items
        self._is_running = False
        machine.wrapped()

    def __iter__(self) -> Lazy:
        return self

    def __next__(self) -> Any:
        machine, items = self._machine, self._items
        if items is None:
            raise StopIteration
        if self._is_running:
            raise ValueError("generator already executing")
        line, place = machine.line, machine.place()
        machine.enter(_LEVELS)
        machine.callers.append(line)
        self._is_running = True
        try:
            item = next(items, END)
        except Raised as raised:
            self._items = None
            if isinstance(raised.value, StopIteration) and isinstance(self, Generator):
                error = RuntimeError("generator raised StopIteration")
                raise Raised(error, line, raised.frame, raised.callers) from None
            raise
        finally:
            self._is_running = False
        machine.back_to(place)
        machine.line = line
        if item is END:
            self._items = None
            raise StopIteration
        return item


class Generator(Lazy):
    """A generator that the program creates."""

    __slots__ = ()


class Map(Lazy):
    """The result of `map`."""

    __slots__ = ()


class Filter(Lazy):
    """The result of `filter`."""

    __slots__ = ()


for _kind in (Generator, Map, Filter):
    _kind.__name__ = _kind.__name__.lower()  # Messages of CPython's own exceptions contain this name of the type.


def mapped(machine: Machine, frame: Frame, function: Any, iterators: list[Iterator[Any]]) -> Iterator[Any]:
    """Yield the results of calling a function with the next item of each iterator, as `map` does."""
    while True:
        row = []
        for iterator in iterators:
            item = machine.advance(frame, iterator)
            if item is END:
                return
            row.append(item)
        yield machine.call(frame, function, row, {})


def filtered(machine: Machine, frame: Frame, function: Any, iterator: Iterator[Any]) -> Iterator[Any]:
    """Yield the items for which a function returns a true value, as `filter` does."""
    while (item := machine.advance(frame, iterator)) is not END:
        machine.spend()
        if machine.truth(frame, item if function is None else machine.call(frame, function, (item,), {})):
            yield item
