"""Ideas for what a finished program could do next, from what it has already."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import is_call_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program

_MOST = 3


def ideas_of(program: Program) -> str:
    """Return up to three ideas as the parts of a sentence; "" for a program that gives none."""
    return "; ".join([idea for idea, _ in zip(_ideas(program), range(_MOST), strict=False)])


def _ideas(program: Program) -> Iterator[str]:
    reads = [node.lineno for node in program.each(ast.Call) if is_call_of(node, "input")]
    if reads:
        yield f"ask again if line {program.shown(reads[0])} gets something that makes no sense there"
    loops: list[ast.While] = program.each(ast.While)
    if reads and loops:
        yield f"end the loop on line {program.shown(loops[0].lineno)} after a largest number of rounds"
    elif reads:
        yield "let the user play or enter again, and count the rounds"
    if not program.each(ast.FunctionDef, ast.AsyncFunctionDef) and len(program.lines) > _MOST:
        yield "put a part that does one thing into a function of its own"
    if program.each(ast.List, ast.Dict) and not reads:
        yield "let the user enter the values that are written in the program now"
