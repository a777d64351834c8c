"""Tables that a function builds with rows for columns: as many rows as the second size says."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tutor_pedagogy.offline.engine.edits import edit_to
from tutor_pedagogy.offline.engine.nodes import Function, is_call_of, parameters
from tutor_pedagogy.offline.rules.runtime.rule import CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.finding import Edit


class Builder(NamedTuple):
    """The sizes in a function that builds a table: the number of rows, and the length of a row."""

    function: Function
    rows: ast.Name
    places: ast.Name
    is_sideways: bool
    """Whether the two sizes stand in the header of the function in the other order."""


def builders(case: CrashContext) -> Iterator[Builder]:
    """Yield the functions that build a table of two of their parameters."""
    for function in case.program.each(ast.FunctionDef):
        names = parameters(function)
        sizes = [*_sizes(function)]
        if len(sizes) != 1:
            continue
        rows, places = sizes[0]
        if rows.id in names and places.id in names and rows.id != places.id:
            yield Builder(function, rows, places, names.index(rows.id) > names.index(places.id))


def _sizes(function: Function) -> Iterator[tuple[ast.Name, ast.Name]]:
    """Yield the number of rows and the length of a row of each table that a function builds."""
    for node in walk(function):
        match node:
            case ast.For(iter=counted, body=body):
                inner = [_length(each) for part in body for each in walk(part)]
            case ast.ListComp(generators=[ast.comprehension(iter=counted)], elt=element):
                inner = [_length(element)]
            case _:
                continue
        rows, places = _range_of(counted), [each for each in inner if each is not None]
        if rows is not None and len(places) == 1:
            yield rows, places[0]


def _range_of(node: ast.expr) -> ast.Name | None:
    if is_call_of(node, "range") and len(node.args) == 1 and isinstance(node.args[0], ast.Name):
        return node.args[0]
    return None


def _length(node: ast.AST) -> ast.Name | None:
    """Return the name of the length of a row that an expression makes."""
    match node:
        case ast.BinOp(left=ast.List(elts=[_]), op=ast.Mult(), right=ast.Name() as size):
            return size
        case ast.ListComp(generators=[ast.comprehension(iter=counted)]):
            return _range_of(counted)
    return None


def is_turned(case: CrashContext, first: str, second: str) -> bool:
    """Return whether a function uses its parameters as indices in the other order than its header has them."""
    names = parameters(case.function) if case.function is not None else []
    return first in names and second in names and names.index(first) > names.index(second)


@runtime_rule(
    "table-built-sideways",
    ("IndexError",),
    r"(?:list|string)(?: assignment)? index out of range",
    before=("rows-and-columns-swapped", "assigned-past-end", "outside-the-grid", "position-out-of-range"),
)
def table_built_sideways(case: CrashContext) -> Match | None:
    """Return the loop that makes as many rows as the table should have columns, as the values of the run show."""
    for cell in case.subscripts:
        match cell:
            case ast.Subscript(value=ast.Subscript(value=table, slice=row), slice=column):
                pass
            case _:
                continue
        held, at, place = case.value(table), case.value(row), case.value(column)
        if not (isinstance(held, list) and held and type(at) is int and type(place) is int):
            continue
        lengths = {len(each) for each in held if isinstance(each, list | str)}
        is_outside = len(lengths) == 1 and at >= len(held) > place >= 0 and at < max(lengths)
        wrong = [each for each in builders(case) if each.is_sideways]
        if not is_outside or len(wrong) != 1 or is_turned(case, case.text(row), case.text(column)):
            continue
        found = wrong[0]
        slots: dict[str, str | ast.AST] = {"rows": found.rows, "places": found.places, "cell": cell}
        slots["stop"] = str(case.program.shown(case.line))
        return replace(case.at(found.rows.lineno, edit=_turned(case, found), slots=slots), needs_edit=True)
    return None


def _turned(case: CrashContext, found: Builder) -> Edit:
    """Return the edit that exchanges the two sizes."""
    lines = [*case.program.lines]
    pairs = ((found.rows, found.places.id), (found.places, found.rows.id))
    for node, name in sorted(pairs, key=lambda pair: (pair[0].lineno, -pair[0].col_offset)):
        start, end = case.columns(node)
        text = lines[node.lineno - 1]
        lines[node.lineno - 1] = text[:start] + name + text[end:]
    return edit_to(case.program, "\n".join(lines))
