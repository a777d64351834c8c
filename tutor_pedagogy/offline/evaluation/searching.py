"""Searches in collections and strings, and the cost of hashing and comparing."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation.bounds import END, ITEMS_PER_STEP, MAX_LENGTH
from tutor_pedagogy.offline.evaluation.values import (
    DICTIONARIES,
    PLAIN_COLLECTIONS,
    SCALARS,
    STAND_INS,
    TEXTS,
    VIEWS,
    Instance,
    Stopped,
    type_name,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor_pedagogy.offline.evaluation.frames import Frame
    from tutor_pedagogy.offline.evaluation.machine import Machine

MAX_BIG_KEYS = 32
"""The maximum size of a set or dictionary with very large numbers as keys: a program can make their hashes collide."""


def check_keys(machine: Machine, keys: Iterable[Any], held: int) -> None:
    """Charge the steps of hashing keys. Raise `Stopped` for many keys whose hashes a program can make collide."""
    count = 0
    for key in keys:
        count += 1
        kind = type(key)
        if kind is int:
            is_hard = key.bit_length() > 60  # noqa: PLR2004 - CPython hashes an integer modulo 2 ** 61 - 1, so only larger ones collide
        elif kind in (tuple, frozenset):
            machine.spend()
            machine.weigh(key)
            is_hard = False
        else:
            is_hard = kind is complex
        if is_hard and held + count > MAX_BIG_KEYS:
            raise Stopped("many keys are very large numbers")
    machine.spend(count // ITEMS_PER_STEP)


def contains(machine: Machine, frame: Frame, values: Any, item: Any) -> bool:
    """Return whether `item in values`."""
    kind = type(values)
    if isinstance(values, Instance):
        return _contains_own(machine, frame, values, item)
    if kind in DICTIONARIES or kind in (set, frozenset):
        check_keys(machine, (item,), len(values))
    elif kind in TEXTS:
        search_cost(machine, values, item)
    elif kind in PLAIN_COLLECTIONS or kind in VIEWS:
        machine.weigh(values, item)
    elif kind is range:
        _check_range(machine, values, item)
    elif hasattr(kind, "__next__"):
        return _contains_later(machine, frame, values, item)
    elif kind in STAND_INS or isinstance(values, type):
        machine.throw(frame, TypeError(f"argument of type '{type_name(values)}' is not iterable"))
    return bool(machine.native(frame, operator.contains, values, item))


def _check_range(machine: Machine, values: range, item: Any) -> None:
    """Charge the steps of `item in range`. If the item is not an integer, CPython compares it with every number."""
    if type(item) not in (int, bool):
        if len_of_range(values) > MAX_LENGTH:
            raise Stopped("a range is too long")
        machine.spend(len(values) // ITEMS_PER_STEP)


def len_of_range(value: range) -> int:
    """Return the length of a range. `len` itself raises an exception for a very long range."""
    return max(0, (value.stop - value.start + value.step - (1 if value.step > 0 else -1)) // value.step)


def search_cost(machine: Machine, text: Any, *parts: Any) -> None:
    """Charge the steps of a search in a string. In the worst case it compares every character with every other."""
    longest = max((len(part) for part in parts if type(part) in TEXTS), default=0)
    machine.spend(len(text) // ITEMS_PER_STEP + len(text) * longest // 2048)


def _contains_own(machine: Machine, frame: Frame, values: Instance, item: Any) -> bool:
    own = type(values).own_methods
    if "__contains__" in own:
        return machine.truth(frame, machine.asked(values, "__contains__", item))
    if "__iter__" not in own:
        if "__getitem__" in own:
            raise Stopped("a method of the program would be called")
        machine.throw(frame, TypeError(f"argument of type '{type_name(values)}' is not iterable"))
    return _contains_later(machine, frame, machine.items(frame, values), item)


def _contains_later(machine: Machine, frame: Frame, iterator: Any, item: Any) -> bool:
    while (each := machine.advance(frame, iterator)) is not END:
        machine.spend()
        if each is item or machine.truth(frame, equal(machine, frame, each, item)):
            return True
    return False


def equal(machine: Machine, frame: Frame, left: Any, right: Any) -> Any:
    """Return the result of `left == right` for known values."""
    if type(left) not in SCALARS or type(right) not in SCALARS:
        machine.weigh(left, right)
    return machine.native(frame, operator.eq, left, right)
