"""Calls that tell edits apart: those of the tests, and the same calls with other arguments."""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.problem.literals import is_literal
from tutor_pedagogy.problem.syntax_tree import syntax_tree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MOST_PROBES = 48
_PER_CALL = 8
_LONGEST = 300
_NOT_PARSED = (SyntaxError, ValueError, MemoryError, RecursionError)


def probes_of(tests: Iterable[str], functions: Iterable[str]) -> list[str]:
    """Return calls of a program's functions, with literal arguments near to those in the texts of its tests."""
    wanted = frozenset(functions)
    calls = [call for text in tests for call in _calls(text, wanted)]
    plain = list(dict.fromkeys(ast.unparse(call) for call in calls))
    varied = [list(_variations(call)) for call in calls]
    found = dict.fromkeys(plain[: MOST_PROBES // 3])
    for place in range(_PER_CALL):
        found |= dict.fromkeys(each[place] for each in varied if place < len(each))
    return [probe for probe in found if len(probe) <= _LONGEST][:MOST_PROBES]


def _calls(text: str, functions: frozenset[str]) -> Iterator[ast.Call]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = syntax_tree(text)
    except _NOT_PARSED:
        return
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[_, *_], keywords=[]):
                if name in functions and all(map(is_literal, node.args)):
                    yield ast.Call(func=ast.Name(id=name, ctx=ast.Load()), args=node.args, keywords=[])


def _variations(call: ast.Call) -> Iterator[str]:
    """Yield a call with one argument changed a little."""
    values = [ast.literal_eval(each) for each in call.args]
    name = ast.unparse(call.func)
    changed = [list(_near(value)) for value in values]
    for step in range(max(map(len, changed))):
        for place, near in enumerate(changed):
            if step < len(near):
                yield _call(name, [*values[:place], near[step], *values[place + 1 :]])


def _call(name: str, values: Sequence[Any]) -> str:
    return f"{name}({', '.join(map(repr, values))})"


def _near(value: Any) -> Iterator[Any]:
    """Yield values that are like a value, and not equal to it."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield from (value + 1, value - 1)
    elif isinstance(value, str | list | tuple) and value:
        yield from (value[1:], value[:-1], value[::-1], value * 2)
        near = None if isinstance(value, str) else next(_near(value[0]), None)
        if near is not None:
            yield type(value)((near, *value[1:]))
