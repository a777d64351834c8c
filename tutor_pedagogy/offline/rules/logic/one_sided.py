"""Conditions that have had one truth value only in the program's own run: a place to start, with the values there."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.nodes import is_call_of
from tutor_pedagogy.offline.engine.rule import Rule
from tutor_pedagogy.offline.evaluation import run
from tutor_pedagogy.offline.rules.logic.followed import listed, often
from tutor_pedagogy.offline.rules.logic.trials.expectations import is_plain
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

ONE_SIDED = Rule("logic.condition-one-sided", "logic")
_FEWEST = 2
_STEPS = 2500
_MOST_NAMES = 2


def explain_condition(program: Program) -> tuple[Rule, Match] | None:
    """Return the condition nearest to the cursor that was always true or never true in the run; None without one.

    A condition that guards a `raise` or an early `return` is left out, since it is often meant to be never true.
    """
    done = program.run
    if done is None or done.ending != "finished" or program.tree is None:
        return None
    found = [
        (node, next(iter(done.tests[node.test])))
        for node in _conditions(program)
        if len(done.tests.get(node.test, ())) == 1 and done.ran.get(node.lineno, 0) >= _FEWEST
    ]
    if not found:
        return None
    node, truth = min(found, key=lambda pair: abs(pair[0].lineno - program.cursor_line))
    times = often(done.ran[node.lineno])
    said = "true each time" if truth else "never true"
    values = _values(program, node.test)
    slots: dict[str, Any] = {"times": times, "said": said, "values": values, "test": node.test}
    return ONE_SIDED, program.here(node.test, **slots)


def _conditions(program: Program) -> Iterator[ast.If]:
    for node in program.each(ast.If):
        is_guard = isinstance(node.body[0], ast.Raise | ast.Return | ast.Continue | ast.Break) and not node.orelse
        reads_input = any(is_call_of(each, "input") for each in walk(node.test))
        is_chained = isinstance(program.parents.get(node), ast.If)
        if not is_guard and not reads_input and not is_chained:
            yield node


def _values(program: Program, test: ast.expr) -> str:
    """Return the values of the names in a condition as a student reads them; "" if none is known."""
    parts = {
        ast.unparse(part): part for part in walk(test) if isinstance(part, ast.Name | ast.Attribute | ast.Subscript)
    }
    watched = [part for part in parts.values() if not isinstance(program.parents.get(part), ast.Call)]
    if not watched or program.tree is None:
        return ""
    seen = run(program.tree, watched=watched, steps=_STEPS).seen
    shown = []
    for part in watched[:_MOST_NAMES]:
        values = seen.get(part, [])
        text = listed([repr(value) for value in values]) if values and all(map(is_plain, values)) else ""
        if text:
            shown.append(f"`{program.segment(part)}` was {text}")
    return " and ".join(shown)
