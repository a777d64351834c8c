"""Questions about values, and copies of them, that need no machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation.values import COLLECTIONS, UNKNOWN, Instance

if TYPE_CHECKING:
    from collections.abc import Iterable


def is_ordered(values: set[Any] | frozenset[Any]) -> bool:
    """Return whether a set has the same order in every process: at most one item, or integers only."""
    return len(values) <= 1 or all(type(item) is int for item in values)


def copied(value: Any) -> Any:
    """Return a shallow copy of a built-in collection, so that later changes do not alter it; else the value."""
    return type(value)(value) if type(value) in COLLECTIONS else value


def is_known(values: Iterable[Any]) -> bool:
    """Return whether every value is known."""
    return all(value is not UNKNOWN for value in values)


def without_traceback(error: BaseException) -> BaseException:
    """Return an exception that keeps no frame of the evaluator."""
    error.__traceback__ = error.__context__ = error.__cause__ = None
    return error


def is_iterable(value: Any) -> bool:
    """Return whether the items of a value can be gone through, at least in principle."""
    if isinstance(value, Instance):
        return not value.own_methods.isdisjoint(("__iter__", "__getitem__"))
    return hasattr(type(value), "__iter__")
