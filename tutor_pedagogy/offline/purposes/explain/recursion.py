"""How a function that calls itself comes to its end, followed through with the values of the program's own call."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import is_call_of
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.purposes.explain.told_point import Point
from tutor_pedagogy.offline.purposes.own_values import all_shown, seen
from tutor_pedagogy.offline.purposes.texts import listed
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.nodes import Function
    from tutor_pedagogy.offline.engine.program import Program

_MOST_CALLS = 7


def own_calls(program: Program, function: Function) -> list[ast.Call]:
    """Return the calls of a function in its own body."""
    return [node for node in program.own_nodes(function) if is_call_of(node, function.name)]


def recursion_told(program: Program, function: Function) -> Point | None:
    """Return how a recursive function works: its end, and each call with its values if they are known."""
    calls = own_calls(program, function)
    if not calls:
        return None
    base = _base(function)
    call, name = calls[0], code_span(function.name)
    own = f"Each call of {name} has its own variables. The outer call waits for the inner one and goes on after it."
    if base is not None:
        test = code_span(program.segment(base.test))
        ends = next(each for each in walk(base) if isinstance(each, ast.Return))
        value = f" and returns {code_span(program.segment(ends.value))}" if ends.value is not None else ""
        gist = (
            f"{name} calls itself with a new value, {code_span(program.segment(call))} on line "
            f"{program.shown(call.lineno)}, until {test} on line {program.shown(base.lineno)} is true. That call ends "
            f"at once{value}: it is the base case."
        )
    else:
        gist = (
            f"{name} calls itself on line {program.shown(call.lineno)}, {code_span(program.segment(call))}, with a new "
            "value. There has to be a case in which it does not call itself; then all waiting calls get their results."
        )
    told = _trace(program, function, calls)
    outcome = " ".join(f"`{part}`" for part in told[0].split("`")[1::2]) if told else ""
    return Point("recursion", gist, (gist, *told, own), outcome=outcome.replace("` `", "` → `"))


def _base(function: Function) -> ast.If | None:
    """Return the first `if` of a function whose branch returns without calling the function."""
    for node in function.body:
        if isinstance(node, ast.If) and any(isinstance(each, ast.Return) for each in walk(node)):
            inner = [each for part in node.body for each in walk(part)]
            is_end = any(isinstance(each, ast.Return) for each in inner)
            if is_end and not any(is_call_of(each, function.name) for each in inner):
                return node
    return None


def _trace(program: Program, function: Function, calls: list[ast.Call]) -> list[str]:
    """Return the sentences about the calls of one run: their arguments going down, their results coming back."""
    if len(calls) != 1 or len(calls[0].args) != 1:
        return []
    outer = [
        each
        for each in program.each(ast.Call)
        if is_call_of(each, function.name) and each is not calls[0] and each.args
    ]
    returned = [each.value for each in program.returns_of(function) if each.value is not None]
    if not outer or not returned or len(outer[0].args) != 1:
        return []
    argument = calls[0].args[0]
    found = seen(program, argument, outer[0].args[0], *returned, calls[0], outer[0])
    down = all_shown([*found.get(outer[0].args[0], [])[:1], *found.get(argument, [])])
    results = found.get(calls[0], [])
    final = found.get(outer[0], [])[:1]
    if not final or not down or len(down) == 1 or len(found.get(argument, [])) >= _MOST_CALLS or len(outer) > 1:
        down = down[:4]
        return [f"The values of the calls are {', '.join(down)} and so on."] if len(down) > 1 else []
    back = all_shown([*results, *final])
    name = function.name
    told = [f"The calls go down: {', '.join(f'`{name}({each[1:-1]})`' for each in down)}."]
    if back:
        told.append(f"The last one is the base case. The results come back from the inside out: {listed(back)}.")
    return told
