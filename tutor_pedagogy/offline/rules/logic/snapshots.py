"""Earlier states that are kept without a copy: a list of states that holds one and the same object many times."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.program import GROWING, SHRINKING, Loop
from tutor_pedagogy.offline.rules.logic.moves import with_parts
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import last_line, parameters_of
from tutor_pedagogy.problem.tree_walk import alike, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_STATES = re.compile(r"(?i)hist|undo|past|save|states|snapshot|previous|backup|frames|steps|generations|versions")
"""Names of lists that keep earlier states."""
_CHANGING = GROWING | SHRINKING | {"sort", "reverse"}


@logic_rule("same-object-kept-again", 0.9, "value order other", needs=("append",), each=ast.Call)
def same_object_kept_again(program: Program, node: ast.Call) -> Iterator[Match]:
    """Yield `history.append(board)` for a list that the program changes in place afterwards: no state is kept."""
    match node:
        case ast.Call(
            func=ast.Attribute(value=ast.Name() | ast.Attribute() as kept, attr="append"),
            args=[ast.Name() | ast.Attribute() as item],
        ) if not alike(kept, item):
            pass
        case _:
            return
    made = _made(program, item)
    if not made:
        return
    loop = program.loop_around(node)
    function = program.function_at(node.lineno)
    changed = None
    if loop is not None and _is_of_loop(program, kept, item, loop):
        changed = _change(list(walk(loop)), item)
    is_named = _STATES.search(kept.id if isinstance(kept, ast.Name) else kept.attr)
    if changed is None and function is not None and is_named:
        own = program.own_nodes(function)
        if not _is_bound_in(own, item):
            changed = _change([each for each in own if getattr(each, "lineno", 0) > node.lineno], item)
    if changed is None and is_named and function is not None and _is_made_once(program, item):
        changed = _change([each for each in program.nodes if getattr(each, "lineno", 0) != node.lineno], item)
    if changed is None or _is_filled_within(program, item, changed, loop):
        return
    text = program.segment(item)
    is_nested = any(isinstance(part, ast.List | ast.ListComp) for value in made for part in list(walk(value))[1:])
    copied = f"[row[:] for row in {text}]" if is_nested else f"{text}.copy()"
    edit = with_parts(program, [(item, copied)])
    yield program.here(node, edit=edit, kept=kept, name=item, changed=Code(program.line(changed).strip()))


def _is_filled_within(program: Program, item: ast.expr, changed: int, loop: Loop | None) -> bool:
    """Return whether a list only grows, in a loop inside the one that keeps it: then it should begin anew there."""
    statement = program.statement_at(changed)
    inner = program.loop_around(statement) if statement is not None else None
    is_inner = inner is not None and loop is not None and inner is not loop and loop in set(program.above(inner))
    shrinks = any(
        isinstance(node.func, ast.Attribute) and node.func.attr in SHRINKING and alike(node.func.value, item)
        for node in program.each(ast.Call)
    )
    return is_inner and not shrinks


def _made(program: Program, item: ast.Name | ast.Attribute) -> list[ast.expr]:
    """Return the lists or dictionaries that the program gives a name or an attribute."""
    if isinstance(item, ast.Name):
        values = [value for _, value in program.assignments(item.id)]
    else:
        values = [node.value for node in program.each(ast.Assign) if any(alike(item, each) for each in _loads(node))]
        values += _given(program, item, values)
    kinds = (ast.List, ast.ListComp, ast.Dict, ast.DictComp)
    return [
        value
        for value in values
        if isinstance(value, kinds)
        or (isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mult) and isinstance(value.left, ast.List))
    ]


def _loads(node: ast.Assign) -> Iterator[ast.expr]:
    """Yield the attributes that an assignment stores, as they are written when they are read."""
    for target in node.targets:
        if isinstance(target, ast.Attribute):
            yield ast.Attribute(value=target.value, attr=target.attr, ctx=ast.Load())


def _given(program: Program, item: ast.Attribute, values: list[ast.expr | None]) -> list[ast.expr]:
    """Return the lists that the program makes objects with, if an attribute is set to a parameter."""
    names = {value.id for value in values if isinstance(value, ast.Name)}
    if not names or item.attr not in names:
        return []
    classes = {node.name for node in program.each(ast.ClassDef)}
    calls = (node for node in program.each(ast.Call) if isinstance(node.func, ast.Name) and node.func.id in classes)
    return [argument for call in calls for argument in call.args if isinstance(argument, ast.List)]


def _is_of_loop(program: Program, kept: ast.expr, item: ast.expr, loop: Loop) -> bool:
    """Return whether neither the list of states nor its item is made anew inside the loop or a loop around it."""
    outer = [loop, *(up for up in program.above(loop) if isinstance(up, Loop))]
    names = {node.id for node in (kept, item) if isinstance(node, ast.Name)}
    stored = [
        (line, name)
        for name in names
        for line, _ in program.assignments(name)
        if any(each.lineno <= line <= last_line(each) for each in outer)
    ]
    if stored or not isinstance(item, ast.Name) or not isinstance(kept, ast.Name):
        return False
    function = program.function_at(loop.lineno)
    return function is None or not names & set(parameters_of(function))


def _is_made_once(program: Program, item: ast.Name | ast.Attribute) -> bool:
    """Return whether the program gives a global name, or an attribute, only one object."""
    if isinstance(item, ast.Name):
        bound = program.assignments(item.id)
        return len(bound) == 1 and program.function_at(bound[0][0]) is None
    stored = [
        node for node in program.each(ast.Attribute) if node.attr == item.attr and isinstance(node.ctx, ast.Store)
    ]
    return len(stored) == 1


def _is_bound_in(nodes: list[ast.AST], item: ast.expr) -> bool:
    """Return whether a function gives the name or the attribute another object."""
    for node in nodes:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(item, ast.Name) and isinstance(target, ast.Name) and target.id == item.id:
                    return True
                if isinstance(item, ast.Attribute) and any(alike(item, each) for each in _loads(node)):
                    return True
    return False


def _change(nodes: list[ast.AST], item: ast.expr) -> int | None:
    """Return the line that changes an object in place, by an index or by a method; None if none does."""
    for node in nodes:
        match node:
            case ast.Subscript(value=owner, ctx=ast.Store() | ast.Del()):
                while isinstance(owner, ast.Subscript):
                    owner = owner.value
            case ast.Call(func=ast.Attribute(value=owner, attr=method)) if method in _CHANGING:
                pass
            case _:
                continue
        if alike(owner, item):
            return node.lineno
    return None


@logic_rule("same-row-put-in", 0.9, "value other", needs=("append", ast.For, ast.Subscript), each=ast.For)
def same_row_put_in(program: Program, loop: ast.For) -> Iterator[Match]:
    """Yield `grid.append(row)` in a loop that never makes a new row, in a program that changes single cells."""
    for statement in loop.body:
        match statement:
            case ast.Expr(
                value=ast.Call(
                    func=ast.Attribute(value=ast.Name(id=kept), attr="append"), args=[ast.Name(id=row) as item]
                )
            ):
                pass
            case _:
                continue
        here = program.function_at(loop.lineno)
        bound = [(at, value) for at, value in program.assignments(row) if program.function_at(at) is here]
        if not bound or any(loop.lineno <= at <= last_line(loop) for at, _ in bound):
            continue
        if not isinstance(bound[-1][1], ast.List | ast.ListComp | ast.BinOp) or not isinstance(loop.iter, ast.Call):
            continue
        made = bound[-1][1]
        if isinstance(made, ast.BinOp) and not isinstance(made.left, ast.List):
            continue
        changed = next((node.lineno for node in program.each(ast.Subscript) if _is_cell_stored(node)), None)
        if changed is not None:
            edit = with_parts(program, [(item, f"{row}.copy()")])
            slots: dict[str, Any] = {
                "kept": Code(kept),
                "name": Code(row),
                "changed": Code(program.line(changed).strip()),
            }
            yield program.on_line(statement, edit=edit, **slots)


def _is_cell_stored(node: ast.Subscript) -> bool:
    return isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Subscript)
