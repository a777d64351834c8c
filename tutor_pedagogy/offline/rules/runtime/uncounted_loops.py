"""Loops with a variable for the position, over a value that gives only its items."""

from __future__ import annotations

import ast
from typing import Any

from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk


@runtime_rule(
    "enumerate-forgotten",
    ("TypeError", "ValueError"),
    r"(?:too many|not enough) values to unpack|cannot unpack non-iterable",
    before=("unpacking-count", "value-from-elsewhere", "entry-stored-otherwise", "entry-of-another-length"),
)
def enumerate_forgotten(case: CrashContext) -> Match | None:
    """Return the loop whose first variable is used as an index, over a value of which no item is a pair."""
    match case.statement:
        case ast.For(target=ast.Tuple(elts=[ast.Name(id=index), ast.Name(id=item)]), iter=ast.Name() as iterated):
            loop = case.statement
        case _:
            return None
    is_position = any(
        isinstance(node, ast.Subscript) and _is_name(node.slice, index) for part in loop.body for node in walk(part)
    )
    if not is_position or not _is_without_pairs(case.value(iterated)):
        return None
    new = f"enumerate({iterated.id})"
    return case.here(iterated, replace=(iterated, new), items=iterated, index=Code(index), item=Code(item))


def _is_without_pairs(value: Any) -> bool:
    """Return whether a value is a string, or a list or tuple in which no item can fill two variables."""
    if isinstance(value, str):
        return bool(value)
    is_pair = (list, tuple, dict, set, frozenset)
    return isinstance(value, list | tuple) and bool(value) and not any(isinstance(each, is_pair) for each in value)


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
