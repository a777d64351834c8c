"""Tracing by hand: the advice when no rule matches, with the student's own variables."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.engine.rule import Rule
from tutor_pedagogy.offline.rules.logic.tree import parameters_of
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program

TRACE = Rule("logic.trace-by-hand", "logic")


def trace(program: Program) -> Match:
    """Return the place to start a trace: the cursor's line or the nearest line of code, with one of its variables."""
    above = (line for line in range(program.cursor_line, 0, -1) if program.line(line).strip())
    below = (line for line, text in enumerate(program.lines, 1) if text.strip())
    line = next(above, 0) or next(below, 1)
    statement, function = program.statement_at(line), program.function_at(line)
    inside = walk(statement) if statement is not None else []
    names = [node.id for node in inside if isinstance(node, ast.Name) and node.id in program.bound_names]
    if not names and function is not None:
        names = parameters_of(function)
    return Match(lines=(line,), slots={"variable": Code(names[0]) if names else ""})
