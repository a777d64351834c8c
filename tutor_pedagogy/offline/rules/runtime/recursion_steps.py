"""Recursion whose step does not get smaller, or passes by the case that ends it."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import called_name, parameters
from tutor_pedagogy.offline.rules.runtime.recursion import recursive_call
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.nodes import Function

_ENDLESS = ("recursion-misses-end", "recursion-same-argument", "recursion-without-end")


@runtime_rule("slice-never-empty", ("RecursionError",), before=_ENDLESS)
def slice_never_empty(case: CrashContext) -> Match | None:
    """Return the slice in a recursive call that keeps the first items, so that it never becomes empty."""
    function, call = recursive_call(case)
    if function is None or call is None:
        return None
    for argument in call.args:
        match argument:
            case ast.Subscript(
                value=ast.Name(id=name), slice=ast.Slice(lower=None, upper=ast.Constant(value=int(kept)), step=None)
            ) if kept > 0 and name in parameters(function):
                slots: dict[str, str | ast.AST] = {"slice": argument, "name": Code(name), "call": call}
                slots |= {"kept": "item" if kept == 1 else f"{kept} items", "function": Code(function.name)}
                return case.at(argument, replace=(argument, f"{name}[{kept}:]"), slots=slots)
    return None


@runtime_rule("string-taken-apart-forever", ("RecursionError",), before=_ENDLESS)
def string_taken_apart_forever(case: CrashContext) -> Match | None:
    """Return the test for strings in a function that calls itself for each item: a character is a string again."""
    function, call = recursive_call(case)
    if function is None or call is None:
        return None
    for test in (node for node in walk(function) if isinstance(node, ast.Call) and called_name(node) == "isinstance"):
        match test.args:
            case [ast.Name() as item, ast.Tuple(elts=kinds) as given] if any(_is_str(kind) for kind in kinds):
                rest = [case.text(kind) for kind in kinds if not _is_str(kind)]
                new = rest[0] if len(rest) == 1 else f"({', '.join(rest)})"
                slots: dict[str, str | ast.AST] = {"item": item, "kinds": given, "call": call}
                found = case.at(test, replace=(given, new), function=Code(function.name), slots=slots)
                return replace(found, needs_edit=True)
    return None


def _is_str(kind: ast.expr) -> bool:
    return isinstance(kind, ast.Name) and kind.id == "str"


@runtime_rule("second-end-missing", ("RecursionError",), before=_ENDLESS)
def second_end_missing(case: CrashContext) -> Match | None:
    """Return the condition that ends a recursion for one number only, although a call goes down by two or more."""
    function, _ = recursive_call(case)
    if function is None:
        return None
    steps = {step for node in walk(function) if isinstance(node, ast.Call) for step in _steps(function, node)}
    for node in function.body:
        match node:
            case ast.If(
                test=ast.Compare(
                    left=ast.Name(id=name), ops=[ast.Eq()], comparators=[ast.Constant(value=int(end))]
                ) as test
            ) if steps and max(steps) > 1 and name in parameters(function):
                ends = [case.text(each.test) for each in function.body if isinstance(each, ast.If)]
                if sum(text.startswith(f"{name} ==") for text in ends) > 1 or not _gives_a_value(node):
                    return None
                low, step = end + 1, max(steps)
                slots: dict[str, str | ast.AST] = {"test": test, "function": Code(function.name), "step": str(step)}
                slots |= {"from": Code(f"{name} == {low}"), "to": Code(f"{name} == {low - step}")}
                return replace(case.at(test, slots=slots), is_proved=True)
    return None


def _gives_a_value(node: ast.If) -> bool:
    """Return whether the block of a condition returns a value: then a call that passes it by needs one of its own."""
    match node.body[-1]:
        case ast.Return(value=ast.Constant(value=None) | None):
            return False
        case ast.Return():
            return True
    return False


def _steps(function: Function, call: ast.Call) -> list[int]:
    """Return by how much the arguments of a recursive call are less than the parameters."""
    if called_name(call) != function.name:
        return []
    found = []
    for argument in call.args:
        match argument:
            case ast.BinOp(left=ast.Name(id=name), op=ast.Sub(), right=ast.Constant(value=int(step))):
                if name in parameters(function):
                    found.append(step)
    return found
