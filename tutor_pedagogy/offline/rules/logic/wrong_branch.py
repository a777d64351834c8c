"""A wrong result that another branch would have returned, and the condition that selected the wrong branch."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.rule import Rule
from tutor_pedagogy.offline.rules.logic.tree import branches_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.evaluation import Run
    from tutor_pedagogy.offline.rules.logic.symptom import Symptom

_LONGEST = 60
Branch = tuple[ast.expr | None, list[ast.stmt]]
"""A branch's condition with its statements. The condition of `else` and of the code after an `if` is None."""

WRONG_BRANCH = Rule("logic.wrong-branch-taken", "logic")


def explain_branch(program: Program, symptom: Symptom, run: Run | None) -> tuple[Rule, Match] | None:
    """Return the condition that had the wrong truth value, or None if no two branches give both results."""
    function, difference = symptom.function_in(program), _difference(symptom)
    if function is None or difference is None or not symptom.call:
        return None
    wanted, came = difference
    call = Code(symptom.call) if len(symptom.call) <= _LONGEST and symptom.call.isprintable() else ""
    for branches in _decisions(function.body):
        right = next((n for n, branch in enumerate(branches) if wanted in _results(branch)), None)
        wrong = next((n for n, branch in enumerate(branches) if came in _results(branch)), None)
        if right is None or wrong is None or right == wrong:
            continue
        test = branches[min(right, wrong)][0]
        if test is not None:
            was, be = ("false", "true") if right < wrong else ("true", "false")
            if run is not None and (was == "true") not in run.tests.get(test, ()):
                continue  # The call does not come here, or the condition has the other value.
            slots: dict[str, Any] = {"wanted": Code(wanted), "came": Code(came), "was": was, "be": be}
            return WRONG_BRANCH, program.here(test, condition=test, call=call, **slots)
    return None


def _difference(symptom: Symptom) -> tuple[str, str] | None:
    """Return the expected and the actual value as `repr` writes them. Of sequences, return the pair that differs."""
    wanted, came = _literal(symptom.expected), _literal(symptom.got)
    if isinstance(wanted, tuple | list) and isinstance(came, tuple | list) and len(wanted) == len(came):
        pairs = [(one, other) for one, other in zip(wanted, came, strict=True) if one != other]
    else:
        pairs = [(wanted, came)]
    if len(pairs) != 1:
        return None  # If several values differ, the wrong branch may follow from another wrong value.
    one, other = pairs[0]
    return (repr(one), repr(other)) if type(one) is type(other) and isinstance(one, str | int | float) else None


def _literal(text: str | None) -> Any:
    try:
        return ast.literal_eval(text or "")
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text


def _decisions(body: list[ast.stmt]) -> Iterator[list[Branch]]:
    """Yield each chain of branches in a block and in the blocks inside it, in the order of their conditions."""
    branches: list[Branch] = []
    for statement in body:
        if isinstance(statement, ast.If):
            branches += branches_of(statement)
            if branches[-1][0] is None or not isinstance(statement.body[-1], ast.Return | ast.Continue):
                yield branches
                branches = []
        elif branches:
            yield [*branches, (None, [statement])]
            branches = []
        for block in (getattr(statement, "body", []), getattr(statement, "orelse", [])):
            yield from _decisions(block)
    if branches:
        yield branches


def _results(branch: Branch) -> set[str]:
    """Return the constants that a branch returns, assigns or prints, as `repr` writes them."""
    found: set[str] = set()
    for statement in branch[1]:
        match statement:
            case ast.Return(value=ast.Tuple(elts=values)):
                pass
            case ast.Return(value=value) | ast.Assign(value=value):
                values = [value] if value is not None else []
            case ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=values)):
                pass
            case _:
                continue
        found |= {repr(value.value) for value in values if isinstance(value, ast.Constant)}
    return found
