"""The point of a question about a line: recursion, `self`, a format, an endless loop with a way out, a block."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import Function, is_call_of
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.purposes.endings import way_out
from tutor_pedagogy.offline.purposes.explain.asked_forms import FORMS_ASKED
from tutor_pedagogy.offline.purposes.explain.asked_points import ASKED, OF_FORM
from tutor_pedagogy.offline.purposes.explain.calls import given_values
from tutor_pedagogy.offline.purposes.explain.form_points import FORM_POINTS
from tutor_pedagogy.offline.purposes.explain.method_calls import method_called
from tutor_pedagogy.offline.purposes.explain.recursion import own_calls, recursion_told
from tutor_pedagogy.offline.purposes.explain.told_point import Point
from tutor_pedagogy.offline.purposes.own_values import all_shown, seen
from tutor_pedagogy.offline.purposes.texts import listed, sentence
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tutor_pedagogy.offline.engine.program import Program

_RECURSION = re.compile(
    r"recurs|it ?self|its own|sich selbst|s[ií] misma|a si mesma|elle-m[eê]me|自己|递归|r[eé]curs|selbst auf",
    re.IGNORECASE,
)
_SELF = re.compile(r"\bself\b|__init__|__str__|__repr__", re.IGNORECASE)
_ENDLESS = re.compile(
    r"while true|endless|for ?ever|infin\w{2,3}|unendlich|endlos|死循环|无限|sans fin|stop|termina"
    r"|acaba|arr[eê]te|aufh|停",
    re.IGNORECASE,
)
_MAX_QUESTION = 300


def point_of(program: Program, node: ast.AST, question: str) -> Point | None:
    """Return the point of a question about a node, or None if the description of its parts is the answer."""
    return _first(_TELLERS, program, node, question)


def asked_point(program: Program, node: ast.AST, question: str) -> Point | None:
    """Return the point that the words of a question name, or None."""
    return _first(_ASKED, program, node, question)


def _first(
    tellers: Sequence[Callable[[Program, ast.AST, str], Point | None]], program: Program, node: ast.AST, question: str
) -> Point | None:
    told = (tell(program, node, question[:_MAX_QUESTION]) for tell in tellers)
    return next((point for point in told if point is not None), None)


def _recursion(program: Program, node: ast.AST, asked: str) -> Point | None:
    line = getattr(node, "lineno", program.cursor_line)
    function = program.function_at(line)
    is_asked = bool(_RECURSION.search(asked))
    if is_asked and (function is None or not own_calls(program, function)):
        function = next((each for each in program.functions.values() if own_calls(program, each)), None)
    if function is None:
        return None
    is_there = not hasattr(node, "body") and any(is_call_of(each, function.name) for each in walk(node))
    if not (is_asked or (is_there and own_calls(program, function))):
        return None
    return recursion_told(program, function)


def _endless(program: Program, node: ast.AST, asked: str) -> Point | None:
    loop = node if isinstance(node, ast.While) else next(iter(program.each(ast.While)), None)
    if not isinstance(loop, ast.While) or not _ENDLESS.search(asked):
        return None
    told = way_out(program)
    exits = [each for each in walk(loop) if isinstance(each, ast.Break | ast.Return)]
    if told is None:
        return None
    always = (
        f"{code_span(program.segment(loop.test))} is always true, so the condition on line "
        f"{program.shown(loop.lineno)} alone would never end the loop."
        if isinstance(loop.test, ast.Constant)
        else f"Before each round Python tests {code_span(program.segment(loop.test))} on line "
        f"{program.shown(loop.lineno)}."
    )
    word = "break" if exits and isinstance(exits[0], ast.Break) else "return"
    leaves = f"The `{word}` leaves the loop at once, and no line of the loop below it runs in that round."
    after = (leaves,) if exits else ()
    ask = "What has to happen so that this way out is reached?" if exits else ""
    return Point("while", f"{always} {sentence(told)}", (always, sentence(told), *after), loop.lineno, ask)


def _self(program: Program, node: ast.AST, asked: str) -> Point | None:
    if not _SELF.search(asked):
        return None
    told = None if "__" in asked else method_called(program, node)
    if told is not None:
        return told
    for plan in program.each(ast.ClassDef):
        calls = [each for each in program.each(ast.Call) if is_call_of(each, plan.name)]
        methods = [each for each in plan.body if isinstance(each, Function) and each.name == "__init__"]
        if calls and methods and methods[0].args.args:
            return _object_made(program, plan, methods[0], calls[0], asked)
    return None


def _object_made(program: Program, plan: ast.ClassDef, method: Function, call: ast.Call, asked: str) -> Point | None:
    given = given_values(call, method)
    if given is None:
        return None
    first = code_span(method.args.args[0].arg)
    shown_call, line = code_span(program.segment(call)), program.shown(call.lineno)
    stored = [
        f"{code_span(program.segment(each.targets[0]))}"
        for each in walk(method)
        if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Attribute)
    ][:3]
    steps = [
        f"{shown_call} on line {line} makes a new, empty object of the class {code_span(plan.name)}.",
        f"Python itself passes this object to `__init__` as {first}, the first parameter."
        + (f" So the call only names the rest: {listed(given)}." if given else ""),
    ]
    if stored:
        steps.append(f"{listed(stored)} keep{'s' if len(stored) == 1 else ''} the values in this one object.")
    if re.search(r"__(?:str|repr)__", asked) and any(
        isinstance(each, Function) and each.name in ("__str__", "__repr__") for each in plan.body
    ):
        steps.append("`print` of the object calls `__str__`, and shows the string that it returns.")
    return Point(
        "self" if re.search(r"\bself\b", asked) else "class",
        f"{first} is the object itself. In {shown_call} it is the new object, which Python passes on its "
        "own; you never write it in the call.",
        tuple(steps),
        call.lineno,
    )


def _print_return(program: Program, node: ast.AST, asked: str) -> Point | None:
    """Return how `print` and `return` differ, with the program's own function if the question is about both."""
    if not re.search(r"\bprint\b", asked) or not re.search(r"\breturn\b", asked):
        return None
    del node
    shown_only = "`print` only shows a value on the screen; the call of the function then gives `None`."
    handed = "`return` hands the value back to the place of the call, where it can be stored and used again."
    for function in program.functions.values():
        returned = [each for each in program.returns_of(function) if each.value is not None]
        printed = [each for each in program.own_nodes(function) if is_call_of(each, "print")]
        outer = [
            each
            for each in program.each(ast.Call)
            if is_call_of(each, function.name) and program.function_at(each.lineno) is not function
        ]
        if not outer or not (returned or printed):
            continue
        call, at = code_span(program.segment(outer[0])), program.shown(outer[0].lineno)
        value = all_shown(seen(program, outer[0]).get(outer[0], [])[:1])
        line = returned[0].lineno if returned else printed[0].lineno
        if returned:
            own = f"Your {code_span(function.name)} has a `return`"
            own += f", so {call} on line {at} is {value[0]}." if value else f", so {call} on line {at} has a value."
        else:
            own = (
                f"Your {code_span(function.name)} has no `return`, only a `print` on line {program.shown(line)}. So "
                f"{call} on line {at} shows something, but its value is `None`."
            )
        would = f"With `return` in place of that `print`, {call} would be the result itself."
        more = () if returned else (would,)
        return Point("return", f"{shown_only} {handed}", (shown_only, handed, own, *more), line, topic="print-return")
    return Point("return", f"{shown_only} {handed}", (shown_only, handed), topic="print-return")


_ASKED: tuple[Callable[[Program, ast.AST, str], Point | None], ...] = (
    *FORMS_ASKED,
    *(_print_return, *ASKED, _self, _recursion, _endless),
)
"""The points that the words of the question name."""
_TELLERS = (*_ASKED, *OF_FORM, *FORM_POINTS)
