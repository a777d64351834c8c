"""Patterns of `match` statements."""

from __future__ import annotations

import ast
from collections import deque
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation import operators
from tutor_pedagogy.offline.evaluation.assignments import home
from tutor_pedagogy.offline.evaluation.searching import check_keys
from tutor_pedagogy.offline.evaluation.values import DICTIONARIES, UNKNOWN, Raised, Stopped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_pedagogy.offline.evaluation.frames import Frame
    from tutor_pedagogy.offline.evaluation.machine import Machine

_OF_ITSELF = (bool, bytes, dict, float, frozenset, int, list, set, str, tuple)
"""Types for which a positional pattern, as in `case int(x)`, matches the value itself."""


def matches(machine: Machine, frame: Frame, pattern: ast.pattern, value: Any) -> bool:
    """Return whether a value matches a pattern, and bind the pattern's names."""
    machine.spend()
    if value is UNKNOWN and not (isinstance(pattern, ast.MatchAs) and pattern.pattern is None):
        raise Stopped("a condition depends on a value that is not known")
    with machine.nested(4):
        return _matches(machine, frame, pattern, value)


def _matches(machine: Machine, frame: Frame, pattern: ast.pattern, value: Any) -> bool:
    match pattern:
        case ast.MatchValue(value=node):
            wanted = machine.evaluate(frame, node)
            found = machine.truth(frame, operators.compare(machine, frame, ast.Eq, value, wanted))
        case ast.MatchSingleton(value=single):
            found = value is single
        case ast.MatchAs(pattern=inner, name=name):
            found = inner is None or matches(machine, frame, inner, value)
            if found and name is not None:
                home(frame, name).names[name] = value
        case ast.MatchOr(patterns=patterns):
            found = any(matches(machine, frame, each, value) for each in patterns)
        case ast.MatchSequence(patterns=patterns):
            found = _sequence(machine, frame, patterns, value)
        case ast.MatchMapping():
            found = _mapping(machine, frame, pattern, value)
        case ast.MatchClass():
            found = _class(machine, frame, pattern, value)
        case _:
            raise Stopped("a pattern is not evaluated")
    return found


def _bind(frame: Frame, name: str | None, value: Any) -> None:
    if name is not None:
        home(frame, name).names[name] = value


def _sequence(machine: Machine, frame: Frame, patterns: Sequence[ast.pattern], value: Any) -> bool:
    if type(value) not in (list, tuple, range, deque):
        return False
    star = next((place for place, each in enumerate(patterns) if isinstance(each, ast.MatchStar)), None)
    least = len(patterns) - (star is not None)
    if len(value) < least or (star is None and len(value) > least):
        return False
    items = machine.listed(frame, value)
    if star is None:
        return all(matches(machine, frame, *pair) for pair in zip(patterns, items, strict=True))
    end = len(items) - (least - star)
    if not all(matches(machine, frame, *pair) for pair in zip(patterns[:star], items[:star], strict=True)):
        return False
    starred = patterns[star]
    _bind(frame, starred.name if isinstance(starred, ast.MatchStar) else None, items[star:end])
    return all(matches(machine, frame, *pair) for pair in zip(patterns[star + 1 :], items[end:], strict=True))


def _mapping(machine: Machine, frame: Frame, pattern: ast.MatchMapping, value: Any) -> bool:
    if type(value) not in DICTIONARIES:
        return False
    rest = dict(value) if pattern.rest is not None else {}
    machine.charged(rest)
    for node, inner in zip(pattern.keys, pattern.patterns, strict=True):
        key = machine.evaluate(frame, node)
        check_keys(machine, (key,), len(value))
        if key not in value or not matches(machine, frame, inner, value[key]):
            return False
        rest.pop(key, None)
    _bind(frame, pattern.rest, rest)
    return True


def _class(machine: Machine, frame: Frame, pattern: ast.MatchClass, value: Any) -> bool:
    kind = machine.evaluate(frame, pattern.cls)
    if not isinstance(kind, type):
        raise Stopped("a type is not known")
    if not isinstance(value, kind):
        return False
    if kind in _OF_ITSELF:
        if len(pattern.patterns) > 1 or pattern.kwd_attrs:
            raise Stopped("a pattern is not evaluated")
        return all(matches(machine, frame, each, value) for each in pattern.patterns)
    names = list(pattern.kwd_attrs)
    if pattern.patterns:
        listed = machine.attribute(frame, kind, "__match_args__")
        if type(listed) is not tuple or len(listed) < len(pattern.patterns):
            raise Stopped("a pattern is not evaluated")
        names = [*listed[: len(pattern.patterns)], *names]
    for name, inner in zip(names, [*pattern.patterns, *pattern.kwd_patterns], strict=True):
        if not _attribute(machine, frame, inner, value, name):
            return False
    return True


def _attribute(machine: Machine, frame: Frame, pattern: ast.pattern, value: Any, name: str) -> bool:
    place = machine.place()
    try:
        found = machine.attribute(frame, value, name)
    except Raised as raised:
        if not isinstance(raised.value, AttributeError):
            raise
        machine.back_to(place)
        return False
    return matches(machine, frame, pattern, found)
