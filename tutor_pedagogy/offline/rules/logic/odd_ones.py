"""Code that breaks its own plan: one branch that differs from all its siblings, and a stack that is never asked."""

from __future__ import annotations

import ast
from itertools import islice
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import Function
from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.rules.logic.moves import with_parts
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import branches_of, inside, last_line, method_called, reads
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_MOST_BRANCHES = 12
_SIBLINGS = 3
"""The number of branches that keep to the plan, from which another one stands out."""


@logic_rule("branch-unlike-others", 0.9, "value less more other", needs=(ast.If, ast.Assign), each=ast.If)
def branch_unlike_others(program: Program, node: ast.If) -> Iterator[Match]:
    """Yield `x = y - 1` in a chain whose other branches change each name by itself, as `y = y - 1` does."""
    if isinstance(program.parents.get(node), ast.If) and node in getattr(program.parents[node], "orelse", []):
        return
    steps = [step for _, body in islice(branches_of(node), _MOST_BRANCHES) for step in body if _is_step(step)]
    regular = [step for step in steps if _changed(step) == _used(step)]
    odd = [step for step in steps if _changed(step) != _used(step)]
    known = {_changed(step) for step in regular}
    if len(regular) < _SIBLINGS or len(odd) != 1 or _used(odd[0]) not in known:
        return
    step = odd[0]
    if not isinstance(step, ast.Assign) or not isinstance(step.value, ast.BinOp):
        return
    wanted = _changed(step)
    if wanted not in known and len(known) > 1:
        return
    edit = with_parts(program, [(step.value.left, wanted)])
    like = program.header(regular[0])
    yield program.on_line(step, edit=edit, name=Code(wanted), other=Code(_used(step)), like=like)


def _is_step(step: ast.stmt) -> bool:
    """Return whether a statement changes a name by a number: `y = y + 1` or `y += 1`."""
    match step:
        case ast.AugAssign(target=ast.Name(), op=ast.Add() | ast.Sub(), value=ast.Constant()):
            return True
        case ast.Assign(
            targets=[ast.Name()],
            value=ast.BinOp(left=ast.Name(), op=ast.Add() | ast.Sub(), right=ast.Constant(value=int() | float())),
        ):
            return True
    return False


def _changed(step: ast.stmt) -> str:
    target = step.targets[0] if isinstance(step, ast.Assign) else getattr(step, "target", None)
    return target.id if isinstance(target, ast.Name) else ""


def _used(step: ast.stmt) -> str:
    if isinstance(step, ast.Assign) and isinstance(step.value, ast.BinOp) and isinstance(step.value.left, ast.Name):
        return step.value.left.id
    return _changed(step)


@logic_rule("still-open-at-the-end", 0.9, "truth other", needs=("append", "pop", ast.Return), each=Function)
def still_open_at_the_end(program: Program, function: Function) -> Iterator[Match]:
    """Yield `return True` behind a loop with a stack of open brackets that may still hold some of them."""
    last = function.body[-1]
    match last:
        case ast.Return(value=ast.Constant(value=True) as answer):
            loop = function.body[-2] if len(function.body) > 1 else None
        case _:
            return
    if not isinstance(loop, Loop):
        return
    inner = list(inside(loop.body))
    grown = {owner for node in inner for owner, method in [method_called(node)] if method == "append"}
    shrunk = {owner for node in inner for owner, method in [method_called(node)] if method == "pop"}
    false = [node for node in inner if isinstance(node, ast.Return)]
    is_refusing = false and all(isinstance(node.value, ast.Constant) and node.value.value is False for node in false)
    for name in sorted(grown & shrunk):
        start = [value for line, value in program.assignments(name) if function.lineno <= line <= loop.lineno]
        is_asked = any(
            reads(use, name) and last_line(loop) < use.lineno <= last_line(function) for use in program.uses[name]
        )
        is_tested = any(
            isinstance(node, ast.If) and any(reads(part, name) for part in walk(node.test)) for node in inner
        )
        if is_refusing and is_tested and not is_asked and len(start) == 1 and isinstance(start[0], ast.List):
            edit = with_parts(program, [(answer, f"not {name}")])
            yield program.on_line(last, edit=edit, name=Code(name), header=program.header(loop))
            return
