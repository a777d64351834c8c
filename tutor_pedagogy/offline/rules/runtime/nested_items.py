"""Functions that call themselves for each item, also for items that cannot be taken apart."""

from __future__ import annotations

import ast
from dataclasses import replace

from tutor_pedagogy.offline.engine.nodes import called_name, parameters
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk


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
