"""The words of a program about a line: comments beside it, the docstring of its function, the comment at the top."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program

_ABOVE = 3
"""The number of lines above a line whose comments are about it."""
_LONGEST = 80


def text_beside(program: Program, line: int) -> Iterator[str]:
    """Yield the comments on a line and the lines just above it, and the docstring of its function."""
    for number in range(line, max(line - _ABOVE, 0) - 1, -1):
        comment = program.line(number).partition("#")[2].strip() if number else ""
        if comment:
            yield comment[:_LONGEST]
    function = program.function_at(line)
    said = ast.get_docstring(function) if function is not None else None
    if said:
        yield said.partition("\n")[0][:_LONGEST]


def texts_of_unit(program: Program, line: int) -> Iterator[str]:
    """Yield the docstring of the module and of a line's function, the question, and all comments of both."""
    function = program.function_at(line)
    if program.tree is not None and (said := ast.get_docstring(program.tree)):
        yield said[:400]
    if function is not None:
        yield function.name.replace("_", " ")
        if said := ast.get_docstring(function):
            yield said[:400]
    yield (program.submission.question or "")[:400]
    last = function.end_lineno if function is not None else len(program.lines)
    first = function.lineno if function is not None else 1
    for number, text in enumerate(program.lines, 1):
        if "#" in text and (first - 1 <= number <= (last or 0) or not text[:1].isspace()):
            yield text.partition("#")[2].strip()[:_LONGEST]
