"""The expectation that a program runs to its end, so that none of its own assertions fails; further failed tests."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.evaluation import UNKNOWN, value_of
from tutor_pedagogy.offline.rules.logic.trials.expectations import (
    PASSED,
    Expectation,
    expression,
    is_plain,
    literal,
    shown_value,
)
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.rules.logic.trials.outline import Outline

_MOST = 4
_LONGEST = 8000
_SHOWN = 60
_LONGEST_VALUES = 160
_ASSERTED = re.compile(
    r"(?m)^[ \t>]*(?:self\.assert\w{0,20}Equals?\((?P<both>[^\n]{3,300})\)|assert (?P<test>[^\n]{3,300}))$"
)


def of_passing(outline: Outline) -> Iterator[Expectation]:
    """Yield the expectation that no assertion of the module fails, whatever it compares.

    An assertion that compares one call with a literal has an expectation of its own.
    """
    own = [node for node in outline.program.each(ast.Assert) if outline.program.function_at(node.lineno) is None]
    called = {
        each.value.func.id
        for each in outline.statements
        if isinstance(each, ast.Expr) and isinstance(each.value, ast.Call) and isinstance(each.value.func, ast.Name)
    }
    functions = [outline.program.functions[name] for name in sorted(called) if name in outline.program.functions]
    own += [
        node for function in functions for node in outline.program.own_nodes(function) if isinstance(node, ast.Assert)
    ]
    if not own:
        return
    tests = [outline.program.segment(node.test) for node in own]
    text = tests[0] if len(tests) == 1 and len(tests[0]) <= _SHOWN else "the program"
    body = outline.statements
    yield Expectation(form="passes", text=text, body=body, call=None, wanted=PASSED, source="assert")


def of_failed(outline: Outline) -> Iterator[Expectation]:
    """Yield the expectation of the assertion that failed in the program's own run, with the values that it had.

    It is about one call of a function of the program, so it costs less than to run the whole program.
    """
    program = outline.program
    done = program.run
    if done is None or not isinstance(done.exception, AssertionError):
        return
    statement = program.statement_at(done.line)
    if not isinstance(statement, ast.Assert):
        return
    sides: tuple[tuple[ast.expr, ast.expr], ...]
    match statement.test:
        case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
            sides = ((left, right), (right, left))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            sides = ((operand, ast.Constant(value=False)),)
        case ast.expr() as test:
            sides = ((test, ast.Constant(value=True)),)
    for tested, other in sides:
        call = _with_values(_made(program, tested), done.names)
        wanted = value_of(other, done.names)
        if call is not None and wanted is not UNKNOWN and is_plain(wanted) and outline.holds(call):
            body = outline.needed_for(call)
            text = ast.unparse(call)
            yield Expectation(form="value", text=text, body=body, call=call, wanted=wanted, source="program")
            return


def _made(program: Program, tested: ast.expr) -> ast.expr | None:
    """Return the tested call, or the one whose result the tested name has."""
    if isinstance(tested, ast.Name):
        return program.last_value(tested.id, tested.lineno)
    return tested


def _with_values(tested: ast.expr | None, names: Mapping[str, Any]) -> ast.Call | None:
    """Return a call of a plain function with literals in place of its arguments; None if one is not known."""
    match tested:
        case ast.Call(func=ast.Name() as called, args=arguments, keywords=[]) if arguments:
            values = [value_of(each, names) for each in arguments]
        case _:
            return None
    shown = [shown_value(value) if value is not UNKNOWN else None for value in values]
    if None in shown or sum(len(each or "") for each in shown) > _LONGEST_VALUES:
        return None
    made = expression(f"{called.id}({', '.join(each or '' for each in shown)})")
    return made if isinstance(made, ast.Call) else None


def without_tests(statements: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Return the statements that test nothing: functions, classes and others without an assertion."""
    return [each for each in statements if not any(isinstance(node, ast.Assert) for node in walk(each))]


def of_reported(outline: Outline, text: str, first: str) -> Iterator[Expectation]:
    """Yield the expectations of the other failed tests that a report shows, each a call beside a literal."""
    found = 0
    for match in _ASSERTED.finditer(text[:_LONGEST]):
        pair = _pair(match["both"], match["test"])
        if pair is None or found == _MOST:
            continue
        call, wanted = pair
        code = ast.unparse(call)
        if code != first and outline.holds(call):
            found += 1
            body = outline.needed_for(call)
            yield Expectation(form="value", text=code, body=body, call=call, wanted=wanted, source="program")


def _pair(both: str | None, test: str | None) -> tuple[ast.Call, object] | None:
    """Return a call and the literal that an assertion compares it with; None for another assertion."""
    tree = expression(f"f({both})" if both else test)
    match tree:
        case ast.Call(args=[one, other, *_]) if both:
            pass
        case ast.Compare(left=one, ops=[ast.Eq()], comparators=[other]):
            pass
        case _:
            return None
    for call, value in ((one, other), (other, one)):
        if isinstance(call, ast.Call):
            is_value, wanted = literal(ast.unparse(value))
            return (call, wanted) if is_value else None
    return None
