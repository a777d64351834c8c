"""Endless recursion: functions that never stop calling themselves."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import called_name, is_division, names_in, parameters
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit
    from tutor_pedagogy.offline.engine.nodes import Function


@runtime_rule("recursion-same-argument", ("RecursionError",), before=("recursion-without-end",))
def recursion_same_argument(case: CrashContext) -> Match | None:
    """Return the recursive call that passes on the function's own parameters unchanged."""
    function, first = recursive_call(case)
    if function is None or first is None:
        return None
    given = parameters(function)
    changed = {node.id for node in walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    calls = [
        node for node in walk(function) if isinstance(node, ast.Call) and case.text(node.func) == case.text(first.func)
    ]
    for call in [first, *calls]:
        passed = [_WHOLE_SLICE.sub("", case.text(argument)) for argument in call.args]
        if passed and not set(passed) & changed and sorted(passed) == sorted(given[: len(passed)]):
            slots = {"function": Code(function.name), "argument": Code(", ".join(passed))}
            unused = _made_and_never_read(function)
            smaller = () if unused else _smaller(case, call)
            made = tuple(edit for each in unused for arg in call.args if (edit := case.rewrite(arg, each)) is not None)
            found = case.at(call, slots=slots, unused=Code(unused[-1]) if unused else "")
            return replace(found, choices=smaller or made)
    return None


def _made_and_never_read(function: Function) -> list[str]:
    """Return the variables that a function makes of others and never reads: one may be meant for the next call."""
    names = [node for node in walk(function) if isinstance(node, ast.Name)]
    read = {node.id for node in names if isinstance(node.ctx, ast.Load)}
    made = [
        node for node in walk(function) if isinstance(node, ast.Assign) and not isinstance(node.value, ast.Constant)
    ]
    targets = [target.id for node in made for target in node.targets if isinstance(target, ast.Name)]
    return [name for name in dict.fromkeys(targets) if name not in read]


_WHOLE_SLICE = re.compile(r"(?<=\w)\[0?: ?(?:len\(\w+\))?\]$")
"""A slice that copies the whole value, such as `items[:len(items)]`."""


def _smaller(case: CrashContext, call: ast.Call) -> tuple[Edit, ...]:
    """Return edits that pass on less of one argument: a number less by one, or a list or string without an item."""
    forms = ("{} - 1", "{}[1:]")
    parts = list(walk(case.function)) if case.function is not None else []
    for node in parts:
        match node:
            case ast.BinOp(left=ast.Name(), op=ast.Mod(), right=ast.Constant(value=int(base))) if base > 1:
                forms = (f"{{}} // {base}", "{}[1:]")
    if case.function is not None and "digit" in case.function.name.lower():
        forms = ("{} // 10", "{}[1:]")
    edits = [case.rewrite(value, form.format(case.text(value))) for value in call.args for form in forms]
    return tuple(edit for edit in edits if edit is not None)


def recursive_call(case: CrashContext) -> tuple[Function | None, ast.Call | None]:
    """Return the failing function and its recursive call, preferably the one that the traceback marks."""
    function = case.function or case.program.functions.get(case.crash.function)
    repeated, times = next(iter(Counter(case.crash.callers).most_common(1)), (0, 0))
    if times > 1 and case.line not in case.crash.callers:
        function = case.program.function_at(repeated) or function
    nodes = walk(function) if function is not None else []
    calls = [n for n in nodes if isinstance(n, ast.Call) and function is not None and called_name(n) == function.name]
    here = [call for call in calls if call.lineno in (case.line, repeated)] or calls
    return function, next((call for call in here if call is case.node), here[0] if here else None)


@runtime_rule("slice-keeps-all", ("RecursionError",), before=("recursion-same-argument",))
def slice_keeps_all(case: CrashContext) -> Match | None:
    """Return the line that replaces an argument of the next call by a copy of it, as in `x = x[:len(x)]`."""
    function, call = recursive_call(case)
    if function is None or call is None:
        return None
    passed = names_in(*call.args)
    for node in case.program.own_nodes(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Subscript(value=ast.Name(id=used)) as part):
                text = case.text(part)
                if name == used and name in passed and _WHOLE_SLICE.sub("", text) == name:
                    edit = case.rewrite(part, f"{text[:-1]} - 1]" if "len" in text else f"{name}[1:]")
                    found = case.at(node, function=Code(function.name), name=Code(name), slice=part)
                    return replace(found, choices=(edit,) if edit is not None else ())
    return None


@runtime_rule("recursion-without-end", ("RecursionError",), before=("recursion-misses-end",))
def recursion_without_end(case: CrashContext) -> Match | None:
    """Return the recursive call of a function without any condition."""
    function, call = recursive_call(case)
    if function is None or call is None:
        return None
    if any(isinstance(node, ast.If | ast.IfExp | ast.While | ast.Match) for node in walk(function)):
        return None
    return case.at(call, function=Code(function.name))


@runtime_rule(
    "attribute-calls-itself", ("RecursionError",), before=("recursion-same-argument", "recursion-without-end")
)
def attribute_calls_itself(case: CrashContext) -> Match | None:
    """Return the use of an attribute inside the property or special method that Python runs for this attribute."""
    function = case.function
    owner = case.class_of(function)
    if function is None or owner is None:
        return None
    properties = {node.name for node in owner.body if isinstance(node, ast.FunctionDef) and _is_property(node)}
    stored = {node.attr for node in walk(owner) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)}
    for node in case.likely(ast.Attribute):
        if node.attr == function.name and node.attr in properties and case.text(node.value) == "self":
            hidden = next((each for each in (f"_{node.attr}", f"__{node.attr}") if each in stored), None)
            replace = (node, f"self.{hidden}" if hidden else None)
            return case.at(node, replace=replace, attribute=node, method=Code(function.name))
    return None


