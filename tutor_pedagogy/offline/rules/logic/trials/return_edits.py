"""Candidates of answers: a `return` that is missing, and truth values swapped."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import names_in
from tutor_pedagogy.offline.rules.logic.trials.blocks import line_after
from tutor_pedagogy.offline.rules.logic.trials.candidate import Candidate, Change
from tutor_pedagogy.offline.rules.logic.trials.kinds import BRANCHES, RETURN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.nodes import Function
    from tutor_pedagogy.offline.engine.program import Program


def of_function(program: Program, function: Function) -> Iterator[Candidate]:
    """Yield a `return` of each local variable at the end of a function that ends without one."""
    last = function.body[-1]
    if isinstance(last, ast.Return | ast.Raise):
        return
    names = [name for name in dict.fromkeys(_stored(program, function)) if not name.startswith("_")]
    parameters = [argument.arg for argument in function.args.args if argument.arg != "self"]
    starts = [
        node.targets[0].id
        for node in function.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    ]
    loops = (node for node in program.own_nodes(function) if isinstance(node, ast.For))
    targets = {name for loop in loops for name in names_in(loop.target)}
    line = last.end_lineno or last.lineno
    for name in dict.fromkeys((*starts, *names, *parameters)):
        made = ast.Return(value=ast.Name(id=name, ctx=ast.Load()))
        changed = [*function.body, ast.copy_location(made, last)]
        yield Candidate(
            kind=RETURN,
            weight=0.9 if name in starts else 0.4 if name in targets else 0.6,
            node=last,
            changes=(Change(function, "body", changed),),
            write=line_after(program, line, f"{program.indentation(function.body[0].lineno)}return {name}"),
            slots={"name": Code(name)},
        )


def of_answers(program: Program, function: Function) -> Iterator[Candidate]:
    """Yield the function with `True` and `False` swapped in all its answers."""
    answers = [
        node.value
        for node in program.returns_of(function)
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, bool)
    ]
    if len({node.value for node in answers}) != 2:  # noqa: PLR2004 - True and False
        return

    def write() -> str | None:
        lines = list(program.lines)
        for node in answers:
            old, new = str(node.value), str(not node.value)
            lines[node.lineno - 1] = lines[node.lineno - 1].replace(old, new, 1)
        return "\n".join(lines)

    yield Candidate(
        kind=BRANCHES,
        weight=0.5,
        node=answers[0],
        changes=tuple(Change(node, "value", not node.value) for node in answers),
        write=write,
    )


def _stored(program: Program, function: Function) -> list[str]:
    nodes = (node for node in program.own_nodes(function) if isinstance(node, ast.Name))
    return [node.id for node in nodes if isinstance(node.ctx, ast.Store)]
