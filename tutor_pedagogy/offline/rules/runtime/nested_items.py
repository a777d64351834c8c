"""Functions that call themselves for each item, also for items that cannot be taken apart."""

from __future__ import annotations

import ast
from dataclasses import replace

from tutor_pedagogy.offline.engine.nodes import called_name, parameters
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk


@runtime_rule(
    "rows-joined-to-one-list",
    ("TypeError",),
    r"'(?:int|float|bool)' object is not (?:iterable|subscriptable)|object of type '(?:int|float)' has no len",
    before=(
        "loop-over-number",
        "value-from-elsewhere",
        "no-items",
        "no-length",
        "item-is-one-value",
        "began-as-number",
    ),
)
def rows_joined_to_one_list(case: CrashContext) -> Match | None:
    """Return the line that joins a row to a list, where the failing line needs each row as one item."""
    used = {node.id for node in case.likely(ast.Name)}
    loops = [loop for loop in case.program.each(ast.For) if isinstance(loop.target, ast.Name)]
    over = {case.text(loop.iter) for loop in loops if isinstance(loop.target, ast.Name) and loop.target.id in used}
    for name in sorted(used | over):
        for line, row in _joined(case, name):
            edit = case.rewrite_line(line, f"{name}.append({case.text(row)})")
            return replace(case.at(line, edit=edit, name=Code(name), row=row, stop=str(case.line)), needs_edit=True)
    return None


def _joined(case: CrashContext, name: str) -> list[tuple[int, ast.expr]]:
    """Return the lines that join a list to a list that began empty, with what they join."""
    found: list[tuple[int, ast.expr]] = []
    if not any(isinstance(value, ast.List) and not value.elts for _, value in case.program.assignments(name)):
        return found
    for node in case.program.each(ast.AugAssign, ast.Expr):
        match node:
            case ast.AugAssign(target=ast.Name(id=target), op=ast.Add(), value=row) if target == name:
                found.append((node.lineno, row))
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=target), attr="extend"), args=[row])):
                found += [(node.lineno, row)] if target == name else []
    return [(line, row) for line, row in found if row.lineno == row.end_lineno == line]


@runtime_rule(
    "item-is-no-collection",
    ("TypeError", "AttributeError"),
    r"'(?P<type>int|float|str|NoneType|bool)' object (?:is not iterable|has no attribute '(?:items|values|keys)')",
    before=(
        *("loop-over-number", "loop-over-other", "value-from-elsewhere", "method-of-another-kind", "none-gone-through"),
        "attribute-of-none",
    ),
)
def item_is_no_collection(case: CrashContext) -> Match | None:
    """Return the call of a function for each item of a collection, without a test of what the item is."""
    function, statement = case.function, case.statement
    if function is None or not isinstance(statement, ast.For) or not parameters(function):
        return None
    whole = parameters(function)[0]
    if whole not in {node.id for node in walk(statement.iter) if isinstance(node, ast.Name)}:
        return None
    items = {node.id for node in walk(statement.target) if isinstance(node, ast.Name)}
    for call in (node for part in statement.body for node in walk(part) if isinstance(node, ast.Call)):
        if called_name(call) != function.name or not any(line == call.lineno for line in case.crash.callers):
            continue
        passed = next((each for each in call.args if _is_item(each, items, whole)), None)
        tests = [node for node in walk(function) if isinstance(node, ast.Call) and called_name(node) == "isinstance"]
        if passed is not None and not tests:
            slots: dict[str, str | ast.AST] = {"function": Code(function.name), "item": passed, "call": call}
            slots |= {"type": case.type_words, "header": str(case.program.shown(statement.lineno))}
            return replace(case.at(call, slots=slots), is_proved=True)
    return None


def _is_item(node: ast.expr, items: set[str], whole: str) -> bool:
    """Return whether an expression is the loop's item, or the value under this key in the collection."""
    match node:
        case ast.Name(id=name):
            return name in items
        case ast.Subscript(value=ast.Name(id=owner), slice=ast.Name(id=key)):
            return owner == whole and key in items
    return False
