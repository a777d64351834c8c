"""Strings in a calculation that the program kept where a number was meant: the line that stored them."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.evidence import values_seen
from tutor_pedagogy.offline.engine.nodes import is_call_of, is_string
from tutor_pedagogy.offline.rules.runtime.guessed_types import guessed_type
from tutor_pedagogy.offline.rules.runtime.rule import CrashContext, Match, runtime_rule
from tutor_pedagogy.offline.rules.runtime.way_back import WayBack

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.rules.runtime.way_steps import Way

_NUMBER = "(?:int|float)"
_WHOLE = re.compile(r"\s*[+-]?\d+\s*")
_DECIMAL = re.compile(r"\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)\s*")
_KEEPING = ("added", "stored", "assigned", "passed")


@runtime_rule(
    "string-kept-for-number",
    ("TypeError",),
    rf"'{_NUMBER}' and '(?P<right>str)'|'(?P<left>str)' and '{_NUMBER}'|must be real number, not str"
    rf'|can only concatenate (?P<first>str) \(not "{_NUMBER}"\)'
    r"|multiply sequence by non-int of type '(?:str|float)'|'str' object cannot be interpreted as an integer",
    is_general=True,
    before=("text-plus-other", "compared-kinds", "text-in-calculation", "range-of-collection"),
)
def string_kept_for_number(case: CrashContext) -> Match | None:
    """Return the line that stored a string of digits, which the failing line uses as a number."""
    for node, is_item in _strings(case):
        search = WayBack(case, "str")
        way = search.of_items(node) if is_item else search.of(node)
        if not way or any(step.kind in ("returned", "key", "left out") for step in way):
            continue
        place = _kept(case, way)
        if place is None or place.lineno != place.end_lineno:
            continue
        line, text = place.lineno, case.text(place)
        kind = _kind(case, place)
        if kind == "":
            continue
        edit = case.rewrite(place, f"{kind or 'int'}({text})")
        found = case.at(line, part=place, use=case.source, stop=str(case.program.shown(case.line)))
        found = replace(found, expression=case.program.line(line).strip())
        return replace(found, choices=(edit,) if edit is not None else (), is_proved=kind is not None)
    return None


def _strings(case: CrashContext) -> Iterator[tuple[ast.expr, bool]]:
    """Yield the expressions of the failing line that can be the string, and whether one of their items is meant."""
    for call in case.likely(ast.Call):
        if is_call_of(call, "sum", "max", "min", "sorted") and len(call.args) == 1:
            yield call.args[0], True
        elif is_call_of(call, "range", "round", "abs", "sqrt"):
            yield from ((part, False) for part in call.args if not isinstance(part, ast.Constant))
    sides = case.sides[1:] if case.sides is not None else ()
    side = 0 if case.match["left"] or case.match["first"] else 1 if case.match["right"] else None
    for at, node in enumerate(sides):
        if side in (None, at) and not is_string(node) and not isinstance(node, ast.Constant):
            yield node, False


def _kept(case: CrashContext, way: Way) -> ast.expr | None:
    """Return the expression that the program stored as a string, at the place nearest to the string's origin."""
    for step in reversed(way):
        node = step.node
        if step.kind not in _KEEPING or not isinstance(node, ast.expr) or is_call_of(node, "input"):
            continue
        if isinstance(node, ast.Name | ast.Subscript | ast.Attribute):
            kind = guessed_type(node, case.classes, case.program.functions)
            if kind in ("", "str"):
                return node
    return None


def _kind(case: CrashContext, node: ast.expr) -> str | None:
    """Return the function that makes a number of the strings seen at an expression; None if they are not known.

    It is empty if one of the values is no number in digits.
    """
    seen = values_seen(case.program, [node]).get(node, []) if case.names else []
    if not seen:
        return None
    if not all(isinstance(value, str) and _DECIMAL.fullmatch(value) for value in seen):
        return ""
    return "int" if all(_WHOLE.fullmatch(value) for value in seen) else "float"