def _is_property(function: ast.FunctionDef) -> bool:
    """Return whether a method is a property, or sets one."""
    return any(
        (isinstance(each, ast.Name) and each.id in ("property", "cached_property"))
        or (isinstance(each, ast.Attribute) and each.attr in ("setter", "deleter", "getter"))
        for each in function.decorator_list
    )


@runtime_rule("recursion-misses-end", ("RecursionError",))
def recursion_misses_end(case: CrashContext) -> Match | None:
    """Return the condition that should end the recursion, or the call whose arguments never fulfil it."""
    function, call = recursive_call(case)
    if function is None or call is None:
        name, shown = Code(case.crash.function or ""), Code(case.marked or "")
        return case.here(function=name, call=shown, test="")
    tests = [node.test for node in walk(function) if isinstance(node, ast.If)]
    ending = (
        test for test in tests if isinstance(test, ast.Compare) and not isinstance(test.ops[0], ast.In | ast.NotIn)
    )
    test = next(ending, tests[0] if tests else None)
    slots = {"function": Code(function.name), "call": Code(case.text(call))}
    if test is None:
        return case.at(call, slots=slots, test="")
    shown_only = _print_at_end(function)
    if shown_only is not None:
        new = f"return {case.text(shown_only.args[0])}" if len(shown_only.args) == 1 else None
        return case.at(shown_only, replace=(shown_only, new), slots=slots, test=test)
    stands_still = _is_passed_on(function, call, test) or _moves_away(call, test) or any(map(is_division, call.args))
    found = case.at(test if isinstance(test, ast.Compare) and not stands_still else call, slots=slots, test=test)
    return replace(found, choices=_reached(case, call, test, stands_still=stands_still))


def _reached(case: CrashContext, call: ast.Call, test: ast.expr, *, stands_still: bool) -> tuple[Edit, ...]:
    """Return edits with which the calls reach the end: a wider condition, or an argument that gets smaller."""
    edits: list[Edit | None] = []
    match test:
        case ast.Compare(ops=[ast.Eq()]) if not stands_still:
            grows = any(isinstance(each, ast.BinOp) and isinstance(each.op, ast.Add) for each in call.args)
            edits = [case.rewrite(test, case.text(test).replace("==", ">=" if grows else "<="))]
        case _ if stands_still:
            for value in call.args:
                match value:
                    case ast.BinOp(left=ast.Name(id=name), op=ast.Add(), right=right):
                        edits.append(case.rewrite(value, f"{name} - {case.text(right)}"))
                    case ast.BinOp(left=left, op=ast.Div(), right=right):
                        edits.append(case.rewrite(value, f"{case.text(left)} // {case.text(right)}"))
                    case ast.Name(id=name) if name in names_in(test):
                        edits += [case.rewrite(value, f"{name} {sign} 1") for sign in "+-"]
                    case ast.Name(id=name):
                        edits.append(case.rewrite(value, f"{name} + 1"))
    return tuple(edit for edit in edits if edit is not None)


def _print_at_end(function: Function) -> ast.Call | None:
    """Return the `print` in the branch that should end the recursion but does not return."""
    for node in function.body:
        match node:
            case ast.If(body=[ast.Expr(value=ast.Call(func=ast.Name(id="print"), args=[_, *_]) as call)], orelse=[]):
                return call
    return None


def _moves_away(call: ast.Call, test: ast.expr) -> bool:
    """Return whether an argument grows from call to call while the condition compares with a constant."""
    waits = isinstance(test, ast.Compare) and isinstance(test.comparators[0], ast.Constant)
    return waits and any(
        isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add | ast.Mult) and isinstance(value.left, ast.Name)
        for value in call.args
    )


def _is_passed_on(function: Function, call: ast.Call, test: ast.expr) -> bool:
    """Return whether the recursive call leaves a parameter that the condition uses unchanged."""
    return any(
        name in names_in(test) and isinstance(value, ast.Name) and value.id == name
        for name, value in zip(parameters(function), call.args, strict=False)
    )
