"""Code that says the same thing several times: one name compared again and again, lines of one form in a row."""

from __future__ import annotations

import ast
from itertools import groupby
from typing import TYPE_CHECKING

from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program

Found = tuple[str, int, dict[str, str | int]]
_FEWEST = 3
_MOST_WIDTH = 90
_SIMPLE = (ast.Expr, ast.Assign, ast.AugAssign)


def compared_again(program: Program) -> Iterator[Found]:
    """Yield each `x == a or x == b or x == c`, which asks for one of several values."""
    for node in program.each(ast.BoolOp):
        if not isinstance(node.op, ast.Or) or len(node.values) < _FEWEST:
            continue
        parts = [each for each in node.values if isinstance(each, ast.Compare) and isinstance(each.ops[0], ast.Eq)]
        if len(parts) < len(node.values) or any(len(each.ops) > 1 for each in parts):
            continue
        lefts = {ast.unparse(each.left) for each in parts}
        values = [each.comparators[0] for each in parts]
        if len(lefts) == 1 and all(isinstance(each, ast.Constant) for each in values):
            name = lefts.pop()
            new = f"{name} in ({', '.join(map(ast.unparse, values))})"
            if not isinstance(parts[0].left, ast.Call) and len(new) <= _MOST_WIDTH:
                yield "or-chain", node.lineno, {"name": name, "count": len(parts), "new": new}


def lines_of_one_form(program: Program) -> Iterator[Found]:
    """Yield three or more lines in a row that differ only in their names and values."""
    for node in program.with_blocks:
        for block in (getattr(node, "body", None), getattr(node, "orelse", None)):
            for form, run in groupby(block if isinstance(block, list) else (), key=_form):
                lines = list(run)
                texts = {ast.unparse(each) for each in lines}
                if form is not None and len(lines) >= _FEWEST and len(texts) == len(lines):
                    yield "lines-of-one-form", lines[0].lineno, {"count": len(lines)}


def _form(node: ast.stmt) -> str | None:
    """Return a statement without its names and values, or None if it is too simple to be worth a loop."""
    if not isinstance(node, _SIMPLE) or not any(isinstance(each, ast.Call) for each in walk(node)):
        return None
    names = sum(isinstance(each, ast.Name | ast.Constant) for each in walk(node))
    if names < _FEWEST + 1:
        return None
    parts = []
    for each in walk(node):
        match each:
            case ast.Call(func=ast.Name(id=name)):
                parts.append(name)
            case _:
                parts.append(type(each).__name__)
    return " ".join(parts)


CHECKS = (compared_again, lines_of_one_form)
