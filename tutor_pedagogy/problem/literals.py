"""Values that stand in the code as they are."""

from __future__ import annotations

import ast

_NOT_LITERAL = (ValueError, TypeError, SyntaxError, MemoryError, RecursionError)


def is_literal(node: ast.expr) -> bool:
    """Return whether an expression is a literal, such as `-1` or `[("a", 2)]`."""
    try:
        ast.literal_eval(node)
    except _NOT_LITERAL:
        return False
    return True
