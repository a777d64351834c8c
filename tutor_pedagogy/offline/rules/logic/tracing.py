"""Tracing by hand: what to do when no rule fires, with the student's own variables."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.engine.rule import Rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program

TRACE = Rule("logic.trace-by-hand", "logic")


def trace(program: Program) -> Match:
    """Start a trace at the cursor's line, with a variable that the line uses."""
    line = program.cursor_line
    if not program.line(line).strip():
        line = next((n for n in range(line, 0, -1) if program.line(n).strip()), 0) or next(
            (n for n, text in enumerate(program.lines, 1) if text.strip()), 1
        )
    statement = program.statement_at(line)
    names = [
        node.id
        for node in (walk(statement) if statement is not None else ())
        if isinstance(node, ast.Name) and node.id in program.bound_names
    ]
    function = program.function_at(line)
    if not names and function is not None:
        names = [arg.arg for arg in function.args.args]
    return Match(lines=(line,), slots={"variable": Code(names[0]) if names else "each variable"})
