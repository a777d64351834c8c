"""A place in a file, `FILE[:LINE[:COLUMN]]`, and the line to which a question about a whole file belongs."""

from __future__ import annotations

import ast
import os
import re
import warnings
from dataclasses import dataclass
from pathlib import Path

from tutor_pedagogy.problem.syntax_tree import syntax_tree

MAX_PARSED_CHARACTERS = 64 * 1024
"""The maximum number of characters of code that is parsed to find its first statement."""

_PLACE = re.compile(r"(?P<file>.+?)(?::(?P<line>\d+)(?::(?P<column>\d+))?)?:?", re.DOTALL)
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file. Line and column count from 1."""

    path: Path
    line: int | None = None
    column: int | None = None


def parse_place(text: str) -> Place:
    """Return the place in an argument of the form `FILE[:LINE[:COLUMN]]`.

    The colons of a Windows drive letter, and of an existing file's name, belong to the file.
    """
    match = _PLACE.fullmatch(text)
    if match is None or os.path.exists(text):  # noqa: PTH110 - Path would drop a trailing separator of the text as typed
        return Place(Path(text))
    line, column = match["line"], match["column"]
    return Place(Path(match["file"]), int(line) if line else None, int(column) if column else None)


def lines_of(text: str) -> list[str]:
    """Return the lines of a text as LSP 3.17 "Text Documents" counts them. The last one may be empty."""
    return _LINE_END.split(text)


def where_to_look(text: str) -> int:
    """Return the line number, from 1, for a question about a whole file.

    If the code has a syntax error, that is its line. Otherwise it is the line of the first statement after docstring,
    imports and definitions, so that the question is about the whole program, or else the first line of code. Nothing is
    run.
    """
    lines = lines_of(text)
    with_code = [number for number, line in enumerate(lines, 1) if line.strip() and not line.lstrip().startswith("#")]
    if not with_code:
        return 1
    try:
        found = _first_statement(text) if len(text) <= MAX_PARSED_CHARACTERS else None
    except SyntaxError as error:
        # For an error at the end of the file, CPython may report a line without code, or one after the last.
        found = max((number for number in with_code if number <= (error.lineno or 1)), default=None)
    # The parser raises these for NUL characters, lone surrogates and code that is nested too deeply.
    except (ValueError, MemoryError, RecursionError):
        found = None
    return found or with_code[0]


def _first_statement(text: str) -> int | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = syntax_tree(text)
        compile(tree, "<file>", "exec", dont_inherit=True)  # Raises `SyntaxError` for a `return` outside a function.
    passive = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    is_docstring = ast.get_docstring(tree, clean=False) is not None
    statements = tree.body[1:] if is_docstring else tree.body
    active = (statement for statement in statements if not isinstance(statement, passive))
    first = next(active, next((one for one in statements if not isinstance(one, passive[:2])), None))
    return first.lineno if first is not None else None
