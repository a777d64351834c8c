"""The values that parts of a program have in the evaluator, written for a sentence."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.evidence import values_seen
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.evaluation import UNKNOWN, Stopped, run
from tutor_pedagogy.problem.syntax_tree import syntax_tree
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor_pedagogy.offline.engine.program import Program

_TYPES = (bool, int, float, str, list, tuple, dict, set, range, type(None))
_LONGEST, _MOST_NODES = 60, 60


def shown(value: Any) -> str | None:
    """Return a value as a code span, or None if it is unknown, an object of the program, or too long."""
    if value is UNKNOWN or type(value) not in _TYPES:
        return None
    try:
        text = (
            _in_order(value) if type(value) is set and value else repr(list(value) if type(value) is range else value)
        )
    except Stopped:  # A collection holds a value that is not known, or an object of the program.
        return None
    return code_span(text) if len(text) <= _LONGEST and text.isprintable() else None


def _in_order(values: set[Any]) -> str:
    """Return a set as code with its items in the order of their texts: the order of a set differs between runs."""
    return f"{{{', '.join(sorted(map(repr, values)))}}}"


def all_shown(values: Sequence[Any]) -> list[str]:
    """Return the values as code spans; an empty list if one of them cannot be shown."""
    spans = [shown(value) for value in values]
    return [span for span in spans if span is not None] if None not in spans else []


def seen(program: Program, *nodes: ast.expr) -> Mapping[ast.AST, list[Any]]:
    """Return the first values that expressions of the program have when it runs."""
    return values_seen(program, nodes)


def value_in(program: Program, place: ast.AST, code: str, names: Mapping[str, Any] | None = None) -> Any:
    """Return the value of an expression, with the first values that the names at a place have; else `UNKNOWN`.

    `names` are further variables. Functions of the program are not called.
    """
    used: dict[str, ast.expr] = {}
    for node in walk(place)[:_MOST_NODES]:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            used.setdefault(node.id, node)
    found = seen(program, *used.values())
    known = {name: found[node][0] for name, node in used.items() if found.get(node)}
    imports = [node for node in program.each(ast.Import, ast.ImportFrom) if not node.col_offset]
    return computed(code, {**known, **(names or {})}, imports)


def computed(code: str, names: Mapping[str, Any], before: Sequence[ast.stmt] = ()) -> Any:
    """Return the value of an expression with these variables; `UNKNOWN` if the evaluator does not know it."""
    try:
        tree = syntax_tree(f"result_ = {code}")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return UNKNOWN
    done = run(ast.Module([*before, *tree.body], []), names=names)
    return done.names.get("result_", UNKNOWN) if done.ending == "finished" else UNKNOWN
