"""Points of questions about a star in a call, an `else` below a loop, and an object that shows as an address."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import called_name
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.purposes.form_points import asked_guard
from tutor_pedagogy.offline.purposes.own_values import all_shown, seen
from tutor_pedagogy.offline.purposes.told_point import Point
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program

_STAR = re.compile(
    r"\bstar\b|asterisk|\*\w|\bthe [`\"]?\*|(?:does|macht|hace|fait) [`\"]?\*|stern(?:chen)?\b|asterisco|estrella"
    r"|[eé]toile|ast[eé]risque",
    re.IGNORECASE,
)
_ELSE = re.compile(r"\belse\b", re.IGNORECASE)
_ADDRESS = re.compile(r"object at 0x|<__main__\.\w+|\b0x[0-9a-f.]{2,}", re.IGNORECASE)


def star_point(program: Program, node: ast.AST, asked: str) -> Point | None:
    """Return what a star does in front of an argument, with the first value that is unpacked there."""
    calls = [each for each in walk(node) if isinstance(each, ast.Call)]
    found = [(call, part) for call in calls for part in call.args if isinstance(part, ast.Starred)]
    if not found or not _STAR.search(asked):
        return None
    call, star = found[0]
    name, owner = code_span(called_name(call) or "the function"), code_span(program.segment(star.value))
    what = (
        f"The star takes {owner} apart: {name} gets each of its items as an argument of its own, as if they were "
        "written one by one with commas."
    )
    steps = [what]
    values = seen(program, star.value).get(star.value, [])
    if values and isinstance(values[0], list | tuple) and values[0]:
        shown = all_shown(list(values[0]))
        if shown is not None:
            steps.append(f"The first time these are the arguments {', '.join(shown)}.")
    separator = next((each.value for each in call.keywords if each.arg == "sep"), None)
    if called_name(call) == "print" and separator is not None:
        steps.append(f"`print` puts {code_span(program.segment(separator))} between them, since `sep` says so.")
    return Point("star-call", " ".join(steps), tuple(steps), call.lineno, "What would be shown without the star?")


def loop_else_point(program: Program, node: ast.AST, asked: str) -> Point | None:
    """Return when the `else` of a loop runs, if the question is about an `else` and a loop is the one that has it."""
    every: list[ast.For | ast.While] = program.each(ast.For, ast.While)
    loops = [each for each in every if each.orelse]
    if not loops or not _ELSE.search(asked):
        return None
    line = getattr(node, "lineno", program.cursor_line)
    is_of_if = any(each.orelse and not isinstance(each.orelse[0], ast.If) for each in program.each(ast.If))
    names_loop = re.search(r"\bfor\b|\bwhile\b|loop|schleife|bucle|boucle|la[cç]o", asked, re.IGNORECASE)
    near = [each for each in loops if each.lineno <= line <= (each.end_lineno or each.lineno)] or loops
    if is_of_if and not names_loop:
        return None
    loop = near[0]
    word = "for" if isinstance(loop, ast.For) else "while"
    head = f"This `else` belongs to the `{word}` loop on line {program.shown(loop.lineno)}, and to no `if`."
    runs = "Its lines run once, after the loop, but only if the loop has come to its end by itself."
    leaves = [each for part in loop.body for each in walk(part) if isinstance(each, ast.Break)]
    at = (
        f"The `break` on line {program.shown(leaves[0].lineno)} leaves the loop, and then the `else` is skipped."
        if leaves
        else "A `break` in the loop would skip it; there is none here, so it always runs."
    )
    done = program.run
    steps = [head, runs, at]
    if done is not None and leaves and done.ending == "finished":
        count = done.ran.get(loop.orelse[0].lineno, 0)
        steps.append(f"In your program the lines under this `else` run {'once' if count == 1 else f'{count} times'}.")
    return Point(
        "loop-else",
        " ".join(steps),
        tuple(steps),
        loop.lineno,
        "In which case does the loop come to its end by itself?",
    )


def address_point(program: Program, node: ast.AST, asked: str) -> Point | None:
    """Return what the text with an address is that `print` shows for an object."""
    del node
    if not _ADDRESS.search(asked):
        return None
    classes = [each for each in program.each(ast.ClassDef) if each.name in asked] or program.each(ast.ClassDef)
    if len(classes) != 1:
        return None
    plan = classes[0]
    methods = {each.name for each in plan.body if isinstance(each, ast.FunctionDef)}
    if methods & {"__str__", "__repr__"} or plan.bases or plan.decorator_list:
        return None
    name = code_span(plan.name)
    steps = (
        f"Python shows an object of the class {name} by the name of the class and where the object lies in memory.",
        f"The class {name} on line {program.shown(plan.lineno)} has no method that makes a text of an object.",
        "The special method for that is `__str__`: `print` calls it and shows the string that it returns.",
    )
    return Point(
        "object-text",
        " ".join(steps),
        steps,
        plan.lineno,
        "Which values of one object should be seen when it is printed?",
    )


FORMS_ASKED = (asked_guard, star_point, loop_else_point, address_point)
