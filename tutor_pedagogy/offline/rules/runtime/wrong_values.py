"""Keys, indices, items and strings that do not fit where they are used: the line of the program that gave the value."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple

from tutor_pedagogy.offline.engine.nodes import first_argument
from tutor_pedagogy.offline.evaluation import UNKNOWN
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.offline.rules.runtime.way_back import WayBack
from tutor_pedagogy.offline.rules.runtime.way_words import how, trail

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Wrong(NamedTuple):
    """An expression of the failing line with its value, and what is wrong with the value there, in words."""

    node: ast.expr
    value: object
    problem: str


@runtime_rule(
    "wrong-value-from-elsewhere",
    ("IndexError", "KeyError", "ValueError"),
    is_general=True,
    before=("key-not-found", "position-out-of-range", "text-is-no-number", "unpacking-count", "not-in-collection"),
)
def wrong_value_from_elsewhere(case: CrashContext) -> Match | None:
    """Return the literal of the program that reaches the failing line as a key, index, item or string of no use."""
    for wrong in _wrong_values(case):
        if isinstance(wrong.node, ast.Constant) or not isinstance(wrong.value, int | str | float):
            continue
        way = WayBack(case, type(wrong.value).__name__, wrong.value).of(wrong.node)
        if (
            not way
            or way[-1].kind == "assigned"
            or not isinstance(way[-1].node, ast.Constant | ast.UnaryOp | ast.Tuple)
        ):
            continue
        step = way[-1]
        place = step.call if step.call is not None else step.node
        slots: dict[str, str | ast.AST] = {"name": wrong.node, "value": Code(repr(wrong.value)[:60])}
        slots |= {"problem": wrong.problem, "stop": str(case.program.shown(case.line)), "trail": trail(case, way)}
        slots["how"] = how(case, step, "")
        return case.at(place.lineno if isinstance(place, ast.stmt) else place, slots=slots)
    return None


def _wrong_values(case: CrashContext) -> Iterator[_Wrong]:
    """Yield the expressions of the failing line whose value can be the one that does not fit."""
    message = case.message
    if case.crash.exception == "KeyError":
        key = _evaluated(message)
        for subscript in case.subscripts:
            yield _Wrong(subscript.slice, key, f"`{case.text(subscript.value)}` has no such key")
    elif case.crash.exception == "IndexError":
        yield from _indices(case)
    elif "not in list" in message or "substring not found" in message:
        item = first_argument(case.call("remove", "index"))
        if item is not None and (value := case.value(item)) is not UNKNOWN:
            yield _Wrong(item, value, "the collection does not hold it")
    elif message.startswith(("invalid literal for int()", "could not convert string to float")):
        given = first_argument(case.call("int", "float"))
        if given is not None:
            yield _Wrong(given, _evaluated(message.partition(": ")[2]), "it cannot become a number")
    elif "values to unpack" in message:
        yield from _unpacked(case)


def _indices(case: CrashContext) -> Iterator[_Wrong]:
    for subscript in case.subscripts:
        owner, index = case.value(subscript.value), case.value(subscript.slice)
        if isinstance(owner, list | tuple | str) and type(index) is int and not -len(owner) <= index < len(owner):
            yield _Wrong(subscript.slice, index, f"`{case.text(subscript.value)}` has no such index")


def _unpacked(case: CrashContext) -> Iterator[_Wrong]:
    match case.statement:
        case ast.Assign(targets=[ast.Tuple()], value=ast.Call(func=ast.Attribute(value=owner, attr="split"))):
            value = case.value(owner)
            if value is not UNKNOWN:
                yield _Wrong(owner, value, "it has another number of parts")


def _evaluated(text: str) -> object:
    """Return the value of a literal in a message; None if it is none."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
