"""Off-by-one errors in searches: a binary search whose range stops shrinking, a primality test that tries 1 or n."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import names_in
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import inside, is_constant, is_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program


@logic_rule("middle-kept", 0.95, "endless none value other", needs=(ast.FloorDiv,), each=ast.While)
def middle_kept(program: Program, loop: ast.While) -> Iterator[Match]:
    """Yield a line of a binary search that keeps the middle or moves the wrong way, so that it may never end."""
    middle = _middle(loop)
    match loop.test:
        case ast.Compare(
            left=ast.Name(id=low), ops=[ast.LtE() | ast.Lt() as operator], comparators=[ast.Name(id=high)]
        ) if middle is not None and {low, high} <= middle[1]:
            name = middle[0]
        case _:
            return
    for node in inside(loop.body):
        match node:
            case ast.Assign(targets=[ast.Name(id=bound)], value=value) if bound in (low, high):
                is_low = bound == low
            case _:
                continue
        match value:
            case ast.BinOp(left=ast.Name(id=used), op=step, right=ast.Constant(value=1)) if used == name:
                is_wrong = not isinstance(step, ast.Add if is_low else ast.Sub)
            case _:
                is_wrong = is_name(value, name) and (isinstance(operator, ast.LtE) or is_low)
        if is_wrong:
            right = f"{bound} = {name} {'+' if is_low else '-'} 1"
            yield program.here(node, replace=(node, right), bound=Code(bound), middle=Code(name), test=loop.test)


def _middle(loop: ast.While) -> tuple[str, set[str]] | None:
    """Return the variable that a loop sets to a middle (`… // 2`), and the names in that calculation; or None."""
    for statement in loop.body:
        match statement:
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.BinOp(op=ast.FloorDiv(), right=ast.Constant(value=2)) as value
            ):
                return name, names_in(value)
    return None


@logic_rule("divides-always", 0.95, "truth value empty other", needs=(ast.Mod, ast.Eq, "range"), each=ast.For)
def divides_always(program: Program, loop: ast.For) -> Iterator[Match]:
    """Yield the `range` of a primality test that also tries 1 or the number itself as a divisor."""
    match loop:
        case ast.For(
            target=ast.Name(id=divisor), iter=ast.Call(func=ast.Name(id="range"), args=[start, stop, *_]) as numbers
        ):
            pass
        case _:
            return
    for node in loop.body:
        match node:
            case ast.If(
                test=ast.Compare(
                    left=ast.BinOp(left=ast.Name(id=number), op=ast.Mod(), right=ast.Name(id=by)),
                    ops=[ast.Eq()],
                    comparators=[ast.Constant(value=0)],
                ),
                body=[ast.Return(value=ast.Constant(value=False)) | ast.Assign(value=ast.Constant(value=False)), *_],
            ) if by == divisor:
                tries_one = is_constant(start, 1)
            case _:
                continue
        match stop:
            case ast.BinOp(left=ast.Name(id=last), op=ast.Add()) if last == number:
                tries_itself = True
            case _:
                tries_itself = False
        if tries_one or tries_itself:
            always = "1" if tries_one else "the number itself"
            yield program.here(numbers, number=Code(number), divisor=Code(divisor), always=always)
