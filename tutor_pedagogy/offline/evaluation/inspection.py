"""Functions that inspect or copy values, and do not need the machine."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation.values import COLLECTIONS, UNKNOWN, Instance

if TYPE_CHECKING:
    from collections.abc import Iterable


def is_ordered(values: set[Any] | frozenset[Any]) -> bool:
    """Return whether a set has the same order in every process: at most one item, or integers only."""
    return len(values) <= 1 or all(type(item) is int for item in values)


_DEEPEST, _MOST_INNER = 3, 200


def copied(value: Any) -> Any:
    """Return a copy of a built-in collection, which later changes do not affect; else the value itself.

    Collections in it are copied down to a depth of three, if they are few. One that is there twice is so in the copy.
    """
    return _copied(value, {}, 0)


def _copied(value: Any, known: dict[int, Any], depth: int) -> Any:
    kind = type(value)
    if kind not in COLLECTIONS:
        return value
    if id(value) in known:
        return known[id(value)]
    flat = kind(value)
    known[id(value)] = flat
    if depth == _DEEPEST or len(value) > _MOST_INNER or len(known) > _MOST_INNER:
        return flat
    if kind is dict or kind in (list, deque):
        for key, item in value.items() if kind is dict else enumerate(value):
            flat[key] = _copied(item, known, depth + 1)
    elif kind is tuple:
        flat = known[id(value)] = tuple(_copied(item, known, depth + 1) for item in value)
    return flat


def is_known(values: Iterable[Any]) -> bool:
    """Return whether every value is known."""
    return all(value is not UNKNOWN for value in values)


def without_traceback(error: BaseException) -> BaseException:
    """Return the exception without its traceback, context and cause, which would refer to frames of the evaluator."""
    error.__traceback__ = error.__context__ = error.__cause__ = None
    return error


def is_iterable(value: Any) -> bool:
    """Return whether a value can be iterated over, judging by its methods only."""
    if isinstance(value, Instance):
        return not value.own_methods.isdisjoint(("__iter__", "__getitem__"))
    return hasattr(type(value), "__iter__")
