"""Searches that go wrong by one: halves that never get smaller, divisors that always divide."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import names_in, range_call
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program


@logic_rule("middle-kept", 0.95, ("endless", "none", "value", "other"), needs=(ast.While, ast.FloorDiv))
def middle_kept(program: Program) -> Iterator[Match]:
    """Find a search by halves that keeps the middle, or steps back over it, so that it may never end."""
    for loop in program.each(ast.While):
        middle = _middle(loop)
        match loop.test:
            case ast.Compare(
                left=ast.Name(id=low), ops=[ast.LtE() | ast.Lt() as sign], comparators=[ast.Name(id=high)]
            ):
                pass
            case _:
                continue
        if middle is None or not {low, high} <= middle[1]:
            continue
        name = middle[0]
        for node in (n for s in loop.body for n in walk(s)):
            match node:
                case ast.Assign(targets=[ast.Name(id=bound)], value=value) if bound in (low, high):
                    pass
                case _:
                    continue
            kept = isinstance(value, ast.Name) and value.id == name
            right = ast.Add if bound == low else ast.Sub
            match value:
                case ast.BinOp(left=ast.Name(id=used), op=step, right=ast.Constant(value=1)) if used == name:
                    wrong = not isinstance(step, right)
                case _:
                    wrong = kept and (isinstance(sign, ast.LtE) or bound == low)
            if wrong:
                line, text = program.line(node.lineno), program.segment(node)
                sure = f"{bound} = {name} {'+' if bound == low else '-'} 1"
                yield Match(
                    lines=(node.lineno,),
                    expression=text,
                    edit=program.edit(node.lineno, line.replace(text, sure, 1)),
                    slots={"bound": Code(bound), "middle": Code(name), "test": Code(program.segment(loop.test))},
                )


def _middle(loop: ast.While) -> tuple[str, set[str]] | None:
    """Give the name of the middle that a loop works out, and the names that it is the middle of."""
    for statement in loop.body:
        match statement:
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.BinOp(op=ast.FloorDiv(), right=ast.Constant(value=2)) as value
            ):
                return name, names_in(value)
    return None


@logic_rule("divides-always", 0.95, ("truth", "value", "empty", "other"), needs=(ast.For, ast.Mod, ast.Eq, "range"))
def divides_always(program: Program) -> Iterator[Match]:
    """Find a test for prime numbers that also tries 1 or the number itself, which always divide it."""
    for loop in program.each(ast.For):
        args = range_call(loop.iter)
        if args is None or len(args) < 2 or not isinstance(loop.target, ast.Name):  # noqa: PLR2004 - start and stop
            continue
        divisor = loop.target.id
        for node in loop.body:
            match node:
                case ast.If(
                    test=ast.Compare(
                        left=ast.BinOp(left=ast.Name(id=number), op=ast.Mod(), right=ast.Name(id=by)),
                        ops=[ast.Eq()],
                        comparators=[ast.Constant(value=0)],
                    ),
                    body=[ast.Return(value=ast.Constant(value=False)), *_]
                    | [ast.Assign(value=ast.Constant(value=False)), *_],
                ) if by == divisor:
                    pass
                case _:
                    continue
            start, stop = args[0], args[1]
            tries_one = isinstance(start, ast.Constant) and start.value == 1
            tries_itself = (
                isinstance(stop, ast.BinOp)
                and isinstance(stop.op, ast.Add)
                and isinstance(stop.left, ast.Name)
                and stop.left.id == number
            )
            if tries_one or tries_itself:
                yield Match(
                    lines=(loop.lineno,),
                    expression=program.segment(loop.iter),
                    slots={
                        "number": Code(number),
                        "divisor": Code(divisor),
                        "always": "1" if tries_one else "the number itself",
                    },
                )
