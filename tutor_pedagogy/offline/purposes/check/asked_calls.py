"""The call of a program's function with the value that a question names, such as an empty list or a negative number."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import is_call_of
from tutor_pedagogy.offline.purposes.own_values import seen, shown
from tutor_pedagogy.problem.syntax_tree import expression_tree

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.nodes import Function
    from tutor_pedagogy.offline.engine.program import Program

_LITERAL = re.compile(
    r"\[[^\[\]\n]{0,40}\]|(?<![\w.'\"])(?:-?\d{1,9}(?:\.\d{1,6})?|'[^'\n]{0,30}'|\"[^\"\n]{0,30}\"|True|False|None)(?![\w'])"
)
_EMPTY = re.compile(
    r"\bempty\b|\bno (?:items|elements|numbers|values)\b|vac[ií][ao]s?|\bleere?[rns]?\b|\bvides?\b|vazi[ao]s?|空",
    re.IGNORECASE,
)
_NEGATIVE = re.compile(r"\bnegativ\w*|n[eé]gati\w*", re.IGNORECASE)
_ZERO = re.compile(r"\bzero\b|\bnull\b|\bcero\b", re.IGNORECASE)
_LINE = re.compile(r"\b(?:lines?|zeile|l[ií]nea|ligne|linha) \d{1,5}", re.IGNORECASE)


def asked_call(program: Program, function: Function, text: str) -> ast.Call | None:
    """Return a call that the program has, with the value of the question in place of one argument."""
    names = [each.arg for each in function.args.args]
    for call in program.each(ast.Call):
        if not is_call_of(call, function.name) or call.keywords or len(call.args) != len(names):
            continue
        if program.function_at(call.lineno) is function:
            continue
        found = [seen(program, each).get(each, []) for each in call.args]
        if not all(found):
            continue
        values = [each[0] for each in found]
        if not all(shown(value) for value in values):
            continue
        place, new = _changed(names, values, text)
        if place is None:
            return None
        arguments = [expression_tree(repr(value)) for value in values]
        arguments[place] = expression_tree(new)
        return ast.copy_location(ast.Call(ast.Name(function.name, ast.Load()), arguments, []), call)
    return None


def _changed(names: list[str], values: list[object], text: str) -> tuple[int | None, str]:
    """Return the place of the argument that a question changes, and its new value as code."""
    named = [at for at, name in enumerate(names) if re.search(rf"\b{re.escape(name)}\b", text)]
    if _EMPTY.search(text):
        places = [at for at, value in enumerate(values) if type(value) in (list, str, dict, tuple)]
        at = next((place for place in named if place in places), places[0] if places else None)
        return at, repr(type(values[at])()) if at is not None else ""
    numbers = [at for at, value in enumerate(values) if type(value) in (int, float)]
    at = next((place for place in named if place in numbers), numbers[0] if numbers else None)
    if _NEGATIVE.search(text) and at is not None:
        value = values[at]
        return at, repr(-abs(value) or -1) if isinstance(value, int | float) else "-1"
    literals = _LITERAL.findall(_LINE.sub(" ", text))
    if literals:
        kind = type(ast.literal_eval(literals[0])) if _is_literal(literals[0]) else None
        same = [place for place, value in enumerate(values) if type(value) is kind]
        return next((place for place in named if place in same), same[0] if same else None), literals[0]
    return (at, "0") if _ZERO.search(text) and at is not None else (None, "")


def _is_literal(text: str) -> bool:
    try:
        ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return False
    return True
