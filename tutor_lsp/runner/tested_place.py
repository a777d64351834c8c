"""The place in a program that a failing test is about."""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING

from tutor_pedagogy.failure_reports import called_names
from tutor_pedagogy.problem.syntax_tree import syntax_tree

if TYPE_CHECKING:
    from tutor_lsp.runner.failures import Failure

_NOT_PARSED = (SyntaxError, ValueError, MemoryError, RecursionError)


def tested_line(text: str, failure: Failure | None) -> int:
    """Return the line of a program, from 0, to ask at after its tests have run.

    It is the line that raised an exception, else the function or method that the failing test calls, else the first
    one, else the first line.
    """
    count = text.count("\n") + 1
    if failure is not None and failure.line is not None and failure.line <= count:
        return failure.line - 1
    functions = functions_of(text)
    for name in called_names((failure and failure.report.call) or ""):
        if name in functions:
            return functions[name]
    return next(iter(functions.values()), 0)


def functions_of(text: str) -> dict[str, int]:
    """Return the lines of a program's functions, methods and classes, by their names."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = syntax_tree(text.removeprefix("\ufeff"))
    except _NOT_PARSED:
        return {}
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    nodes = sorted((node for node in ast.walk(tree) if isinstance(node, kinds)), key=lambda node: node.lineno)
    found: dict[str, int] = {}
    for node in nodes:
        found.setdefault(node.name, node.lineno - 1)
    return found
