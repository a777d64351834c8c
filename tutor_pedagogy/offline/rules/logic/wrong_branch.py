"""A wrong result that another branch would have given: which condition let the program take the wrong way."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.engine.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.rules.logic.symptom import Symptom

_LONGEST = 60
Way = tuple[ast.expr | None, list[ast.stmt]]
"""A condition, None for `else` and for what comes last, with what is done then."""

WRONG_BRANCH = Rule("logic.wrong-branch-taken", "logic")


def explain_branch(program: Program, symptom: Symptom) -> tuple[Rule, Match] | None:
    """Find the condition that was false and should be true, or the other way round; None where no branch tells."""
    function = next((program.functions[name] for name in symptom.functions if name in program.functions), None)
    difference = _difference(symptom)
    if function is None or difference is None or not symptom.call:
        return None
    wanted, came = difference
    for ways in _decisions(function.body):
        right = next((n for n, way in enumerate(ways) if wanted in _results(way)), None)
        wrong = next((n for n, way in enumerate(ways) if came in _results(way)), None)
        if right is None or wrong is None or right == wrong:
            continue
        test = ways[min(right, wrong)][0]
        if test is None:
            continue
        condition = program.segment(test)
        return WRONG_BRANCH, Match(
            lines=(test.lineno,),
            expression=condition,
            slots={
                "condition": Code(condition),
                "call": _short(symptom.call),
                "wanted": Code(wanted),
                "came": Code(came),
                "was": "false" if right < wrong else "true",
                "be": "true" if right < wrong else "false",
            },
        )
    return None


def _short(call: str) -> str:
    return Code(call) if len(call) <= _LONGEST and call.isprintable() else "the call of the test"


def _difference(symptom: Symptom) -> tuple[str, str] | None:
    """Give what was wanted and what came, as `repr` writes it; of two tuples the one part that differs."""
    wanted, came = _literal(symptom.expected), _literal(symptom.got)
    if isinstance(wanted, tuple | list) and isinstance(came, tuple | list) and len(wanted) == len(came):
        pairs = [(one, other) for one, other in zip(wanted, came, strict=True) if one != other]
    else:
        pairs = [(wanted, came)]
    if len(pairs) != 1:
        return None  # Where a number differs as well, the branch only follows from it.
    one, other = pairs[0]
    return (repr(one), repr(other)) if type(one) is type(other) and isinstance(one, str | int | float) else None


def _literal(text: str | None) -> Any:
    try:
        return ast.literal_eval(text or "")
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text


def _decisions(body: list[ast.stmt]) -> Iterator[list[Way]]:
    """Give each decision of a block and of the blocks inside: its ways in the order in which they are asked."""
    ways: list[Way] = []
    for statement in body:
        if isinstance(statement, ast.If):
            ways += _ways(statement)
            if ways[-1][0] is None or not isinstance(statement.body[-1], ast.Return | ast.Continue):
                yield ways
                ways = []
        elif ways:
            yield [*ways, (None, [statement])]
            ways = []
        for block in (getattr(statement, "body", []), getattr(statement, "orelse", [])):
            yield from _decisions(block)
    if ways:
        yield ways


def _ways(node: ast.If) -> list[Way]:
    ways: list[Way] = [(node.test, node.body)]
    rest = node.orelse
    while len(rest) == 1 and isinstance(rest[0], ast.If):
        ways.append((rest[0].test, rest[0].body))
        rest = rest[0].orelse
    return [*ways, (None, rest)] if rest else ways


def _results(way: Way) -> set[str]:
    """Give the constants that a way hands back, stores or shows."""
    found: set[str] = set()
    for statement in way[1]:
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
