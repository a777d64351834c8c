"""Answers to questions about what surrounds a program: installing, watching values, names, the rules of a course."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import is_call_of
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.purposes.explain.comparing import compared
from tutor_pedagogy.offline.purposes.explain.further import ideas_of
from tutor_pedagogy.offline.purposes.tables import table
from tutor_pedagogy.offline.purposes.texts import fill, listed

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program

_MAX_QUESTION = 300
_LONGEST_CALL = 60
_MOST_NAMES = 5
_OF_COMPLAINTS = frozenset(("unseen",))


def answer_around(program: Program, *, is_before_rules: bool = False) -> str:
    """Return the answer to a question about what surrounds the program; "" if it asks for something else.

    `is_before_rules`: without the answers to a complaint, for which a rule may know a mistake.
    """
    question = (program.submission.question or "").lower()[:_MAX_QUESTION]
    if not question or program.tree is None:
        return ""
    for kind, entry in table("around").items():
        if is_before_rules and kind in _OF_COMPLAINTS:
            continue
        if re.search(entry["asks"], question) and (slots := _slots(program, kind)) is not None:
            return fill(entry["says"], slots)
    return ""


def _slots(program: Program, kind: str) -> dict[str, str] | None:
    """Return what fills the answer of a kind; None if the program has not what the answer speaks of."""
    match kind:
        case "install":
            line = next((node.lineno for node in program.each(ast.Import, ast.ImportFrom)), None)
            return None if line is None else {"line": str(program.shown(line))}
        case "unseen":
            return _unseen_call(program)
        case "names":
            names = list(dict.fromkeys(_one_letter_names(program)))
            return {"names": listed([code_span(name) for name in names[:_MOST_NAMES]])} if names else None
        case "further":
            ideas = ideas_of(program)
            return {"ideas": ideas} if ideas else None
        case "better":
            return compared(program)
    return {}


def _one_letter_names(program: Program) -> list[str]:
    stored = [node.id for node in program.each(ast.Name) if isinstance(node.ctx, ast.Store)]
    return [name for name in (*(node.arg for node in program.each(ast.arg)), *stored) if len(name) == 1]


def _unseen_call(program: Program) -> dict[str, str] | None:
    """Return the call of a function of the program whose value nothing takes, if the program shows nothing at all."""
    if any(is_call_of(each, "print") for each in program.each(ast.Call)):
        return None
    for node in program.each(ast.Expr):
        match node.value:
            case ast.Call(func=ast.Name(id=name)) as call if name in program.functions:
                function = program.functions[name]
                gives = any(each.value is not None for each in ast.walk(function) if isinstance(each, ast.Return))
                code = program.segment(call)
                if gives and len(code) <= _LONGEST_CALL and "\n" not in code:
                    return {"line": str(program.shown(node.lineno)), "call": code_span(code)}
    return None
