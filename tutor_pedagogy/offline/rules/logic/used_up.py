"""Numbers that a loop takes apart or counts down to nothing, and that the program needs once more behind the loop."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import is_call_of
from tutor_pedagogy.offline.rules.logic.moves import with_parts
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.support import is_printed
from tutor_pedagogy.offline.rules.logic.tree import is_name, last_line, parameters_of, reads, stored_in
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program


@logic_rule("number-used-up", 0.9, "truth value zero less other", needs=(ast.While,), each=ast.While)
def number_used_up(program: Program, loop: ast.While) -> Iterator[Match]:
    """Yield a comparison or calculation behind a loop with the number that the loop has brought down to its end."""
    found = _end_of(loop)
    if found is None or loop.orelse:
        return
    name, end, step = found
    if any(isinstance(node, ast.Break | ast.Return) for node in walk(loop)):
        return
    here = program.function_at(loop.lineno)
    later = [
        use
        for use in program.uses.get(name, ())
        if use.lineno > last_line(loop) and program.function_at(use.lineno) is here
    ]
    later.sort(key=lambda use: (use.lineno, use.col_offset))
    if not later or not reads(later[0], name) or not _is_given(program, name, loop):
        return
    bound = next((use.lineno for use in later if not reads(use, name)), len(program.lines) + 1)
    needed = [use for use in later if use.lineno < bound]
    if any(isinstance(up, ast.For | ast.While) for up in program.above(loop)):
        needed = [use for use in needed if program.loop_around(use) is program.loop_around(loop)]
    first = next((use for use in needed if _is_needed(program, use, is_divided=isinstance(step, ast.FloorDiv))), None)
    if first is None:
        return
    kept = f"first_{name}"
    edit = None
    if kept not in program.bound_names:
        parts = [(use, kept) for use in needed if use.lineno == first.lineno]
        edit = with_parts(program, parts, (loop.lineno, f"{kept} = {name}"))
    slots: dict[str, Any] = {"name": Code(name), "header": program.header(loop), "end": Code(str(end))}
    yield program.on_line(first, edit=edit, **slots)


def _end_of(loop: ast.While) -> tuple[str, int, ast.operator] | None:
    """Return the name that a loop brings down, the number at which it ends for certain, and the operator."""
    match loop.test:
        case (
            ast.Name(id=name)
            | ast.Compare(left=ast.Name(id=name), ops=[ast.Gt() | ast.NotEq()], comparators=[ast.Constant(value=0)])
        ):
            end = 0
        case ast.Compare(left=ast.Name(id=name), ops=[ast.GtE()], comparators=[ast.Constant(value=1)]):
            end = 0
        case ast.Compare(left=ast.Name(id=name), ops=[ast.Gt()], comparators=[ast.Constant(value=1)]):
            end = 1
        case _:
            return None
    changes = [step for statement in loop.body if name in stored_in(statement) for step in [_step(statement, name)]]
    match changes:
        case [(ast.FloorDiv() as operator, amount)] if amount > 1 and end == 0:
            return name, end, operator
        case [(ast.Sub() as operator, 1)]:
            return name, end, operator
    return None


def _step(statement: ast.stmt, name: str) -> tuple[ast.operator, int] | None:
    """Return the operator and the number of a statement such as `n //= 10` or `n = n - 1`; None for another one."""
    match statement:
        case ast.AugAssign(target=ast.Name(), op=operator, value=ast.Constant(value=int(amount))):
            return operator, amount
        case ast.Assign(
            targets=[ast.Name()],
            value=ast.BinOp(left=ast.Name(id=left), op=operator, right=ast.Constant(value=int(amount))),
        ) if left == name:
            return operator, amount
        case ast.Assign(
            targets=[ast.Name()],
            value=ast.Call(
                func=ast.Name(id="int"),
                args=[ast.BinOp(left=ast.Name(id=left), op=ast.Div(), right=ast.Constant(value=int(amount)))],
            ),
        ) if left == name:
            return ast.FloorDiv(), amount
    return None


def _is_given(program: Program, name: str, loop: ast.While) -> bool:
    """Return whether a number comes from the caller or the user, so that the program may need it as it was."""
    function = program.function_at(loop.lineno)
    if function is not None and name in parameters_of(function):
        return True
    value = program.last_value(name, loop.lineno)
    return isinstance(value, ast.Call) and is_call_of(value, "int", "float", "input")


def _is_needed(program: Program, use: ast.Name, *, is_divided: bool) -> bool:
    """Return whether the code asks for the first number, not whether the loop has come to its end."""
    up = program.parents.get(use)
    match up:
        case ast.Compare(left=left, ops=[_], comparators=[right]):
            other = right if left is use else left
            return not isinstance(other, ast.Constant) and not is_name(other, use.id)
        case ast.BinOp(op=operator, left=left, right=right):
            other = right if left is use else left
            is_by = isinstance(operator, ast.Div | ast.FloorDiv | ast.Mod) and right is use
            return is_by or (is_divided and not isinstance(other, ast.Constant))
    return is_divided and is_printed(program, use)
