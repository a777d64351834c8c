"""Points of questions about a star in a call, an `else` below a loop, and an object that shows as an address."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import called_name
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.purposes.explain.form_points import asked_guard
from tutor_pedagogy.offline.purposes.explain.told_point import Point
from tutor_pedagogy.offline.purposes.own_values import all_shown, seen
from tutor_pedagogy.offline.purposes.texts import listed
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program

_STAR = re.compile(
    r"\bstar\b|asterisk|\*\w|\bthe [`\"]?\*|(?:does|macht|hace|fait) [`\"]?\*|stern(?:chen)?\b|asterisco|estrella"
    r"|[eé]toile|ast[eé]risque",
    re.IGNORECASE,
)
_RETURNS = re.compile(
    r"\b(?:two|three|several|many|more than one|2|3|second)\b.{0,20}\breturns?\b|\breturn\b.{0,10}\b(?:twice|two times)"
    r"|\b(?:zwei|dos|deux|dois|duas)\b.{0,20}\breturns?\b",
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


def star_target_point(program: Program, node: ast.AST, asked: str) -> Point | None:
    """Return what a star does in front of a name on the left of an assignment, with its first value."""
    if not _STAR.search(asked):
        return None
    for each in walk(node):
        match each:
            case ast.Assign(targets=[ast.Tuple(elts=parts) | ast.List(elts=parts)], value=value):
                stars = [part for part in parts if isinstance(part, ast.Starred)]
            case _:
                continue
        if not stars:
            continue
        name = code_span(program.segment(stars[0].value))
        others = [code_span(program.segment(part)) for part in parts if part is not stars[0]]
        whole = code_span(program.segment(stars[0]))
        what = (
            f"The star in {whole} makes {name} take all the items that are left over, as a "
            f"list: {listed(others)} "
            f"{'gets one item' if len(others) == 1 else 'get one item each'}, and {name} the rest, which may be none."
        )
        steps = [what, "There must be at least as many items as names without a star."]
        values = seen(program, value).get(value, [])
        if values and isinstance(values[0], list | tuple) and len(values[0]) >= len(others):
            at = parts.index(stars[0])
            rest = list(values[0])[at : len(values[0]) - (len(parts) - at - 1)]
            shown = all_shown([rest])
            if shown:
                steps.append(f"The first time {name} is {shown[0]}.")
        return Point(
            "star-assign", " ".join(steps[:1] + steps[2:]), tuple(steps), each.lineno, "What is left over here?"
        )
    return None


def returns_point(program: Program, node: ast.AST, asked: str) -> Point | None:
    """Return that a call ends at the first `return` that it reaches, for a question about several of them."""
    around = program.function_at(getattr(node, "lineno", 0))
    if around is None or not _RETURNS.search(asked):
        return None
    returned = program.returns_of(around)
    if len(returned) < len("ab"):
        return None
    lines = listed([str(program.shown(each.lineno)) for each in returned])
    what = (
        f"{code_span(around.name)} has a `return` on lines {lines}, but each call ends at the first one that it "
        "reaches. So one call gives one result; which one, the conditions above decide."
    )
    return Point("return", what, (what,), returned[0].lineno, "Which of them does your call reach?")


def separator_point(program: Program, node: ast.AST, asked: str) -> Point | None:
    """Return what `sep` does in a call of `print`."""
    if not re.search(r"\bsep\b", asked):
        return None
    calls = [each for each in walk(node) if isinstance(each, ast.Call) and called_name(each) == "print"]
    for call in calls:
        separator = next((each.value for each in call.keywords if each.arg == "sep"), None)
        if separator is None or len(call.args) < len("ab"):
            continue
        code = code_span(program.segment(separator))
        is_empty = isinstance(separator, ast.Constant) and separator.value == ""
        between = "nothing at all, so they stand side by side" if is_empty else code
        what = f"`sep` says what `print` puts between its values. Without it that is one space; here it is {between}."
        steps = (
            "`print` shows its arguments on the screen, one after another.",
            what,
            "`sep` changes nothing at the end of the line: that is what `end` is for.",
        )
        return Point("print-sep", what, steps, call.lineno, "What would the line look like without `sep`?")
    return None


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


FORMS_ASKED = (
    asked_guard,
    returns_point,
    star_target_point,
    separator_point,
    star_point,
    loop_else_point,
    address_point,
)
