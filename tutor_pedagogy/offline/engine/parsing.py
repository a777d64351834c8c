"""Parsing of code that may contain syntax errors. The code is never run."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass

from tutor_pedagogy.problem.syntax_tree import syntax_tree

_UNPARSABLE = (ValueError, MemoryError, RecursionError, OverflowError, SystemError)
"""The exceptions that CPython raises for code it cannot compile, such as code that is nested too deeply."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A syntax error as CPython reports it: its message and range. Lines count from 1, columns in characters from 0."""

    message: str
    line: int
    column: int
    end_line: int
    end_column: int

    @classmethod
    def of(cls, error: SyntaxError) -> Fault:
        """Return the `Fault` for a `SyntaxError` exception."""
        line = max(error.lineno or 1, 1)
        column = max((error.offset or 1) - 1, 0)
        end_line = max(error.end_lineno or line, line)
        end_column = max((error.end_offset or 0) - 1, 0)
        if end_line == line and end_column <= column:
            end_column = column + 1
        return cls(error.msg or "invalid syntax", line, column, end_line, end_column)


def flags(*, cell: bool) -> int:
    """Return the flags for `compile()`: a notebook cell may use `await` outside a function."""
    return ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if cell else 0


def parse(code: str, *, cell: bool = False) -> ast.Module | Fault | None:
    """Return the syntax tree of code, or its syntax error. Return None if CPython fails, as for too deep nesting."""
    try:
        return syntax_tree(code, flags(cell=cell))
    except SyntaxError as error:
        return Fault.of(error)
    except _UNPARSABLE:
        return None


def check(tree: ast.Module, *, cell: bool = False) -> Fault | None:
    """Return the syntax error that CPython finds only after parsing, such as `return` outside a function, or None."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(tree, "<student>", "exec", flags(cell=cell), dont_inherit=True)
    except SyntaxError as error:
        return Fault.of(error)
    except _UNPARSABLE:
        return None
    return None


def characters(line: str, byte_offset: int) -> int:
    """Return the column in characters for a column in UTF-8 bytes, which AST nodes use."""
    return byte_offset if line.isascii() else len(line.encode("utf-8")[:byte_offset].decode("utf-8", "ignore"))
