"""The first step at which a value stops being what the test needs, where that can be told from the steps alone."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.run_trace.program import own_nodes
from tutor_protocol.run_trace import Turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_pedagogy.run_trace.program import Function
    from tutor_pedagogy.run_trace.rounds import LoopRun
    from tutor_pedagogy.run_trace.steps import Step, Trace
    from tutor_protocol.run_trace import TurnKind

_NOT_READ = (SyntaxError, ValueError, TypeError, MemoryError, RecursionError)
_Number = int | float
_UNREAD = object()
"""Stands for a value that is not shown whole, or is no plain data."""


@dataclass(frozen=True, slots=True)
class _Change:
    """A new value of a variable, the line that made it, and the number of the step before which it was seen."""

    line: int
    step: int
    value: Any
    text: str


def turn_of(trace: Trace, function: Function | None, expected: str, got: str, loop: LoopRun | None) -> Turn | None:
    """Return the step at which the result of a function stops being what the test needs; None if it is not known.

    `expected` and `got` are the right and the actual result, as Python writes them. The function returns a variable,
    whose value was seen from its beginning.
    """
    needed, actual = _read(expected), _read(got)
    if function is None or _UNREAD in (needed, actual) or _is_equal(needed, actual):
        return None
    returned = next((each for each in reversed(trace.returns) if each.function == function.name), None)
    if returned is None:
        return None
    steps = trace.steps_of(returned.call)
    name = _returned_name(function, returned.line)
    if name is None or not steps or (steps[0] is trace.steps[0] and not trace.is_whole):
        return None
    changes = _history(steps, name)
    if len(changes) < 2 or any(each.value is _UNREAD for each in changes) or not _is_equal(changes[-1].value, actual):  # noqa: PLR2004 - a first value and a change
        return None
    found = _parted(changes, needed) or _passed(changes, needed) or _lost(changes, needed)
    if found is None:
        return None
    kind, before, after = found
    number = loop.round_at(after.step - 1) if loop is not None and loop.call == returned.call else 0
    return Turn(kind=kind, line=after.line, name=name, before=before.text, after=after.text, round=number)


def _history(steps: Sequence[Step], name: str) -> list[_Change]:
    """Return the values of a variable in one call, one after the other."""
    changes: list[_Change] = []
    for at, step in enumerate(steps):
        text = step.values.get(name)
        if text is not None and (not changes or changes[-1].text != text):
            changes.append(_Change(steps[at - 1].line if at else step.line, at, _read(text), text))
    return changes


def _returned_name(function: Function, line: int) -> str | None:
    """Return the variable whose value a function returned on a line; None if that line returns something else."""
    for node in own_nodes(function):
        match node:
            case ast.Return(value=ast.Name(id=name)) if node.lineno == line:
                return name
    return None


def _parted(changes: Sequence[_Change], needed: Any) -> tuple[TurnKind, _Change, _Change] | None:
    """Return the step that appends something else than the expected result has there, if values are only appended."""
    if not isinstance(needed, list | str | tuple):
        return None
    kind = type(needed)
    if any(type(each.value) is not kind for each in changes):
        return None
    for before, after in pairwise(changes):
        if after.value[: len(before.value)] != before.value:
            return None
    if needed[: len(changes[0].value)] != changes[0].value:
        return None
    for before, after in pairwise(changes):
        if needed[: len(after.value)] != after.value:
            # The whole result was there, and more is appended to it.
            return ("lost" if _is_equal(before.value, needed) else "parted"), before, after
    return None


def _passed(changes: Sequence[_Change], needed: Any) -> tuple[TurnKind, _Change, _Change] | None:
    """Return the step from which on a number that only grows, or only shrinks, is beyond the expected one."""
    if not _is_number(needed) or not all(_is_number(each.value) for each in changes):
        return None
    values = [each.value for each in changes]
    pairs = list(pairwise(changes))
    is_growing = all(before.value < after.value for before, after in pairs) and values[0] < needed
    is_shrinking = all(before.value > after.value for before, after in pairs) and values[0] > needed
    if not is_growing and not is_shrinking:
        return None
    for before, after in pairs:
        if (is_growing and after.value > needed) or (is_shrinking and after.value < needed):
            return ("lost" if _is_equal(before.value, needed) else "passed"), before, after
    return None


def _lost(changes: Sequence[_Change], needed: Any) -> tuple[TurnKind, _Change, _Change] | None:
    """Return the step that changes a value that had become the expected result."""
    for before, after in pairwise(changes[1:]):
        if _is_equal(before.value, needed):
            return "lost", before, after
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, _Number) and not isinstance(value, bool) and value == value  # noqa: PLR0124 - false for NaN


def _is_equal(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def _read(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except _NOT_READ:
        return _UNREAD
