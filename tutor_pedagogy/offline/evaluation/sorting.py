"""Sorting, `min` and `max`, with the program's own key functions and comparisons."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation.inspection import is_known
from tutor_pedagogy.offline.evaluation.values import UNKNOWN, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor_pedagogy.offline.evaluation.frames import Frame
    from tutor_pedagogy.offline.evaluation.machine import Machine


def sort(machine: Machine, frame: Frame, values: list[Any], arguments: Sequence[Any], named: Mapping[str, Any]) -> None:
    """Sort a list in place, as `list.sort` with the program's own `key`."""
    unknown = next((name for name in named if name not in ("key", "reverse")), None)
    if unknown is not None or arguments:
        machine.native(frame, [].sort, *arguments, **named)
    key = named.get("key")
    reverse = named.get("reverse", False)
    if reverse is UNKNOWN or not is_known(values):
        raise Stopped("a value to sort is not known")
    is_reversed = machine.truth(frame, reverse)
    machine.spend(len(values))
    if key is None:
        machine.weigh(values)
        machine.native(frame, values.sort, reverse=is_reversed)
        return
    items = values[:]
    keys = _keys(machine, frame, key, items)
    order = machine.native(frame, sorted, range(len(items)), key=keys.__getitem__, reverse=is_reversed)
    values[:] = [items[place] for place in order]


def _keys(machine: Machine, frame: Frame, key: Any, values: Sequence[Any]) -> list[Any]:
    keys = [machine.call(frame, key, (value,), {}) for value in values]
    if not is_known(keys):
        raise Stopped("a sort key is not known")
    machine.weigh(keys)
    return keys


def extreme(machine: Machine, frame: Frame, name: str, arguments: Sequence[Any], named: Mapping[str, Any]) -> Any:
    """Return the result of `min` or `max`, as `name` says."""
    function: Callable[..., Any] = getattr(builtins, name)
    if not arguments:
        return machine.native(frame, function)
    values = machine.listed(frame, arguments[0]) if len(arguments) == 1 else list(arguments)
    if not is_known((*values, *named.values())):
        return UNKNOWN
    if not named.keys() <= {"key", "default"} or ("default" in named and len(arguments) > 1):
        return machine.native(frame, function, *arguments[:2], **named)
    if not values and "default" in named:
        return named["default"]
    key = named.get("key")
    if key is None or not values:
        machine.weigh(values)
        place = machine.native(frame, function, range(len(values)), key=values.__getitem__) if values else None
        return values[place] if place is not None else machine.native(frame, function, [])
    keys = _keys(machine, frame, key, values)
    return values[machine.native(frame, function, range(len(values)), key=keys.__getitem__)]
