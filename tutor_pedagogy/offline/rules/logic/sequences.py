"""Neighbours in a sequence: windows that end too early, a value before that stays the first, runs that begin anew."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import names_in
from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import inside, is_constant, is_name, last_line, range_call, stored_in
from tutor_pedagogy.problem.tree_walk import alike

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_BEFORE = re.compile(
    r"(?i)(?:prev|previous|prior|before|last|old|vorher\w*|vorige\w*|letzte[rs]?|alt|anterior|precedente?"
    r"|pr[e\u00e9]c[e\u00e9]dente?|ultim[oa])\d?$"
)
"""Names of the item before the one of this iteration."""
_ORDERED = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)


@logic_rule("window-cut-short", 0.9, "short off less value truth other", needs=(ast.For, ast.Slice), each=ast.For)
def window_cut_short(program: Program, loop: ast.For) -> Iterator[Match]:
    """Yield a loop over all slices of one length that ends one slice too early: `range(len(x) - k)`."""
    bounds = range_call(loop.iter)
    if not isinstance(loop.target, ast.Name) or not bounds or len(bounds) > 2:  # noqa: PLR2004 - a start and an end
        return
    match bounds[-1]:
        case ast.BinOp(
            left=ast.Call(func=ast.Name(id="len"), args=[whole]),
            op=ast.Sub(),
            right=ast.Name() | ast.Constant() as size,
        ) if not is_constant(size, 1):
            pass
        case _:
            return
    if len(bounds) > 1 and not is_constant(bounds[0], 0):
        return
    place = loop.target.id
    windows = {node.slice.upper for node in inside(loop.body) if _is_window(node, whole, place, size)}  # type: ignore[attr-defined] # a slice
    others = [node for node in inside(loop.body) if _is_end(node, place, size) and node not in windows]
    if not windows or others:
        return
    last = f"{program.segment(whole)}"
    slots: dict[str, Any] = {"whole": Code(last), "size": size, "place": Code(place)}
    yield program.here(bounds[-1], replace=f"{program.segment(bounds[-1])} + 1", header=program.header(loop), **slots)


def _is_window(node: ast.AST, whole: ast.expr, place: str, size: ast.expr) -> bool:
    match node:
        case ast.Subscript(value=value, slice=ast.Slice(lower=lower, upper=ast.BinOp() as upper, step=None)):
            return alike(value, whole) and is_name(lower, place) and _is_end(upper, place, size)
    return False


def _is_end(node: ast.AST, place: str, size: ast.expr) -> bool:
    match node:
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return (is_name(left, place) and alike(right, size)) or (is_name(right, place) and alike(left, size))
    return False


@logic_rule("previous-never-updated", 0.9, "value less more truth other", needs=(ast.For, ast.Compare), each=ast.For)
def previous_never_updated(program: Program, loop: ast.For) -> Iterator[Match]:
    """Yield a comparison of each item with the one before, whose name still holds the first one in all iterations."""
    if not isinstance(loop.target, ast.Name) or program.loop_around(loop) is not None:
        return
    item, stored = loop.target.id, {name for statement in loop.body for name in stored_in(statement)}
    for node in inside(loop.body):
        match node:
            case ast.Compare(left=ast.Name(id=one), ops=[operator], comparators=[ast.Name(id=other)]) if isinstance(
                operator, _ORDERED
            ):
                pass
            case _:
                continue
        name = other if one == item else one
        if item not in (one, other) or not _BEFORE.match(name) or name in stored:
            continue
        if not _is_first(program.last_value(name, loop.lineno), loop.iter):
            continue
        edit = None
        if not any(isinstance(each, ast.Continue | ast.Return) for each in inside(loop.body)):
            lines = list(program.lines)
            lines.insert(last_line(loop), f"{program.indentation(loop.body[0].lineno)}{name} = {item}")
            edit = edit_to(program, "\n".join(lines)) if loop.body[0].lineno > loop.lineno else None
        slots: dict[str, Any] = {"name": Code(name), "item": Code(item), "header": program.header(loop)}
        yield program.here(node, edit=edit, **slots)
        return


def _is_first(value: ast.expr | None, items: ast.expr) -> bool:
    """Return whether a value is the first of some items, or a constant that stands for no item yet."""
    match value:
        case ast.Constant(value=None | ""):
            return True
        case ast.Subscript(value=ast.Name(id=name), slice=ast.Constant(value=0)):
            return name in names_in(items)
    return False


@logic_rule("run-begins-at-another-value", 0.85, "less off value other", needs=(Loop, ast.If), each=Loop)
def run_begins_at_another_value(program: Program, loop: Loop) -> Iterator[Match]:
    """Yield the reset to 0 of the length of a run that begins with 1 and grows while neighbours are alike."""
    for branch in (node for node in inside(loop.body) if isinstance(node, ast.If)):
        if program.loop_around(branch) is not loop or not _compares_items(branch.test, loop):
            continue
        for grown, other in ((branch.body, branch.orelse), (branch.orelse, branch.body)):
            names = {name for each in grown if (name := _one_more(each))}
            for statement in other:
                match statement:
                    case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=0) as start) if name in names:
                        pass
                    case _:
                        continue
                if is_constant(program.last_value(name, loop.lineno), 1) and not isinstance(start.value, bool):
                    slots: dict[str, Any] = {"name": Code(name), "test": branch.test}
                    yield program.on_line(statement, replace=(statement, f"{name} = 1"), **slots)
                    return


def _one_more(statement: ast.stmt) -> str:
    match statement:
        case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=ast.Constant(value=1)):
            return name
        case ast.Assign(
            targets=[ast.Name(id=name)],
            value=ast.BinOp(left=ast.Name(id=same), op=ast.Add(), right=ast.Constant(value=1)),
        ) if name == same:
            return name
    return ""


def _compares_items(test: ast.expr, loop: Loop) -> bool:
    """Return whether a condition compares two items: none of its sides is a constant."""
    match test:
        case ast.Compare(left=left, ops=[operator], comparators=[right]) if isinstance(operator, _ORDERED):
            places = names_in(loop.target) if isinstance(loop, ast.For) else stored_in(loop)
            sides = (left, right)
            is_item = all(isinstance(side, ast.Name | ast.Subscript) for side in sides)
            return is_item and bool(places & names_in(*sides))
    return False
