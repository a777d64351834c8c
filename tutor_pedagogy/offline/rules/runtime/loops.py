"""Loops whose index or node passes the end: a list that shrinks, swapped indices, a chain that ends in None."""

from __future__ import annotations

import ast
import re
from dataclasses import replace as changed
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.nodes import indexed_list, is_call_of
from tutor_pedagogy.offline.engine.program import SHRINKING
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.offline.rules.runtime.sideways_tables import builders, is_turned
from tutor_pedagogy.offline.rules.runtime.way_back import WayBack
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit

_OUT_OF_RANGE = re.compile(r"(?:list|string|tuple|array|deque)? ?(?:assignment )?index out of range")


@runtime_rule(
    "list-shrinks-in-loop",
    ("IndexError",),
    re.compile(rf"{_OUT_OF_RANGE.pattern}|pop index out of range"),
    before=("loop-past-the-end", "item-used-as-position", "taken-from-empty", "neighbour-past-the-end"),
)
def list_shrinks_in_loop(case: CrashContext) -> Match | None:
    """Return the loop over the indices of a list that its body makes shorter."""
    at = case.statement
    for loop in case.program.above(at) if at is not None else ():
        match loop:
            case ast.For(target=ast.Name(id=index), iter=ast.Call() as indices) if (
                found := _counted(indices)
            ) is not None and _shrinks(loop, found[0].id):
                owner, fewer = found
                by_index = any(_takes_out(node, owner.id, index) for node in walk(loop))
                new = f"range(len({owner.id}) - {fewer + 1}, -1, -1)" if by_index else None
                return case.at(indices, replace=(indices, new), owner=indices.args[0], index=loop.target)
    return None


def _counted(indices: ast.Call) -> tuple[ast.Name, int] | None:
    """Return the list whose indices a `range` counts from 0, and how many of the last ones it leaves out."""
    match indices:
        case ast.Call(
            func=ast.Name(id="range"),
            args=[
                ast.BinOp(
                    left=ast.Call(func=ast.Name(id="len"), args=[ast.Name() as owner]),
                    op=ast.Sub(),
                    right=ast.Constant(value=int(fewer)),
                )
            ],
        ):
            return owner, fewer
    plain = indexed_list(indices)
    return (plain, 0) if plain is not None else None


def _shrinks(loop: ast.For, name: str) -> bool:
    """Return whether the body of a loop removes items from a list."""
    for node in walk(loop):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=method)) if method in SHRINKING:
                if owner == name:
                    return True
            case ast.Delete(targets=[ast.Subscript(value=ast.Name(id=owner))]) if owner == name:
                return True
    return False


