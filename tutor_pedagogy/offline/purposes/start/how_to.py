"""The texts for "how do I also …?" about a program that has begun: the next step, with the program's own names."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import is_call_of
from tutor_pedagogy.offline.engine.writing import fenced
from tutor_pedagogy.offline.purposes.literal_types import literal_type
from tutor_pedagogy.offline.purposes.stubs import is_beginning
from tutor_pedagogy.offline.purposes.tables import table
from tutor_pedagogy.offline.purposes.texts import Ladder, examples_of, fill, numbered, quoted_line

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program

_MAX_QUESTION = 300
_MOST_LINES = 6
_OF_ANY_PROGRAM = ("round", "same_line", "sort", "random", "read_number", "together")
_OF_INPUT = re.compile(
    r"num|n[uú]m|zahl|nombre|digit|input|enter|type|user|usu|util|eing|introdu|saisi|demand|ask|frag|pe[dç]ir|数|输入|读入"
)
"""What shows that a question about reading is about what a user types, and not about a text that is there."""


def how_to_ladder(program: Program) -> Ladder | None:
    """Return the five texts about the next step that a question names; None if the program is hardly begun."""
    question = (program.submission.question or "").lower()[:_MAX_QUESTION]
    if program.tree is None or not program.tree.body or is_beginning(program) or not question:
        return None
    found = _items(program, question) or _again(program, question) or _any_step(program, question)
    return _ladder(program, *found) if found is not None else None


def _asks(name: str, question: str) -> bool:
    return bool(re.search(table("how_to")[name]["asks"], question))


def _items(program: Program, question: str) -> tuple[str, int, str] | None:
    """Return the step to `items()` if a loop goes through the keys of a dictionary only."""
    if not _asks("items", question):
        return None
    for loop in program.each(ast.For):
        match loop:
            case ast.For(target=ast.Name(id=key), iter=ast.Name(id=name) as source) if (
                literal_type(program, source) is dict
            ):
                value = "value" if key != "value" else "number"
                code = fill(table("how_to")["items"]["code"], {"key": key, "value": value, "name": name})
                return "items", loop.lineno, code
    return None


def _again(program: Program, question: str) -> tuple[str, int, str] | None:
    """Return the step to a `while` loop around the program's own lines if it has none."""
    if not _asks("again", question) or program.each(ast.While) or not isinstance(program.tree, ast.Module):
        return None
    steps = [
        node
        for node in program.tree.body
        if not isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef)
    ]
    if not steps or not any(is_call_of(each, "input", "print") for each in program.each(ast.Call)):
        return None
    lines = program.lines[steps[0].lineno - 1 : steps[-1].end_lineno]
    shown = lines if len(lines) <= _MOST_LINES else [*lines[:_MOST_LINES], "...  # and the other lines"]
    body = "\n".join(f"    {line}" if line.strip() else "" for line in shown)
    return "again", steps[0].lineno, fill(table("how_to")["again"]["code"], {"body": body})


def _any_step(program: Program, question: str) -> tuple[str, int, str] | None:
    asked = (each for each in _OF_ANY_PROGRAM if _asks(each, question))
    name = next((each for each in asked if each != "read_number" or _OF_INPUT.search(question)), None)
    return (name, program.cursor_line, table("how_to")[name]["code"]) if name is not None else None


def _ladder(program: Program, name: str, line: int, code: str) -> Ladder:
    entry = table("how_to")[name]
    shown = program.shown(line)
    return Ladder(
        line=line,
        expression=None,
        question=(
            f"Nothing has to be wrong for this: you ask for the next step of your program. I look at "
            f"{quoted_line(program, line)}. {entry['step']} Which lines of yours have to change for that?"
        ),
        concept=entry["idea"],
        structure=f"A plan for the next step, at line {shown}:\n\n{numbered(entry['plan'])}\n\n{_KEEP}",
        examples=examples_of(
            (entry["example"],), "The same step in another program:", "The comments show what it prints."
        ),
        without=(
            "Write a small program of your own with only this step, and try it. Then put it into your program at "
            f"line {shown}. If both work, compare them part by part and line by line."
        ),
        solution=(
            f"At line {shown} it has this form. {entry['step']}\n\n{fenced(code)}\n\n{_KEEP} Choose names and texts "
            "that fit your program, and fill in what is still open."
        ),
        spare=("Try it with a small case first.", "Then try it with the values of your program, and compare."),
    )


_KEEP = "Keep the old lines until the new ones do what you want, and run the program after each change."
