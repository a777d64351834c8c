"""A method that somebody else may keep, without keeping its object alive."""

from __future__ import annotations

from typing import TYPE_CHECKING, ParamSpec, TypeVar
from weakref import WeakMethod

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
T = TypeVar("T")


def weakly(method: Callable[P, T]) -> Callable[P, T]:
    """Give a method to a part of its own object: kept as it is, it would leave both to the garbage collector.

    Raises `ReferenceError` where the object is gone.
    """
    kept = WeakMethod(method)

    def call(*arguments: P.args, **options: P.kwargs) -> T:
        found = kept()
        if found is None:
            raise ReferenceError("the object of this method is gone")
        return found(*arguments, **options)

    return call
