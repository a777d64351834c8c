"""Lines and entries of the program's own data that are unlike the others: a header, an empty list."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import called_name
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

_CUT = re.compile(r"[,;\t|]")
_NUMBER = re.compile(r"\s*-?\d+(?:\.\d+)?\s*")


@runtime_rule(
    "header-in-data",
    ("ValueError",),
    r"(?:literal for int\(\) with base 10|could not convert string to float): '(?P<text>[A-Za-z][^'\n]*?)(?:\\n)?'",
    before=("text-is-no-number", "wrong-value-from-elsewhere", "empty-part-of-split"),
)
def header_in_data(case: CrashContext) -> Match | None:
    """Return the loop over lines of the program's own data whose first line holds the names of the columns."""
    text = case.match["text"]
    headers = [
        node for node, fields, rows in _tables(case) if text in fields and _are_numbers(rows, fields.index(text))
    ]
    if len(headers) != 1 or any(called_name(call) in ("next", "DictReader") for call in case.program.each(ast.Call)):
        return None
    loops = [*_loops(case)]
    if len(loops) != 1:
        return None
    loop, is_file = loops[0]
    edit = None
    if is_file:
        edit = case.insert_line(loop.lineno, f"next({case.text(loop.iter)})")
    elif isinstance(loop.iter, ast.Name | ast.Call):
        edit = case.rewrite(loop.iter, f"{case.text(loop.iter)}[1:]")
    slots: dict[str, str | ast.AST] = {"text": Code(repr(text)), "source": loop.iter}
    slots |= {"header": str(case.program.shown(headers[0].lineno)), "stop": str(case.program.shown(case.line))}
    return case.at(loop, edit=edit, slots=slots)


def _tables(case: CrashContext) -> Iterator[tuple[ast.Constant, list[str], list[list[str]]]]:
    """Yield the strings of several lines that have separators, with the fields of the first and of the other lines."""
    for node in case.program.each(ast.Constant):
        if isinstance(node.value, str) and "\n" in node.value:
            lines = [[field.strip() for field in _CUT.split(line)] for line in node.value.strip().split("\n")]
            if len(lines[0]) > 1:
                yield node, lines[0], lines[1:]


def _are_numbers(rows: list[list[str]], column: int) -> bool:
    fields = [row[column] for row in rows if column < len(row)]
    return bool(fields) and all(_NUMBER.fullmatch(field) for field in fields)


def _loops(case: CrashContext) -> Iterator[tuple[ast.For, bool]]:
    """Yield the loops over the lines of a string or of a file, and whether it is a file."""
    for loop in case.program.each(ast.For):
        source: ast.expr | None = loop.iter
        if isinstance(source, ast.Name):
            opened = {
                item.optional_vars.id: item.context_expr
                for each in case.program.each(ast.With)
                for item in each.items
                if isinstance(item.optional_vars, ast.Name)
            }
            source = case.program.last_value(source.id, loop.lineno) or opened.get(source.id)
        if isinstance(source, ast.Call):
            name = called_name(source)
            is_cut = name == "split" and len(source.args) == 1 and case.text(source.args[0])[1:-1] == "\\n"
            if name in ("splitlines", "readlines") or is_cut:
                yield loop, False
            elif name in ("open", "StringIO") and isinstance(loop.iter, ast.Name):
                yield loop, True


@runtime_rule(
    "empty-entry-in-data",
    ("IndexError", "StatisticsError", "ValueError", "ZeroDivisionError"),
    r"division by zero|modulo by zero|empty|index out of range|at least one data point",
    before=("division-by-zero", "empty-collection", "position-out-of-range", "value-not-accepted", "taken-from-empty"),
)
def empty_entry_in_data(case: CrashContext) -> Match | None:
    """Return the empty list in the program's data that came to the failing line."""
    held = [name for name, value in case.names.items() if isinstance(value, list | tuple | str) and not value]
    given = {arg.arg for arg in case.function.args.args} if case.function is not None else set()
    loops = (
        {case.text(up.target) for up in case.loops_above(case.statement) if isinstance(up, ast.For)}
        if case.statement
        else set()
    )
    used = [name for name in held if name in given | loops]
    entries = [
        node
        for node in case.program.each(ast.List)
        if not node.elts and isinstance(case.program.parents.get(node), ast.Dict | ast.List | ast.Tuple)
    ]
    if len(used) != 1 or len(entries) != 1:
        return None
    around = case.program.parents.get(entries[0])
    key: ast.expr | None = None
    if isinstance(around, ast.Dict):
        key = around.keys[around.values.index(entries[0])]
    slots: dict[str, str | ast.AST] = {"name": Code(used[0]), "key": key or "", "use": case.source}
    slots["stop"] = str(case.program.shown(case.line))
    return case.at(entries[0].lineno, slots=slots)
