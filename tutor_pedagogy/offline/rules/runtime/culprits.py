"""The expressions of the failing line that can have the type which the exception's message names."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NamedTuple

from tutor_pedagogy.offline.engine.nodes import is_string
from tutor_pedagogy.offline.rules.runtime.type_names import TWO_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tutor_pedagogy.offline.rules.runtime.context import CrashContext


class Culprit(NamedTuple):
    """An expression of the failing line, and the type of its value as Python names it."""

    node: ast.expr
    type: str
    is_operand: bool = False


_ATTRIBUTE = re.compile(r"^'(?P<type>\w+)' object has no attribute '(?P<name>\w+)'")
_ITERATED = re.compile(r"^'(?P<type>\w+)' object is not iterable|cannot unpack non-iterable (?P<other>\w+) object")
_INDEXED = re.compile(r"'(?P<type>\w+)' object (?:is not subscriptable|does not support item assignment)")
_UNHASHABLE = re.compile(r"unhashable type: '(?P<type>\w+)'")
_SIZED = re.compile(r"object of type '(?P<type>\w+)' has no len")
_SEARCHED = re.compile(r"argument of type '(?P<type>\w+)' is not")
_INDEX = re.compile(r"^(?P<owner>list|tuple|string) indices must be integers(?: or slices)?, not '?(?P<type>\w+)'?")
_OPERATION = re.compile(TWO_TYPES)
_REPEATED = re.compile(r"can't multiply sequence by non-int of type '(?P<type>\w+)'")
_PLAIN = frozenset(("int", "float", "bool"))


def culprits(case: CrashContext) -> Iterator[Culprit]:
    """Yield the expressions of the failing line whose value has the wrong type, the likeliest first."""
    for pattern, find in _FINDERS:
        found = pattern.search(case.message)
        if found is not None:
            yield from find(case, found)
            return


def _owner(case: CrashContext, found: re.Match[str]) -> Iterator[Culprit]:
    node = case.attribute(found["name"])
    if node is not None:
        yield Culprit(node.value, found["type"])


def _sized(case: CrashContext, found: re.Match[str]) -> Iterator[Culprit]:
    call = case.call("len")
    if call is not None and call.args:
        yield Culprit(call.args[0], found["type"])


def _searched(case: CrashContext, found: re.Match[str]) -> Iterator[Culprit]:
    compare = case.first(ast.Compare)
    if compare is not None:
        yield Culprit(compare.comparators[0], found["type"])


def _index(case: CrashContext, found: re.Match[str]) -> Iterator[Culprit]:
    subscript = case.subscript
    is_key = found["type"] == "str" and subscript is not None and is_string(subscript.slice)
    if subscript is not None and (found["owner"] == "string" or is_key):
        yield Culprit(subscript.value, "str" if found["owner"] == "string" else found["owner"])
    elif subscript is not None:
        yield Culprit(subscript.slice, found["type"])


def _repeated(case: CrashContext, found: re.Match[str]) -> Iterator[Culprit]:
    sides = case.sides[1:] if case.sides is not None else ()
    yield from (Culprit(node, found["type"], is_operand=True) for node in sides)


def _iterated(case: CrashContext) -> Iterator[ast.expr]:
    match case.statement:
        case ast.For(iter=iterated) if iterated.lineno == case.line:
            yield iterated
        case ast.Assign(targets=[ast.Tuple() | ast.List()], value=value):
            yield value
    for node in case.nodes_here:
        yield from (part.iter for part in getattr(node, "generators", ()))
    yield from (call.args[0] for call in case.calls if call.args and isinstance(call.func, ast.Name))


def _hashed(case: CrashContext) -> Iterator[ast.expr]:
    for node in case.likely(ast.Compare, ast.Subscript, ast.Call):
        match node:
            case ast.Compare(left=key, ops=[ast.In() | ast.NotIn()]) | ast.Subscript(slice=key):
                yield key
            case ast.Call(func=ast.Attribute(attr="add" | "get" | "setdefault"), args=[key, *_]):
                yield key


def _operands(case: CrashContext, types: list[str]) -> Iterator[Culprit]:
    """Yield the operands that are not plain numbers or strings: `None` first."""
    if case.sides is None:
        return
    _, left, right = case.sides
    if isinstance(case.statement, ast.AugAssign) and case.sides[0] is case.statement.target:
        right = case.statement.value
    sides = zip((left, right), types, strict=False)
    pairs = [Culprit(node, kind, is_operand=True) for node, kind in sides if kind not in _PLAIN]
    yield from sorted(pairs, key=lambda pair: pair.type != "NoneType")


_FINDERS: tuple[tuple[re.Pattern[str], Callable[[CrashContext, re.Match[str]], Iterator[Culprit]]], ...] = (
    (_ATTRIBUTE, _owner),
    (_ITERATED, lambda case, found: (Culprit(node, found["type"] or found["other"]) for node in _iterated(case))),
    (_INDEXED, lambda case, found: (Culprit(node.value, found["type"]) for node in case.subscripts[:1])),
    (_UNHASHABLE, lambda case, found: (Culprit(node, found["type"]) for node in _hashed(case))),
    (_SIZED, _sized),
    (_SEARCHED, _searched),
    (_INDEX, _index),
    (_REPEATED, _repeated),
    (_OPERATION, lambda case, found: _operands(case, [group for group in found.groups() if group])),
)
"""For each form of a message, the function that finds the expressions."""
