"""Functions that call themselves without end."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.match import Match
from tutor_pedagogy.offline.rules.runtime.rule import runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Function
    from tutor_pedagogy.offline.rules.runtime.context import CrashContext


@runtime_rule("recursion-same-argument", ("RecursionError",), before=("recursion-without-end",))
def recursion_same_argument(case: CrashContext) -> Match | None:
    """Find where the call hands over exactly what the function got."""
    found = _recursive_call(case)
    if found is None:
        return None
    function, first = found
    parameters = [arg.arg for arg in function.args.args if arg.arg not in ("self", "cls")]
    changed = {node.id for node in walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    called = case.text(first.func)
    calls = [n for n in walk(function) if isinstance(n, ast.Call) and case.text(n.func) == called]
    for call in [first, *calls]:
        handed = [case.text(argument) for argument in call.args]
        if not handed or set(handed) & changed or sorted(handed) != sorted(parameters[: len(handed)]):
            continue
        return Match(
            lines=(call.lineno,),
            expression=case.text(call),
            slots={"function": Code(function.name), "argument": Code(", ".join(handed))},
        )
    return None


def _recursive_call(case: CrashContext) -> tuple[Function, ast.Call] | None:
    function = case.program.function_at(case.line)
    if function is None:
        function = case.program.functions.get(case.crash.function)
    if function is None:
        return None
    calls = [
        node
        for node in walk(function)
        if isinstance(node, ast.Call) and case.text(node.func).rpartition(".")[2] == function.name
    ]
    here = [call for call in calls if call.lineno == case.line]
    found = here or calls
    marked = [call for call in found if call is case.node]
    return (function, (marked or found)[0]) if found else None


@runtime_rule("recursion-without-end", ("RecursionError",), before=("recursion-misses-end",))
def recursion_without_end(case: CrashContext) -> Match | None:
    """Find where the function calls itself on every way."""
    found = _recursive_call(case)
    if found is None:
        return None
    function, call = found
    if any(isinstance(node, ast.If | ast.IfExp | ast.While | ast.Match) for node in walk(function)):
        return None
    return Match(lines=(call.lineno,), expression=case.text(call), slots={"function": Code(function.name)})


@runtime_rule("recursion-misses-end", ("RecursionError",))
def recursion_misses_end(case: CrashContext) -> Match | None:
    found = _recursive_call(case)
    if found is None:
        return case.here(
            function=Code(case.crash.function or "the function"), call=Code(case.marked or "the call"), test="its test"
        )
    function, call = found
    test = next((node.test for node in walk(function) if isinstance(node, ast.If)), None)
    stands_still = test is not None and _handed_on(function, call, test)
    stands_still = stands_still or (test is not None and _moves_away(call, test))
    stands_still = stands_still or any(isinstance(v, ast.BinOp) and isinstance(v.op, ast.Div) for v in call.args)
    goes_on = _goes_on_after(function)
    if goes_on is not None and test is not None:
        line = case.program.line(goes_on.lineno)
        shown = f"return {case.text(goes_on.args[0])}" if len(goes_on.args) == 1 else None
        return Match(
            lines=(goes_on.lineno,),
            expression=case.text(goes_on),
            edit=case.program.edit(goes_on.lineno, line.replace(case.text(goes_on), shown)) if shown else None,
            slots={"function": Code(function.name), "call": Code(case.text(call)), "test": Code(case.text(test))},
        )
    place = test if test is not None and not stands_still and isinstance(test, ast.Compare) else call
    return Match(
        lines=(place.lineno,),
        expression=case.text(place),
        slots={
            "function": Code(function.name),
            "call": Code(case.text(call)),
            "test": Code(case.text(test)) if test is not None else "its test",
        },
    )


def _goes_on_after(function: Function) -> ast.Call | None:
    """Give the `print` in the case that should end the calls, where the function goes on after it."""
    for node in function.body:
        match node:
            case ast.If(body=[ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=[_, *_]) as call)], orelse=[]):
                return call
    return None


def _moves_away(call: ast.Call, test: ast.expr) -> bool:
    """Tell whether a value grows from call to call while the test waits for a small number."""
    waits = isinstance(test, ast.Compare) and isinstance(test.comparators[0], ast.Constant)
    return waits and any(
        isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add | ast.Mult) and isinstance(value.left, ast.Name)
        for value in call.args
    )


def _handed_on(function: Function, call: ast.Call, test: ast.expr) -> bool:
    """Tell whether a parameter that the test asks about is handed on as it is."""
    asked = {node.id for node in walk(test) if isinstance(node, ast.Name)}
    parameters = [arg.arg for arg in function.args.args if arg.arg not in ("self", "cls")]
    return any(
        name in asked and isinstance(value, ast.Name) and value.id == name
        for name, value in zip(parameters, call.args, strict=False)
    )
