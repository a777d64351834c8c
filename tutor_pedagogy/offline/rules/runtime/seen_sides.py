"""The values that the two sides of a condition had in a run, if their types or letters kept them from being equal."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NamedTuple

from tutor_pedagogy.offline.engine.evidence import values_seen

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.rules.runtime.context import CrashContext


class Difference(NamedTuple):
    """Why two sides were never equal, as a sentence, and the edit that makes them alike."""

    words: str
    edit: Edit | None


def difference(case: CrashContext, test: ast.expr) -> Difference | None:
    """Return in what the sides of `==` always differed: a string and a number, or capital letters; None otherwise."""
    match test:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]) if case.names:
            pass
        case _:
            return None
    watched = [side for side in (left, right) if not isinstance(side, ast.Constant)]
    seen = values_seen(case.program, watched)
    values = {side: [side.value] if isinstance(side, ast.Constant) else seen.get(side, []) for side in (left, right)}
    if not values[left] or not values[right]:
        return None
    return _of_types(case, left, right, values) or _of_letters(case, left, right, values)


def _of_types(
    case: CrashContext, left: ast.expr, right: ast.expr, values: dict[ast.expr, list[Any]]
) -> Difference | None:
    for text, number in ((left, right), (right, left)):
        is_text = all(isinstance(value, str) for value in values[text])
        if not is_text or not all(type(value) is int for value in values[number]):
            continue
        words = f"`{case.text(text)}` is a string such as `{values[text][0]!r}`, and `{case.text(number)}` is a number"
        is_decimal = all(value.strip().isdecimal() for value in values[text])
        new = f"int({case.text(text)})" if is_decimal else None
        new = str(text.value) if isinstance(text, ast.Constant) and is_decimal else new
        return Difference(words, case.rewrite(text, new))
    return None


def _of_letters(
    case: CrashContext, left: ast.expr, right: ast.expr, values: dict[ast.expr, list[Any]]
) -> Difference | None:
    for fixed, other in ((left, right), (right, left)):
        wanted = fixed.value if isinstance(fixed, ast.Constant) else None
        if not isinstance(wanted, str):
            continue
        alike = {value for value in values[other] if isinstance(value, str) and value.strip().lower() == wanted.lower()}
        if len(alike) == 1 and (found := alike.pop()) != wanted and found == found.strip():
            words = f"`{case.text(other)}` is `{found!r}`, and that is not `{wanted!r}`"
            quote = case.text(fixed)[:1]
            return Difference(words, case.rewrite(fixed, f"{quote}{found}{quote}"))
    return None
