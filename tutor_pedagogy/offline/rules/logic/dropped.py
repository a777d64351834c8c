"""Calls that change nothing: results of own functions that are dropped, parameters and copies changed in vain."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import Function
from tutor_pedagogy.offline.rules.logic.missing_returns import has_effect
from tutor_pedagogy.offline.rules.logic.originals import says_that_it_stays
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.support import arguments_for, is_result_used, is_tried, reads_below
from tutor_pedagogy.offline.rules.logic.tree import assigned_pairs, is_name, parameters_of, reads, stored_in
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program

_MOST_CALLS = 20
"""The number of uses of a name that are looked at."""
_PURE = (
    "len",
    "str",
    "int",
    "float",
    "round",
    "abs",
    "sum",
    "min",
    "max",
    "sorted",
    "range",
    "list",
    "enumerate",
    "zip",
)


@logic_rule("answer-of-own-function-dropped", 0.9, "value zero less more other", needs=(Function,), each=Function)
def answer_of_own_function_dropped(program: Program, function: Function) -> Iterator[Match]:
    """Yield a statement that calls a function which does nothing but return a value, on a name that is read later."""
    if program.returns_nothing(function):
        return
    for node, call in _quiet_calls(program, function):
        given = [each.id for each in call.args if isinstance(each, ast.Name)]
        later = [name for name in given if reads_below(program, name, node.lineno)]
        if not later or program.function_at(node.lineno) is function:
            continue
        edit = None
        if len(given) == len(call.args) == 1:
            text = f"{program.indentation(node.lineno)}{later[0]} = {program.segment(call)}"
            edit = program.edit(node.lineno, text)
        is_weak = is_result_used(program, function)
        slots: dict[str, Any] = {"function": Code(function.name), "name": Code(later[0])}
        yield program.on_line(node, edit=edit, needs_symptom=is_weak, call=call, **slots)
        return


@logic_rule("parameter-changed-in-vain", 0.9, "value zero less more none other", needs=(Function,), each=Function)
def parameter_changed_in_vain(program: Program, function: Function) -> Iterator[Match]:
    """Yield the assignment to a parameter in a function that returns nothing and has no other effect, but is called."""
    if not program.returns_nothing(function) or isinstance(program.parents.get(function), ast.ClassDef):
        return
    own = parameters_of(function)
    for _, call in _quiet_calls(program, function, prints=True):
        for statement in function.body[::-1]:
            names = sorted(stored_in(statement) & set(own))
            if names and any(use.lineno > statement.lineno for use in _reads(function, names[0])):
                return
            if names and isinstance(statement, ast.Assign | ast.AugAssign):
                given = dict(zip(own, call.args, strict=False)).get(names[0])
                if isinstance(given, ast.Name):
                    slots: dict[str, Any] = {"name": Code(names[0]), "function": Code(function.name), "given": given}
                    yield program.on_line(statement, call=call, **slots)
                return


def _reads(function: Function, name: str) -> list[ast.Name]:
    return [node for node in walk(function) if isinstance(node, ast.Name) and reads(node, name)]


def _quiet_calls(program: Program, function: Function, *, prints: bool = False) -> Iterator[tuple[ast.Expr, ast.Call]]:
    """Yield the first statements that call a function which has no effect but its result, with the calls."""
    found: list[tuple[ast.Expr, ast.Call]] = []
    for use in program.uses.get(function.name, [])[:_MOST_CALLS]:
        call = program.parents.get(use)
        node = program.parents.get(call) if call is not None else None
        if isinstance(call, ast.Call) and call.func is use and call.args and isinstance(node, ast.Expr):
            found.append((node, call))
    if not found or program.is_cell or function.decorator_list or not _is_quiet(program, function, prints=prints):
        return
    yield from (pair for pair in found if not is_tried(program, pair[0]))


def _is_quiet(program: Program, function: Function, *, prints: bool = False) -> bool:
    """Return whether a function has no effect but its result: it changes and checks nothing, and may print."""
    if has_effect(program, function):
        return False
    stored, own = stored_in(function), parameters_of(function)
    for each in program.own_nodes(function):
        match each:
            case ast.Raise() | ast.Assert() | ast.Yield() | ast.YieldFrom() | ast.Await() | ast.Import() | ast.Delete():
                return False
            case ast.Call(func=ast.Name(id=called)) if called not in (*_PURE, function.name) and (
                not prints or called != "print"
            ):
                return False
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner))) if owner not in own and owner not in stored:
                return False
    return True


@logic_rule(
    "attribute-copied-and-changed", 0.9, "value zero less more other", needs=(ast.ClassDef, "self"), each=Function
)
def attribute_copied_and_changed(program: Program, function: Function) -> Iterator[Match]:
    """Yield `x = self.x` in a method that changes `x` and never stores it in `self`, while no call uses its result."""
    if not isinstance(program.parents.get(function), ast.ClassDef) or parameters_of(function)[:1] != ["self"]:
        return
    copies = dict(_copies(function))
    own = program.own_nodes(function)
    stores = {each.attr for each in own if isinstance(each, ast.Attribute) and isinstance(each.ctx, ast.Store)}
    changed = [
        each
        for each in own
        if isinstance(each, ast.AugAssign) and isinstance(each.target, ast.Name) and each.target.id in copies
    ]
    if not changed or stores:
        return
    calls = [
        call
        for call in program.each(ast.Call)
        if isinstance(call.func, ast.Attribute) and call.func.attr == function.name
    ]
    if not calls or not all(isinstance(program.parents.get(call), ast.Expr) for call in calls):
        return
    name = changed[0].target.id if isinstance(changed[0].target, ast.Name) else ""
    first = min(changed, key=lambda each: each.lineno)
    yield program.on_line(first, name=Code(name), attribute=Code(copies[name]), function=Code(function.name))


def _copies(function: Function) -> Iterator[tuple[str, str]]:
    """Yield the names that a method gives to values of its object, each with the attribute as code."""
    for statement in function.body:
        for target, value in assigned_pairs(statement):
            match target, value:
                case ast.Name(id=name), ast.Attribute(value=ast.Name(id="self"), attr=attribute):
                    yield name, f"self.{attribute}"


@logic_rule("argument-changed-for-caller", 0.75, "value less short more other", needs=(Function,), each=Function)
def argument_changed_for_caller(program: Program, function: Function) -> Iterator[Match]:
    """Yield a step that changes a given list in place, in a function that returns a value and gets one list twice."""
    if program.returns_nothing(function):
        return
    own = parameters_of(function)
    for node in program.own_nodes(function):
        match node:
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="remove" | "pop" | "clear" | "sort"))
            ) if name in own:
                pass
            case _:
                continue
        if any(is_name(each.value, name) for each in program.returns_of(function)):
            return
        rebound = any(is_name(target, name) for each in program.own_nodes(function) for target in _targets(each))
        given = [each.id for each in arguments_for(program, function, name)[:_MOST_CALLS] if isinstance(each, ast.Name)]
        twice = sorted({each for each in given if given.count(each) > 1 or _is_shown(program, each, function)})
        if twice and not rebound:
            slots: dict[str, Any] = {"name": Code(name), "given": Code(twice[0]), "function": Code(function.name)}
            yield program.on_line(node, needs_symptom=not says_that_it_stays(program, node.lineno), **slots)
            return


def _targets(node: ast.AST) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else []


def _is_shown(program: Program, name: str, function: Function) -> bool:
    """Return whether the program reads a name after the first call of the function."""
    calls = [use.lineno for use in program.uses.get(function.name, [])[:_MOST_CALLS]]
    return bool(calls) and reads_below(program, name, min(calls))
