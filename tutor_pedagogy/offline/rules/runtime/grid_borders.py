"""Cells beside another one in a table of rows: at a border, some of them lie outside."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import names_in
from tutor_pedagogy.offline.rules.runtime.rule import CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit

_OUT_OF_RANGE = r"(?:list|string|tuple)(?: assignment)? index out of range"


@runtime_rule(
    "outside-the-grid", ("IndexError",), _OUT_OF_RANGE, before=("position-out-of-range", "rows-and-columns-swapped")
)
def outside_the_grid(case: CrashContext) -> Match | None:
    """Return the cell beside another one in a table of rows, or the condition that tests only one of the borders."""
    for cell in case.subscripts:
        match cell:
            case ast.Subscript(value=ast.Subscript(value=grid, slice=row), slice=column):
                pass
            case _:
                continue
        if not (_is_beside(case, row) or _is_beside(case, column)):
            continue
        guard = _guard(case, cell, row, column)
        if guard is not None and _is_whole(case, guard, row, column):
            return None
        edit = _with_test(case, grid, (row, column), guard)
        slots: dict[str, str | ast.AST] = {"grid": grid, "row": row, "column": column, "cell": cell}
        slots["guard"] = guard.test if guard is not None else ""
        place = guard.test if guard is not None else cell
        return case.at(place, edit=edit, slots=slots) if guard is not None else case.here(cell, edit=edit, slots=slots)
    return None


def _is_beside(case: CrashContext, index: ast.expr) -> bool:
    """Return whether an index is that of a neighbour: another index plus or minus something."""
    match index:
        case ast.BinOp(op=ast.Add() | ast.Sub(), left=ast.Name(), right=ast.Name() as shift):
            return _takes_both_signs(case, index, shift.id)
        case ast.Name(id=name):
            made = [value for _, value in case.bound(name) if value is not None]
            if made:
                return all(isinstance(value, ast.BinOp) and _is_beside(case, value) for value in made)
            return _is_in_loop_over_neighbours(case, index, name)
    return False


def _takes_both_signs(case: CrashContext, node: ast.expr, name: str) -> bool:
    """Return whether a variable of an enclosing loop takes values below and above zero."""
    for loop in (*case.loops_above(node), *(up for up in case.program.each(ast.For) if up.lineno < case.line)):
        if not isinstance(loop, ast.For) or name not in names_in(loop.target):
            continue
        text = case.text(loop.iter)
        if "-1" in text:
            return True
        if isinstance(loop.iter, ast.Name):
            values = [value for _, value in case.program.assignments(loop.iter.id) if value is not None]
            return any("-1" in case.text(value) or "USub" in ast.dump(value) for value in values)
    return False


def _is_in_loop_over_neighbours(case: CrashContext, node: ast.expr, name: str) -> bool:
    """Return whether a loop gives a name one of the neighbours that its header lists, as in `(r + 1, c)`."""
    for loop in case.loops_above(node):
        match loop:
            case ast.For(target=ast.Tuple() as target, iter=ast.Tuple(elts=pairs) | ast.List(elts=pairs)):
                if name in names_in(target):
                    return any(isinstance(part, ast.BinOp) for pair in pairs for part in getattr(pair, "elts", ()))
    return False


def _guard(case: CrashContext, cell: ast.expr, row: ast.expr, column: ast.expr) -> ast.If | None:
    """Return the innermost `if` around a cell that compares its row or column with a border."""
    names = names_in(row, column)
    for up in case.program.above(cell):
        if isinstance(up, ast.FunctionDef):
            return None
        if isinstance(up, ast.If) and up.lineno < cell.lineno and names_in(up.test) & names:
            is_test = any(isinstance(node, ast.Compare) for node in (up.test, *ast.iter_child_nodes(up.test)))
            has_order = any(isinstance(node, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for node in walk(up.test))
            return up if is_test and has_order else None
    return None


def _is_whole(case: CrashContext, guard: ast.If, row: ast.expr, column: ast.expr) -> bool:
    """Return whether a condition tests both ends of row and column; then another mistake stops the program."""
    tests = [node for node in walk(guard.test) if isinstance(node, ast.Compare)]
    ends = {case.text(row): 0, case.text(column): 0}
    for test in tests:
        parts = [test.left, *test.comparators]
        for part in parts:
            if case.text(part) in ends:
                ends[case.text(part)] += len(test.ops)
    return all(count > 1 for count in ends.values())


def _is_border(case: CrashContext, part: ast.expr, indices: tuple[ast.expr, ast.expr]) -> bool:
    """Return whether a part of a condition compares only a row or a column with its borders."""
    names = {case.text(index) for index in indices}
    return isinstance(part, ast.Compare) and any(case.text(each) in names for each in (part.left, *part.comparators))


def _with_test(
    case: CrashContext, grid: ast.expr, indices: tuple[ast.expr, ast.expr], guard: ast.If | None
) -> Edit | None:
    """Return the edit that tests the borders: in the condition that is there, or before the failing statement."""
    owner, (row, column) = case.text(grid), tuple(map(case.text, indices))
    above = f"0 <= {row} < len({owner}) and 0 <= {column} < len({owner}[0])"
    if guard is not None:
        is_all = isinstance(guard.test, ast.BoolOp) and isinstance(guard.test.op, ast.And)
        parts = guard.test.values if isinstance(guard.test, ast.BoolOp) and is_all else [guard.test]
        if not is_all and not isinstance(guard.test, ast.Compare):
            return None
        kept = [case.text(part) for part in parts if not _is_border(case, part, indices)]
        return case.rewrite(guard.test, " and ".join([above, *kept]))
    match case.statement:
        case ast.AugAssign() | ast.Expr() as statement if statement.lineno == statement.end_lineno:
            text = case.program.line(statement.lineno)
            inner = text[: len(text) - len(text.lstrip())] + "    "
            return case.rewrite_line(statement.lineno, f"if {above}:\n{inner}{text.strip()}")
        case ast.If(test=test) if test.lineno == case.line:
            is_or = isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or)
            old = f"({case.text(test)})" if is_or else case.text(test)
            return case.rewrite(test, f"{above} and {old}")
    return None
