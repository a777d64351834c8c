"""Detect code that is hardly begun: an empty file, comments, imports, and functions or classes without a body."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import Function

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor_pedagogy.offline.engine.program import Program

_TASK = re.compile(
    r"\b(?:todo|task|exercise|assignment|write|implement|create|make|your code|complete|fill)\b", re.IGNORECASE
)
_MAX_COMMENTS = 40


def is_beginning(program: Program) -> bool:
    """Return whether a program that parses is hardly begun, or the cursor is in a function without a body."""
    if program.tree is None:
        return False
    at_cursor = program.function_at(program.cursor_line)
    if at_cursor is not None and is_stub(at_cursor):
        return True
    body = program.tree.body
    if not body:
        return True
    stubs = [node for node in body if _is_empty_definition(node)]
    others = [node for node in body if node not in stubs]
    if stubs:
        names = {node.name for node in stubs if isinstance(node, Function | ast.ClassDef)}
        return all(_is_no_step(node) or not names.isdisjoint(program.words_of(node)) for node in others)
    if all(isinstance(node, ast.Import | ast.ImportFrom) or _is_text(node) for node in body):
        return True
    is_given = all(_is_no_step(node) for node in body)
    return is_given and any(_TASK.search(comment) for _, comment in comments(program))


def is_stub(node: ast.AST) -> bool:
    """Return whether a function has no statement but its docstring, `pass`, `...` or `raise NotImplementedError`."""
    return isinstance(node, Function) and all(_is_filler(inner) for inner in node.body)


def stub_of(program: Program) -> Function | ast.ClassDef | None:
    """Return the function or class without a body that an ask is about: the one at the cursor, else the first."""
    at_cursor = program.function_at(program.cursor_line)
    if at_cursor is not None and is_stub(at_cursor):
        return at_cursor
    functions: list[Function] = program.each(ast.FunctionDef, ast.AsyncFunctionDef)
    for function in functions:
        if is_stub(function) and function.name != "__init__":
            return function
    return next((each for each in program.each(ast.ClassDef) if _is_empty_definition(each)), None)


def comments(program: Program) -> list[tuple[int, str]]:
    """Return the comments of a program, each with its line and without `#`, at most `_MAX_COMMENTS`."""
    if "#" not in program.code:
        return []
    found: list[tuple[int, str]] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(program.code).readline):
            if token.type == tokenize.COMMENT:
                found.append((token.start[0], token.string.lstrip("#! ").strip()))
                if len(found) == _MAX_COMMENTS:
                    break
    except (tokenize.TokenError, SyntaxError):
        pass  # The code cannot be tokenized further: the comments before the error are enough.
    return [comment for comment in found if comment[1]]


def _is_empty_definition(node: ast.stmt) -> bool:
    if isinstance(node, ast.ClassDef):
        return all(_is_filler(inner) or is_stub(inner) for inner in node.body)
    return is_stub(node)


def _is_filler(node: ast.stmt) -> bool:
    match node:
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Raise(exc=ast.Name(id="NotImplementedError") | ast.Call(func=ast.Name(id="NotImplementedError"))):
            return True
    return False


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_no_step(node: ast.stmt) -> bool:
    """Return whether a statement only prepares a task: an import, a string, or an assignment of a given value."""
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Pass():
            return True
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
            return _is_given(value)
    return _is_text(node)


def _is_given(value: ast.expr) -> bool:
    parts: Sequence[ast.AST] = [value]
    if isinstance(value, ast.List | ast.Tuple | ast.Set):
        parts = value.elts
    elif isinstance(value, ast.Dict):
        parts = value.values
    return all(isinstance(part, ast.Constant | ast.UnaryOp | ast.List | ast.Tuple | ast.Dict) for part in parts)
