"""Tracing by hand: what to do when no rule fires, with the student's own variables."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_server.pedagogy.offline.finding import Code
from tutor_server.pedagogy.offline.lesson import Example, Lesson, Rule
from tutor_server.pedagogy.offline.runtime.case import Site

if TYPE_CHECKING:
    from tutor_server.pedagogy.offline.program import Program

TRACE = Rule(
    "logic.trace-by-hand",
    "logic",
    Lesson(
        question=(
            "What did you expect to happen here, and what happens instead? Choose one small input for which you know the "
            "answer. Which value should $variable have when Python reaches this line, and which does it have?"
        ),
        concept=(
            "A program that runs can still do something else than you mean. The way to find out is to play Python: follow "
            "the lines one by one with one small input and write down each value as it changes. At some line your notes "
            "and your plan part; that line, and not the last one, is where the mistake sits."
        ),
        picture="It is like following a recipe with your finger, step by step, to see where the cake went wrong.",
        precise="You are looking for the first state that breaks the invariant you had in mind.",
        place="Start the trace there with $variable.",
        plan=(
            "Write down one small input and the result that you expect.",
            "Use `print` to show $variable before and after this line, and note the values in a table.",
            "Find the first row of the table that surprises you, and ask which line made that value.",
        ),
        example=Example(
            "A trace of a small loop, one row for each round:",
            "height = 0\nfor jump in (2, 3):\n    height += jump\n    print(jump, height)\n# jump  height\n# 2     2\n# 3     5",
            "Each row shows the values after one round, so a wrong one can be seen at once.",
        ),
        remedy=(
            "There is no single edit that can be read off the code alone. Trace line $line with one small input, "
            "and correct the first line whose value surprises you."
        ),
        reason="The first surprising value shows the line that does something else than you meant.",
        check="run the same small input again, then one at the edge: an empty list, zero, or one single item.",
    ),
)


def trace(program: Program) -> Site:
    """Start a trace at the cursor's line, with a variable that the line uses."""
    line = program.cursor_line
    if not program.line(line).strip():
        line = next((n for n in range(line, 0, -1) if program.line(n).strip()), 0) or next(
            (n for n, text in enumerate(program.lines, 1) if text.strip()), 1
        )
    statement = program.statement_at(line)
    names = [
        node.id
        for node in (ast.walk(statement) if statement is not None else ())
        if isinstance(node, ast.Name) and node.id in program.bound_names
    ]
    function = program.function_at(line)
    if not names and function is not None:
        names = [arg.arg for arg in function.args.args]
    return Site(lines=(line,), facts={"variable": Code(names[0]) if names else "each variable"})
