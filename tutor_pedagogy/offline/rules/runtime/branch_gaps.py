"""Branches that leave a value out: no condition of an `if` and its `elif` is true, so a name gets no value."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import names_in
from tutor_pedagogy.offline.evaluation import UNKNOWN, value_of
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.finding import Edit

_STRICT = {ast.Lt: "<", ast.Gt: ">"}


@runtime_rule(
    "no-branch-for-value",
    ("NameError", "UnboundLocalError"),
    r"(?:local variable|name) '(?P<name>\w+)'",
    before=("value-only-on-some-paths", "name-misspelt", "name-of-another-function", "used-before-first-value"),
)
def no_branch_for_value(case: CrashContext) -> Match | None:
    """Return the branches above that each set a name, if the value that is tested fits none of their conditions."""
    name = case.match["name"]
    lines = [line for line, _ in case.bound(name)]
    for chain in case.program.each(ast.If):
        branches = [*_branches(chain)]
        is_above = (chain.end_lineno or 0) < case.line and case.program.function_at(chain.lineno) is case.function
        if not is_above or branches[-1].orelse or not branches[1:] or not lines:
            continue
        inside = [line for line in lines if chain.lineno <= line <= (chain.end_lineno or 0)]
        if len(inside) < len(branches) - 1 or any(line < chain.lineno for line in lines) or not inside:
            continue
        tests = [branch.test for branch in branches]
        tested = set.intersection(*(names_in(test) for test in tests))
        if len(tested) != 1:
            return None
        return _match(case, tests, tested.pop(), name)
    return None


def _branches(chain: ast.If) -> Iterator[ast.If]:
    """Yield the `if` and each `elif` of a chain."""
    yield chain
    while len(chain.orelse) == 1 and isinstance(chain.orelse[0], ast.If):
        chain = chain.orelse[0]
        yield chain


def _match(case: CrashContext, tests: list[ast.expr], tested: str, name: str) -> Match:
    slots: dict[str, str | ast.AST] = {"name": Code(name), "tested": Code(tested)}
    slots["first"], slots["last"] = (str(case.program.shown(test.lineno)) for test in (tests[0], tests[-1]))
    value = case.names.get(tested, UNKNOWN)
    if value is UNKNOWN:
        value = next(_left_out(tests, tested), UNKNOWN)
    place: ast.expr = tests[-1]
    edits: list[Edit] = []
    if isinstance(value, int | float | str):
        slots["value"] = Code(repr(value)[:40])
        found = [*_bounds_at(tests, value)]
        place = found[-1] if found else tests[-1]
        edits = [edit for bound in found if (edit := _included(case, bound)) is not None]
    match = case.at(place.lineno, slots=slots)
    return replace(match, choices=tuple(edits), is_proved=value is not UNKNOWN and tested in case.names)


def _left_out(tests: list[ast.expr], tested: str) -> Iterator[object]:
    """Yield the numbers in the conditions for which none of them is true."""
    numbers = [
        node.value
        for test in tests
        for node in walk(test)
        if isinstance(node, ast.Constant) and type(node.value) in (int, float)
    ]
    for number in numbers:
        if all(value_of(test, {tested: number}) is False for test in tests):
            yield number


def _bounds_at(tests: list[ast.expr], value: object) -> Iterator[ast.Compare]:
    """Yield the comparisons with `<` or `>` whose other side is this value."""
    for test in tests:
        for node in walk(test):
            match node:
                case ast.Compare(ops=[ast.Lt() | ast.Gt()], comparators=[ast.Constant(value=bound)]) if bound == value:
                    yield node


def _included(case: CrashContext, node: ast.Compare) -> Edit | None:
    """Return the edit that lets a comparison include its bound."""
    sign = _STRICT[type(node.ops[0])]
    text = f"{case.text(node.left)} {sign}= {case.text(node.comparators[0])}"
    return case.rewrite(node, text)