def _takes_out(node: ast.AST, name: str, index: str) -> bool:
    """Return whether a node removes the item at an index from a list."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr="pop"), args=[ast.Name(id=at)]):
            return (owner, at) == (name, index)
        case ast.Delete(targets=[ast.Subscript(value=ast.Name(id=owner), slice=ast.Name(id=at))]):
            return (owner, at) == (name, index)
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id=owner), attr="remove"),
            args=[ast.Subscript(value=ast.Name(id=held), slice=ast.Name(id=at))],
        ):
            return (owner, held, at) == (name, name, index)
    return False


def _is_literal(case: CrashContext, table: ast.expr) -> bool:
    """Return whether a table is written out in the program, so that its shape is meant, as far as the tree tells."""
    way = WayBack(case, "list").of(table)
    made = way[-1].node if way else None
    if isinstance(table, ast.Name) and made is None:
        bound = [value for _, value in case.program.assignments(table.id) if value is not None]
        made = bound[0] if len(bound) == 1 else None
    return isinstance(made, ast.List) and bool(made.elts)


def _built_at(case: CrashContext, table: ast.expr) -> ast.expr | None:
    """Return the expression that builds a table, so that its shape may be the mistake; None for a literal."""
    bound = [value for _, value in case.bound(table.id)] if isinstance(table, ast.Name) else []
    made = [value for value in bound if isinstance(value, ast.Call | ast.ListComp | ast.BinOp)]
    return made[0] if len(made) == 1 else None


@runtime_rule(
    "rows-and-columns-swapped",
    ("IndexError",),
    _OUT_OF_RANGE,
    before=("loop-past-the-end", "position-out-of-range", "assigned-past-end"),
)
def rows_and_columns_swapped(case: CrashContext) -> Match | None:
    """Return the item of a table whose two indices are those of the loops in the other order, if the values say so."""
    for outer in case.subscripts:
        match outer:
            case ast.Subscript(
                value=ast.Subscript(value=table, slice=ast.Name(id=first)), slice=ast.Name(id=second)
            ) if first != second:
                pass
            case _:
                continue
        rows, row, column = case.value(table), case.names.get(first), case.names.get(second)
        if not (isinstance(rows, list) and rows and type(row) is int and type(column) is int):
            return None
        lengths = {len(each) for each in rows if isinstance(each, list | str | tuple)}
        if len(lengths) == 1 and row < lengths.pop() and column < len(rows) <= row:
            new = f"{case.text(table)}[{second}][{first}]"
            built = _built_at(case, table)
            if is_turned(case, first, second) and any(not each.is_sideways for each in builders(case)):
                return case.here(outer, replace=(outer, new), owner=table, first=outer.value, use=outer, built="")
            if built is None and not _is_literal(case, table):
                found = case.here(outer, owner=table, first=outer.value, use=outer, built="")
                return changed(found, is_symptom=True)
            if built is not None:
                line = str(case.program.shown(built.lineno))
                found = case.here(outer, owner=table, first=outer.value, use=outer, built=line)
                return changed(found, is_symptom=True)
            return case.here(outer, replace=(outer, new), owner=table, first=outer.value, use=outer, built="")
    return None


@runtime_rule(
    "chain-left-at-its-end",
    ("AttributeError",),
    r"'NoneType' object has no attribute '(?P<name>\w+)'",
    before=("attribute-of-none", "result-of-method-in-place"),
)
def chain_left_at_its_end(case: CrashContext) -> Match | None:
    """Return the loop that follows a chain of objects up to its None, although the code after it needs an object."""
    failed = case.attribute(case.match["name"])
    if failed is None or not isinstance(failed.value, ast.Name):
        return None
    name = failed.value.id
    for loop in case.program.each(ast.While):
        if not (loop.end_lineno or 0) < case.line or case.program.function_at(loop.lineno) is not case.function:
            continue
        for step in loop.body:
            match step:
                case ast.Assign(
                    targets=[ast.Name(id=target)], value=ast.Attribute(value=ast.Name(id=source), attr=link)
                ) if target == source == name and case.text(loop.test) in (
                    name,
                    f"{name} is not None",
                    f"{name} != None",
                ):
                    new = case.text(loop.test).replace(name, f"{name}.{link}", 1)
                    return case.at(loop.test, replace=(loop.test, new), name=failed.value, link=step.value, use=failed)
    return None


@runtime_rule(
    "pair-in-place-of-index",
    ("TypeError",),
    r"indices must be integers(?: or slices)?, not '?tuple",
    before=("index-of-wrong-kind", "entry-taken-whole"),
)
def pair_in_place_of_index(case: CrashContext) -> Match | None:
    """Return the loop over `enumerate` with one variable, which is used as an index."""
    for subscript in case.subscripts:
        for loop in case.loops_above(subscript):
            match loop, subscript.slice:
                case ast.For(target=ast.Name(id=name) as target, iter=iterated), ast.Name(id=used) if name == used:
                    if is_call_of(iterated, "enumerate"):
                        return case.at(loop, replace=(target, f"{name}, _"), name=target, use=subscript)
    return None


@runtime_rule(
    "removed-while-searching",
    ("ValueError",),
    r"list\.remove\(x\): x not in list",
    before=("not-in-collection", "looked-for-without-asking"),
)
def removed_while_searching(case: CrashContext) -> Match | None:
    """Return the removal of a found item that stands inside the loop that still searches for it."""
    match case.statement:
        case (
            ast.Expr(
                value=ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr="remove"), args=[ast.Name(id=item)])
            ) as removal
        ):
            loop = case.program.parents.get(removal)
        case _:
            return None
    match loop:
        case ast.For(target=ast.Name(id=target), iter=ast.Name(id=iterated), body=body, orelse=[]) if iterated == owner:
            at = next((i for i, each in enumerate(body) if _chooses(each, item, target)), None)
            if at is not None and removal in body[at + 1 :] and case.loops_above(loop):
                edit = _moved_out(case, loop, body[at + 1 :])
                slots = {
                    "item": Code(item),
                    "owner": Code(owner),
                    "header": Code(case.program.line(loop.lineno).strip()),
                }
                return case.at(removal, edit=edit, slots=slots)
    return None


def _chooses(statement: ast.stmt, item: str, target: str) -> bool:
    """Return whether a statement is an `if` that stores the loop variable as the item found so far."""
    match statement:
        case ast.If(body=[ast.Assign(targets=[ast.Name(id=name)], value=ast.Name(id=value))], orelse=[]):
            return name == item and value == target
    return False


def _moved_out(case: CrashContext, loop: ast.For, moved: list[ast.stmt]) -> Edit | None:
    """Return the edit that puts the last statements of a loop behind the loop; None if their lines are not simple."""
    first, last = moved[0].lineno, loop.end_lineno or 0
    margin, lines = loop.col_offset, [*case.program.lines]
    deeper = moved[0].col_offset - margin
    for at in range(first - 1, last):
        if lines[at].strip():
            if lines[at][: margin + deeper].strip():
                return None
            lines[at] = lines[at][:margin] + lines[at][margin + deeper :]
    return edit_to(case.program, "\n".join(lines))
