"""Functions that inspect or copy values, and do not need the machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation.values import COLLECTIONS, UNKNOWN, Instance

if TYPE_CHECKING:
    from collections.abc import Iterable


def is_ordered(values: set[Any] | frozenset[Any]) -> bool:
    """Return whether a set has the same order in every process: at most one item, or integers only."""
    return len(values) <= 1 or all(type(item) is int for item in values)


def copied(value: Any) -> Any:
    """Return a shallow copy of a built-in collection, which later changes do not affect; else the value itself."""
    return type(value)(value) if type(value) in COLLECTIONS else value


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
