"""The point of a question that the form of the line itself decides: a format, a block, a star, a second name."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import Function, is_call_of
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.purposes.explain.formats import format_says
from tutor_pedagogy.offline.purposes.explain.told_point import Point
from tutor_pedagogy.offline.purposes.own_values import all_shown, seen, shown
from tutor_pedagogy.offline.purposes.texts import listed
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tutor_pedagogy.offline.engine.program import Program

_LONGEST = 60
_FORMAT = re.compile(r":[<>^,+0-9.%=dfxbe]{1,6}|\bformat|digits|decimal|nachkomma|d[eé]cimal|小数|对齐", re.IGNORECASE)
_GUARD = re.compile(r"__name__|__main__")
_DELETING = re.compile(r"delete|deleting|remov|need|without|leave|l[öo]sch|borr|quitar|supprim|apag", re.IGNORECASE)
_DEFAULT = re.compile(r"default|=|standardwert|vorgabe|por defecto|d[eé]faut|padr[aã]o|默认", re.IGNORECASE)


def _guard(program: Program, node: ast.AST, asked: str) -> Point | None:
    if not isinstance(node, ast.If) or not _GUARD.search(ast.unparse(node.test)):
        return None
    del asked
    inner = program.segment(node.body[0]).partition("\n")[0]
    return Point(
        "main-guard",
        "Python sets `__name__` to the string `'__main__'` only in the file that is run, and to the name of the file "
        "when another file imports it.",
        (
            "If you run this file, `__name__` is `'__main__'`, so the condition is true.",
            f"Then the indented lines run, beginning with {code_span(inner)}."
            if len(inner) <= _LONGEST
            else "Then the indented lines run.",
            "If another file imports this one, the condition is false, and only the functions are made known.",
        ),
    )


def asked_guard(program: Program, node: ast.AST, asked: str) -> Point | None:
    """Return what the guard at the end of a program does, for a question that writes it."""
    del node
    if not _GUARD.search(asked):
        return None
    guards = [each for each in program.each(ast.If) if _GUARD.search(ast.unparse(each.test))]
    point = _guard(program, guards[0], asked) if guards else None
    if point is None:
        return None
    steps = point.steps
    if _DELETING.search(asked):
        may = "If no other file imports this one, the `if` may go; its lines then move to the left edge."
        return replace(point, gist=f"{point.gist} {may}", steps=(*steps, may), line=guards[0].lineno)
    return replace(point, line=guards[0].lineno)


def _format(program: Program, node: ast.AST, asked: str) -> Point | None:
    places = [each for each in walk(node) if isinstance(each, ast.FormattedValue) and each.format_spec is not None]
    if hasattr(node, "body") or not places or not (_FORMAT.search(asked) or isinstance(node, ast.Expr | ast.Assign)):
        return None
    told = []
    for place in places:
        spec = (
            "".join(str(each.value) for each in walk(place.format_spec) if isinstance(each, ast.Constant))
            if (place.format_spec is not None)
            else ""
        )
        says = format_says(spec)
        if says:
            told.append(f"In {code_span('{' + ast.unparse(place.value) + ':' + spec + '}')}, {says}.")
    if not told:
        return None
    whole = next((each for each in walk(node) if isinstance(each, ast.JoinedStr)), None)
    rows = all_shown(seen(program, whole).get(whole, [])[:2]) if whole is not None else []
    results = (f"With your values the string is {listed(rows, 'and then')}.",) if rows else ()
    return Point("fstring", told[0], (*told, *results), outcome=", ".join(rows))


def _print(program: Program, node: ast.AST, asked: str) -> Point | None:
    del asked
    match node:
        case (
            ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=[], keywords=[]))
            | ast.Call(func=ast.Name(id="print"), args=[], keywords=[])
        ):
            pass
        case _:
            return None
    line = getattr(node, "lineno", 1)
    open_ends = [
        each.lineno
        for each in program.each(ast.Call)
        if is_call_of(each, "print") and each.lineno < line and any(key.arg == "end" for key in each.keywords)
    ]
    if not open_ends:
        return Point(
            "call", "`print()` without a value shows an empty line.", ("`print()` ends the line on the screen.",)
        )
    at = program.shown(open_ends[-1])
    return Point(
        "print-end",
        "`print()` without a value only ends the line on the screen. It is needed because the `print` on "
        f"line {at} has an `end`, so it does not begin a new line itself.",
        (
            f"The `print` on line {at} shows its value and then the text of `end`, not a line break.",
            "So all values of one row stand in the same line.",
            f"`print()` on line {program.shown(line)} shows nothing but the line break: the next row begins below.",
            "Its indentation decides how often it runs: once after each row.",
        ),
    )


def _try(program: Program, node: ast.AST, asked: str) -> Point | None:
    del asked
    if not isinstance(node, ast.Try) or not node.handlers:
        return None
    run = program.run
    names = [ast.unparse(each.type) if each.type is not None else "any exception" for each in node.handlers]
    first, handler = node.body[0], node.handlers[0]
    named = listed([code_span(name) for name in names], "or")
    caught_at = program.shown(handler.body[0].lineno)
    leaves = f"If a line under `try` raises {named}, Python leaves the block at once and goes on at line {caught_at}."
    steps = [
        f"Python runs the lines under `try` from line {program.shown(first.lineno)} on.",
        leaves,
        "Any other exception is not caught here, and ends the program as usual."
        if "any exception" not in names
        else "So every exception is caught here, also one that you did not expect.",
    ]
    ran = run.ran if run is not None else {}
    if run is not None and run.ending == "finished" and ran.get(first.lineno):
        caught = sum(ran.get(each.body[0].lineno, 0) for each in node.handlers)
        steps.append(
            f"With your values, the lines under `except` run {caught} time{'s' * (caught != 1)}."
            if caught
            else "With your values nothing fails, so the lines under `except` do not run."
        )
    return Point("try", steps[1], tuple(steps))


def _star(program: Program, node: ast.AST, asked: str) -> Point | None:
    del asked
    if not isinstance(node, Function) or node.args.vararg is None:
        return None
    name = node.args.vararg.arg
    steps = [
        f"The star before {code_span(name)} collects all further values of a call in one tuple.",
        "So the function can be called with any number of values, none too.",
    ]
    before = len(node.args.args)
    calls = [each for each in program.each(ast.Call) if is_call_of(each, node.name)]
    if calls and not any(isinstance(each, ast.Starred) for each in calls[0].args):
        rest = [ast.unparse(each) for each in calls[0].args[before:]]
        whole = code_span(f"({', '.join(rest)}{',' if len(rest) == 1 else ''})")
        steps.append(
            f"In {code_span(program.segment(calls[0]))} on line {program.shown(calls[0].lineno)}, "
            f"{code_span(name)} is {whole}."
        )
    return Point("tuple", steps[0], tuple(steps))


def _same_object(program: Program, node: ast.AST, asked: str) -> Point | None:
    del asked
    match node:
        case ast.Assign(targets=[ast.Name(id=other)], value=ast.Name(id=name) as value) if other != name:
            pass
        case _:
            return None
    found = seen(program, value).get(value, [])
    if not found or type(found[0]) not in (list, dict, set):
        return None
    kind = "list" if isinstance(found[0], list) else "dictionary" if isinstance(found[0], dict) else "set"
    one, two = code_span(name), code_span(other)
    return Point(
        "whole-slice" if kind == "list" else "assign",
        f"The line makes no copy: after it, {one} and {two} are two names for one and the same {kind}.",
        (
            f"Before the line there is one {kind}, with the name {one}.",
            f"The line gives the same {kind} a second name, {two}. Nothing is copied.",
            f"So a change by the name {two} shows under {one}, too, since there is only one {kind}.",
            f"A copy needs a call, such as {code_span(f'{name}.copy()')}; then each name has its own {kind}.",
        ),
        topic="aliases",
    )


def _swap(program: Program, node: ast.AST, asked: str) -> Point | None:
    del asked
    match node:
        case ast.Assign(targets=[ast.Tuple(elts=places)], value=ast.Tuple(elts=values)) if len(places) == len(values):
            pass
        case _:
            return None
    found = seen(program, *values)
    before = [shown(found[value][0]) if found.get(value) else None for value in values]
    if None in before:
        return None
    pairs = [f"{code_span(ast.unparse(place))} gets {span}" for place, span in zip(places, before, strict=True)]
    return Point(
        "unpack",
        f"Python works out the whole right side first; then {listed(pairs)}.{_swapped(places, values)}",
        (
            f"The right side is worked out first, with the old values: {listed([span for span in before if span])}.",
            f"Only then are the names on the left set: {listed(pairs)}.",
        ),
    )


def _swapped(places: Sequence[ast.expr], values: Sequence[ast.expr]) -> str:
    names = [ast.unparse(place) for place in places]
    if names != [ast.unparse(value) for value in values][::-1] or len(names) != len("ab"):
        return ""
    return f" So {listed([code_span(name) for name in names])} change their values."


def _default(program: Program, node: ast.AST, asked: str) -> Point | None:
    if not isinstance(node, Function) or not node.args.defaults or not _DEFAULT.search(asked):
        return None
    names = [each.arg for each in node.args.args][-len(node.args.defaults) :]
    told = [
        f"{code_span(name)} is {code_span(ast.unparse(value))} in a call that names no value for it."
        for name, value in zip(names, node.args.defaults, strict=True)
    ]
    calls = [each for each in program.each(ast.Call) if is_call_of(each, node.name)][:2]
    uses = {
        id(call): [each for each in walk(node) if isinstance(each, ast.Name) and each.id in names] for call in calls
    }
    for call in calls:
        missing = names[max(len(call.args) - (len(node.args.args) - len(names)), 0) :]
        missing = [name for name in missing if name not in {key.arg for key in call.keywords}]
        if missing and uses[id(call)]:
            told.append(
                f"{code_span(program.segment(call))} on line {program.shown(call.lineno)} leaves out "
                f"{listed([code_span(name) for name in missing])}, so the default counts."
            )
        elif not missing:
            told.append(
                f"{code_span(program.segment(call))} on line {program.shown(call.lineno)} gives a value, so the "
                "default does not count."
            )
    return Point("default", told[0], tuple(told))


FORM_POINTS: tuple[Callable[[Program, ast.AST, str], Point | None], ...] = (
    *(_guard, _print, _format, _try, _star, _default, _swap, _same_object),
)
