"""The answer to "which of the two is better?" about two functions of a program."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import is_call_of, parameters
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.purposes.own_values import seen, shown

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.nodes import Function
    from tutor_pedagogy.offline.engine.program import Program

_TWO, _LONGEST = 2, 50


def compared(program: Program) -> dict[str, str] | None:
    """Return what is the same in the program's two functions, and what differs; None if it has not just two."""
    question = program.submission.question or ""
    functions = list(program.functions.values())
    named = [each for each in functions if each.name in question]
    pair = named if len(named) == _TWO else functions
    if len(pair) != _TWO or len(parameters(pair[0])) != len(parameters(pair[1])):
        return None
    return {"same": _same(program, pair[0], pair[1]), "forms": _forms(program, pair[0], pair[1])}


def _same(program: Program, one: Function, other: Function) -> str:
    """Return for which call of the program both give the same, or that it does not show that."""
    names = f"{code_span(one.name)} and {code_span(other.name)}"
    calls = [(_call(program, one), _call(program, other))]
    first, second = calls[0]
    if first is not None and second is not None:
        values = seen(program, first, second)
        results = [values.get(first, []), values.get(second, [])]
        is_alike = [ast.dump(each) for each in first.args] == [ast.dump(each) for each in second.args]
        span = shown(results[0][0]) if results[0] else None
        if is_alike and span and results[0][:1] == results[1][:1]:
            given = ", ".join(program.segment(each) for each in first.args)
            told = f" for {code_span(given)}" if given and len(given) <= _LONGEST and "`" not in given else ""
            return f"{names} both give {span}{told}, so no result of this program speaks against either."
    return f"This program does not show that {names} give the same result; try both with equal values first."


def _call(program: Program, function: Function) -> ast.Call | None:
    return next((each for each in program.each(ast.Call) if is_call_of(each, function.name) and each.args), None)


def _forms(program: Program, one: Function, other: Function) -> str:
    tries = [any(isinstance(node, ast.Try) for node in program.own_nodes(each)) for each in (one, other)]
    if tries[0] != tries[1]:
        trying, asking = (one, other) if tries[0] else (other, one)
        return (
            f"{code_span(asking.name)} asks first, and {code_span(trying.name)} tries and catches the exception. An "
            "`if` shows the condition to the reader; a `try` suits what the program cannot know before, such as a file "
            "or what a user types. Both are usual in Python: choose the one that you can explain."
        )
    lengths = [(each.end_lineno or each.lineno) - each.lineno for each in (one, other)]
    if lengths[0] == lengths[1]:
        return "They are of the same length: choose the one that you can explain without running it."
    short, long = (one, other) if lengths[0] < lengths[1] else (other, one)
    return (
        f"{code_span(short.name)} is shorter than {code_span(long.name)}: fewer steps can go wrong, if you can explain "
        "each of them. Where it matters how fast they are, measure both with many values."
    )
