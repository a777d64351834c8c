"""Candidates one step away: the ends of ranges and slices, and indices."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import is_call_of
from tutor_pedagogy.offline.rules.logic.trials.candidate import Candidate, Change, replaced, with_text
from tutor_pedagogy.offline.rules.logic.trials.kinds import NAME, STEP
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program


def of_bound(program: Program, call: ast.Call) -> Iterator[Candidate]:
    """Yield a `range` that begins or ends one step earlier or later."""
    if not is_call_of(call, "range") or call.keywords or not call.args:
        return
    is_index = _is_index(program, call)
    stop = call.args[0 if len(call.args) == 1 else 1]
    yield from _stepped(program, stop, STEP, 0.95)
    if len(call.args) == 1 and not isinstance(stop, ast.BinOp):
        text = program.segment(stop)
        for more, shown, weight in (
            (stop, text, 0.5),
            (ast.BinOp(left=stop, op=ast.Add(), right=ast.Constant(value=1)), f"{text} + 1", 0.2 if is_index else 0.85),
        ):
            changed = ast.Call(func=call.func, args=[ast.Constant(value=1), more], keywords=[])
            yield from replaced(program, call, changed, f"range(1, {shown})", (STEP, weight))
    elif len(call.args) > 1 and not isinstance(call.args[0], ast.Constant):
        yield from _stepped(program, call.args[0], STEP, 0.6)


def of_windows(program: Program, call: ast.Call) -> Iterator[Candidate]:
    """Yield a `range` that ends with the last whole part, for a loop that cuts parts of one length out of a list."""
    loop = program.parents.get(call)
    match call, loop:
        case (
            ast.Call(func=ast.Name(id="range"), args=[ast.Call(func=ast.Name(id="len")) as length]),
            ast.For(target=ast.Name(id=index)) | ast.comprehension(target=ast.Name(id=index)),
        ):
            pass
        case _:
            return
    around = program.parents.get(loop) if isinstance(loop, ast.comprehension) else loop
    for node in walk(around) if around is not None else ():
        match node:
            case ast.Slice(
                lower=ast.Name(id=start), upper=ast.BinOp(left=ast.Name(id=again), op=ast.Add(), right=size)
            ) if start == again == index:
                less = ast.BinOp(left=length, op=ast.Sub(), right=size)
                end = ast.BinOp(left=less, op=ast.Add(), right=ast.Constant(value=1))
                text = f"{program.segment(length)} - {program.segment(size)} + 1"
                yield from replaced(program, length, end, text, (STEP, 0.9))
                return


def _is_index(program: Program, call: ast.Call) -> bool:
    """Return whether the numbers of a `range` are used as indices."""
    loop = program.parents.get(call)
    target = getattr(loop, "target", None)
    if not isinstance(target, ast.Name):
        return False
    uses = program.uses.get(target.id, ())
    return any(
        isinstance(program.parents.get(use), ast.Subscript | ast.BinOp) and _in_index(program, use) for use in uses
    )


def _in_index(program: Program, node: ast.Name) -> bool:
    inner: ast.AST = node
    for up in program.above(node):
        if isinstance(up, ast.Subscript):
            return up.slice is inner
        if not isinstance(up, ast.BinOp):
            return False
        inner = up
    return False


def _stepped(program: Program, node: ast.expr, kind: str, weight: float) -> Iterator[Candidate]:
    """Yield an expression plus 1 and minus 1; a `+ 1` or `- 1` that is there is taken away."""
    if isinstance(node, ast.Constant):
        return
    text = program.segment(node)
    match node:
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as op, right=ast.Constant(value=1)):
            yield from replaced(program, node, left, program.segment(left), (kind, weight))
            if isinstance(op, ast.Sub):
                more = ast.BinOp(left=left, op=ast.Add(), right=ast.Constant(value=1))
                yield from replaced(program, node, more, f"{program.segment(left)} + 1", (kind, weight * 0.6))
            return
        case ast.BinOp(op=ast.Add() | ast.Sub(), right=ast.Constant(value=int())):
            return
    options: tuple[tuple[ast.operator, str, float], ...] = ((ast.Add(), "+", 1.0), (ast.Sub(), "-", 0.65))
    for operator, mark, scale in options:
        changed = ast.BinOp(left=node, op=operator, right=ast.Constant(value=1))
        yield from replaced(program, node, changed, f"{text} {mark} 1", (kind, weight * scale))


def of_subscript(program: Program, node: ast.Subscript) -> Iterator[Candidate]:
    """Yield a subscript or a slice that is one place further on or back."""
    if isinstance(node.slice, ast.Slice):
        for part in (node.slice.lower, node.slice.upper):
            yield from _of_end(program, part)
        yield from _to_the_end(program, node, node.slice)
        step = node.slice.step
        if isinstance(step, ast.Constant) and step.value == 1:
            yield from replaced(program, step, ast.UnaryOp(op=ast.USub(), operand=step), "-1", (STEP, 0.7))
        return
    if isinstance(node.slice, ast.Name | ast.BinOp):
        yield from _stepped(program, node.slice, STEP, 0.4)
    if isinstance(program.parents.get(node), ast.Return) and isinstance(node.slice, ast.Name):
        yield from replaced(program, node, node.slice, node.slice.id, (NAME, 0.5))


def _to_the_end(program: Program, node: ast.Subscript, part: ast.Slice) -> Iterator[Candidate]:
    """Yield a slice up to the end in place of one that leaves out the last item."""
    match part.upper:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1)) as upper if part.step is None:
            yield Candidate(
                kind=STEP,
                weight=0.8,
                node=node,
                changes=(Change(part, "upper", None),),
                write=lambda: with_text(program, upper, ""),
            )


def _of_end(program: Program, part: ast.expr | None) -> Iterator[Candidate]:
    """Yield other ends of a slice. Constants are changed elsewhere, but negative ones are no constants."""
    match part:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int(number))):
            for other in (number + 1, number - 1):
                if other > 0:
                    changed = ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=other))
                    yield from replaced(program, part, changed, f"-{other}", (STEP, 0.6))
        case ast.expr() if not isinstance(part, ast.Constant | ast.UnaryOp):
            yield from _stepped(program, part, STEP, 0.7)
