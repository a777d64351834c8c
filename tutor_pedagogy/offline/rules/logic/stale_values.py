"""Values that keep a part of what they came from: shared rows, the end of a line, a result of old values."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import Function, is_call_of, names_in
from tutor_pedagogy.offline.engine.program import Loop
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.support import is_imported
from tutor_pedagogy.offline.rules.logic.tree import inside, is_name, parameters_of, stored_in
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_INTEREST = re.compile(r"(?i)interest|zins")
_GROWTH = re.compile(r"(?i)interest|growth|increase|births|zins|inflation")


@logic_rule("rows-still-shared", 0.85, "value order other", needs=(Function, ast.Subscript), each=ast.Assign)
def rows_still_shared(program: Program, node: ast.Assign) -> Iterator[Match]:
    """Yield a second name or a flat copy of a grid whose cells a loop reads from the one and stores in the other."""
    match node:
        case ast.Assign(targets=[ast.Name(id=new)], value=ast.Name(id=old)):
            kind = ""
        case ast.Assign(targets=[ast.Name(id=new)], value=ast.Call(args=[], func=ast.Attribute(attr="copy") as method)):
            old, kind = method.value.id if isinstance(method.value, ast.Name) else "", "flat"
        case ast.Assign(
            targets=[ast.Name(id=new)],
            value=ast.Call(func=ast.Name(id="list"), args=[ast.Name(id=old)])
            | ast.Subscript(value=ast.Name(id=old), slice=ast.Slice(lower=None, upper=None)),
        ):
            kind = "flat"
        case _:
            return
    function = program.function_at(node.lineno)
    if function is None or old not in parameters_of(function) or new == old or is_imported(program, "numpy"):
        return
    own = program.own_nodes(function)
    bound = [each for each in own if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)]
    is_replaced = any(
        isinstance(each, ast.Subscript) and isinstance(each.ctx, ast.Store) and is_name(each.value, new) for each in own
    )
    stores = [
        each
        for each in own
        if isinstance(each, ast.Subscript) and _is_cell(each, new, ast.Store) and program.loop_around(each) is not None
    ]
    is_read = any(
        _is_cell(each, old, ast.Load) and isinstance(up, ast.Compare | ast.BinOp)
        for each in own
        if (up := program.parents.get(each)) is not None
    )
    is_returned = any(is_name(each.value, new) for each in program.returns_of(function))
    is_bound_once = sum(each.id in (new, old) for each in bound) == 1
    if stores and is_read and is_returned and is_bound_once and not is_replaced:
        changed = Code(program.line(stores[0].lineno).strip())
        flat = Code(program.segment(node.value)) if kind else ""
        is_alone = not any(_sees_neighbours(each, old) for loop in own if isinstance(loop, Loop) for each in walk(loop))
        yield program.on_line(
            node, needs_symptom=is_alone, new=Code(new), other=Code(old), changed=changed, copied=flat
        )


def _sees_neighbours(node: ast.AST, owner: str) -> bool:
    """Return whether a node reads other cells than the one of the iteration, or hands the grid to another function."""
    match node:
        case ast.Call(args=args) if not is_call_of(node, "len", "range", "print", "enumerate"):
            return any(is_name(arg, owner) for arg in args)
        case ast.Subscript(value=ast.Subscript(value=ast.Name(id=name), slice=row), slice=column):
            return name == owner and (isinstance(row, ast.BinOp) or isinstance(column, ast.BinOp))
    return False


def _is_cell(node: ast.AST, owner: str, context: type[ast.expr_context]) -> bool:
    match node:
        case ast.Subscript(value=ast.Subscript(value=ast.Name(id=name))):
            return name == owner and isinstance(node.ctx, context)
    return False


@logic_rule("rest-not-taken-on", 0.85, "value more other", needs=(ast.FloorDiv, ast.Mod), each=ast.BinOp)
def rest_not_taken_on(program: Program, node: ast.BinOp) -> Iterator[Match]:
    """Yield the second whole division of one number by smaller and smaller units: it counts what is gone already."""
    match node:
        case ast.BinOp(left=ast.Name(id=name), op=ast.Mod(), right=ast.Constant(value=int(last))):
            rest = program.parents.get(node)
        case _:
            return
    if not isinstance(rest, ast.Assign):
        return
    around = program.parents.get(rest)
    counted: list[tuple[ast.Assign, int]] = []
    for statement in getattr(around, "body", []):
        match statement:
            case ast.Assign(
                targets=[ast.Name(id=target)],
                value=ast.BinOp(left=ast.Name(id=used), op=ast.FloorDiv(), right=ast.Constant(value=int(unit))),
            ) if used == name and target != name:
                counted.append((statement, unit))
            case _:
                if name in stored_in(statement):
                    counted = []
        if statement is rest:
            break
    units = [unit for _, unit in counted]
    if len(units) > 1 and units == sorted(set(units), reverse=True) and units[-1] == last:
        first, second = counted[0][0], counted[1][0]
        yield program.on_line(
            second, name=Code(name), first=program.header(first), unit=Code(str(units[0])), rest=program.header(rest)
        )


@logic_rule("line-end-kept", 0.8, "truth value less zero other", needs=(ast.For, "open"), each=ast.For)
def line_end_kept(program: Program, loop: ast.For) -> Iterator[Match]:
    """Yield a line of a file that is compared, or collected for a comparison, together with its line end."""
    if not isinstance(loop.iter, ast.Name) or not isinstance(loop.target, ast.Name):
        return
    line = loop.target.id
    if not _is_file(program, loop.iter.id, loop.lineno) or line in {n for s in loop.body for n in stored_in(s)}:
        return
    for node in inside(loop.body):
        match node:
            case ast.Compare(left=left, ops=[ast.Eq()], comparators=[ast.Constant(value=str(word))]) if (
                "\n" not in word
            ):
                kept = _unstripped(left, line) if word else None
            case ast.Call(func=ast.Attribute(value=ast.Name(id=items), attr="append" | "add"), args=[item]):
                kept = _unstripped(item, line) if _is_searched(program, loop, items) else None
            case _:
                continue
        if kept is not None:
            yield program.on_line(kept, replace=(kept, f"{line}.strip()"), line_name=Code(line), file=loop.iter)
            return


def _is_file(program: Program, name: str, line: int) -> bool:
    """Return whether a name is an open text file, by the nearest `with` or assignment above a line."""
    for node in program.each(ast.With):
        for item in node.items:
            if node.lineno <= line <= (node.end_lineno or 0) and is_name(item.optional_vars, name):
                return is_call_of(item.context_expr, "open")
    made = program.last_value(name, line)
    return made is not None and is_call_of(made, "open")


def _unstripped(node: ast.expr, line: str) -> ast.Name | None:
    """Return the name of the line if an expression is the line itself, or the line in other letters."""
    match node:
        case ast.Name(id=name) if name == line:
            return node
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name) as inner, attr="lower" | "upper"), args=[]):
            return inner if name == line else None
    return None


def _is_searched(program: Program, loop: ast.For, items: str) -> bool:
    """Return whether `in` looks for a stripped or read name in the collection, or in what its function returns."""
    names = {items}
    function = program.function_at(loop.lineno)
    if function is not None:
        if not any(is_name(result.value, items) for result in program.returns_of(function)):
            return False
        calls = (program.parents.get(use) for use in program.uses.get(function.name, ()))
        stored = (program.parents.get(call) for call in calls if isinstance(call, ast.Call))
        made = {name for up in stored if isinstance(up, ast.Assign) for name in stored_in(up)}
        given = {
            parameter
            for other in program.functions.values()
            for parameter in parameters_of(other)
            if parameter in made | {items} and other is not function
        }
        names = made | given
    return any(
        isinstance(test.ops[0], ast.In | ast.NotIn)
        and isinstance(test.comparators[0], ast.Name)
        and test.comparators[0].id in names
        and not (loop.lineno <= test.lineno <= (loop.end_lineno or 0))
        for test in program.each(ast.Compare)
    )


@logic_rule("computed-before-loop", 0.75, "less value other", needs=(Loop,), each=Loop)
def computed_before_loop(program: Program, loop: ast.For | ast.While) -> Iterator[Match]:
    """Yield interest or growth that is computed once above a loop that changes what it was computed from."""
    for node in inside(loop.body):
        match node:
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=ast.Name(id=part)):
                pass
            case ast.Assign(
                targets=[ast.Name(id=name)],
                value=ast.BinOp(left=ast.Name(id=one), op=ast.Add(), right=ast.Name(id=two)),
            ) if name in (one, two):
                part = two if name == one else one
            case _:
                continue
        bound = program.assignments(part)
        if len(bound) != 1 or not _GROWTH.search(part):
            continue
        line, value = bound[0]
        is_product = value is not None and any(
            isinstance(each, ast.BinOp) and isinstance(each.op, ast.Mult) for each in walk(value)
        )
        is_above = line < loop.lineno and program.function_at(line) is program.function_at(loop.lineno)
        if is_product and is_above and value is not None and name in names_in(value):
            # Simple interest is the same amount every year.
            is_simple = bool(_INTEREST.search(part)) and "compound" not in program.code.lower()
            yield program.on_line(
                line,
                needs_symptom=is_simple,
                part=Code(part),
                name=Code(name),
                header=program.header(loop),
                changed=program.header(node),
            )
            return
