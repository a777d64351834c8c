"""Iterators that the program defines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation.values import Raised

if TYPE_CHECKING:
    from tutor_pedagogy.offline.evaluation.machine import Machine
    from tutor_pedagogy.offline.evaluation.values import Instance


class OwnIterator:
    """An iterator over an instance with `__next__`."""

    def __init__(self, machine: Machine, value: Instance) -> None:
        self.machine = machine
        self.value = value

    def __iter__(self) -> OwnIterator:
        return self

    def __next__(self) -> Any:
        place, line = self.machine.place(), self.machine.line
        try:
            return self.machine.call(
                self.machine.module, self.machine.attribute(self.machine.module, self.value, "__next__"), (), {}
            )
        except Raised as raised:
            if not isinstance(raised.value, StopIteration):
                raise
            self.machine.back_to(place)
            self.machine.line = line
        raise StopIteration
