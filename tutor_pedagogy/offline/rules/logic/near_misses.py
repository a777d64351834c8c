"""Comparisons that the program's own run has never seen true, although two values differ only in their form."""

from __future__ import annotations

import ast
from math import isclose
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.evaluation import run
from tutor_pedagogy.offline.rules.logic.moves import with_parts
from tutor_pedagogy.offline.rules.logic.rule import logic_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_LONGEST = 40
_MOST = 40
_STEPS = 2500
_EQUALITY = (ast.Eq, ast.NotEq)
_MEMBERSHIP = (ast.In, ast.NotIn)


@logic_rule("equal-but-for-the-form", 0.9, "truth value zero less none short other", needs=(ast.Compare,))
def equal_but_for_the_form(program: Program) -> Iterator[Match]:
    """Yield a comparison that is never true in the program's run, of values that differ only in case, blanks or type.

    The run is made only if a question says that something is wrong.
    """
    if not (program.submission.question or "").strip() or program.tree is None or program.run is None:
        return
    if program.run.ending != "finished":
        return
    asked = [
        node
        for node in program.each(ast.Compare)
        if len(node.ops) == 1
        and isinstance(node.ops[0], (*_EQUALITY, *_MEMBERSHIP))
        and program.run.ran.get(node.lineno)
    ]
    sides = [side for node in asked for side in (node.left, node.comparators[0])]
    if not sides:
        return
    done = run(program.tree, watched=sides, steps=_STEPS)
    for node in asked:
        left, right = node.left, node.comparators[0]
        pairs = list(zip(_values(done.seen, left), _values(done.seen, right), strict=False))[:_MOST]
        is_member = isinstance(node.ops[0], _MEMBERSHIP)
        if not pairs or any(_holds(one, other, is_member=is_member) for one, other in pairs):
            continue
        found = _near(pairs, is_member=is_member)
        if found is not None:
            yield _match(program, node, *found)


def _values(seen: Any, node: ast.expr) -> list[Any]:
    """Return the values that an expression had; a constant has one value as often as needed."""
    if isinstance(node, ast.Constant):
        return [node.value] * _MOST
    values: list[Any] = seen.get(node, [])
    return values


def _holds(one: Any, other: Any, *, is_member: bool) -> bool:
    try:
        return bool(one in other) if is_member else bool(one == other)
    except TypeError:
        return True  # Such a comparison fails, which another rule explains.


def _near(pairs: list[tuple[Any, Any]], *, is_member: bool) -> tuple[Any, Any, str] | None:
    """Return two values that are nearly equal, and the kind of their difference; None if there are none."""
    for one, other in pairs:
        items = list(other)[:_MOST] if is_member and isinstance(other, list | tuple | set | dict) else [other]
        for item in items:
            kind = _difference(one, item)
            if kind:
                return one, item, kind
    return None


def _difference(one: Any, other: Any) -> str:
    """Return in what two unequal values differ only: blanks, capitals, type or rounding; "" for another difference."""
    if isinstance(one, str) and isinstance(other, str) and one and other:
        if one.strip() and one.strip() == other.strip():
            return "blanks"
        if one.lower() == other.lower():
            return "case"
        return "both" if one.strip() and one.strip().lower() == other.strip().lower() else ""
    for text, number in ((one, other), (other, one)):
        if isinstance(text, str) and isinstance(number, int | float) and not isinstance(number, bool):
            return "type" if text.strip() in (str(number), repr(number)) else ""
    if isinstance(one, float | int) and isinstance(other, float | int) and float in (type(one), type(other)):
        return "rounding" if one != other and isclose(one, other, rel_tol=1e-9) else ""
    return ""


_SAID = {
    "blanks": "they differ only in white space at an end, such as a blank or a line break",
    "case": "they differ only in capital letters",
    "both": "they differ only in white space and capital letters",
    "type": "one is a string and the other a number, and these are never equal",
    "rounding": "they differ by a rounding error",
}
_REMEDY = {
    "blanks": "take the white space away with `strip` where the string is made or compared",
    "case": "bring both sides to small letters before they are compared",
    "both": "take the white space away and bring both sides to small letters",
    "type": "convert one side, so that two numbers or two strings are compared",
    "rounding": "compare with a small tolerance, for example with `math.isclose`",
}


def _match(program: Program, node: ast.Compare, one: Any, other: Any, kind: str) -> Match:
    shown = [repr(value) for value in (one, other)]
    if any(len(text) > _LONGEST or not text.isprintable() or "`" in text for text in shown):
        shown = ["the left value", "the right value"]
    edit = None
    left, right = node.left, node.comparators[0]
    if kind == "blanks":
        padded = left if isinstance(one, str) and one != one.strip() else right
        is_single = padded is left or isinstance(node.ops[0], _EQUALITY)
        if is_single and not isinstance(padded, ast.Constant):
            edit = with_parts(program, [(padded, f"{program.segment(padded)}.strip()")])
    elif kind == "type" and isinstance(one, str) and type(other) is int and not isinstance(left, ast.Constant):
        edit = with_parts(program, [(left, f"int({program.segment(left)})")])
    slots: dict[str, Any] = {
        "one": Code(shown[0]),
        "other": Code(shown[1]),
        "difference": _SAID[kind],
        "remedy": _REMEDY[kind],
        "never": "never false" if isinstance(node.ops[0], ast.NotEq | ast.NotIn) else "never true",
    }
    return program.here(node, edit=edit, needs_symptom=True, left=left, right=right, **slots)
