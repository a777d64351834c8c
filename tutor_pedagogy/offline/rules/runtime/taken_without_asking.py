"""Items that are taken out of a list in a loop that never asks whether it still has one."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import names_in
from tutor_pedagogy.offline.rules.runtime.rule import Code, CrashContext, Match, runtime_rule
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.finding import Edit

_EMPTY = r"pop from (?:an )?empty"
_TAKING = frozenset(("pop", "popleft"))


def _taken(case: CrashContext) -> tuple[ast.Call, ast.Name] | None:
    for call in case.calls:
        match call.func:
            case ast.Attribute(value=ast.Name() as owner, attr=method) if method in _TAKING:
                return call, owner
    return None


@runtime_rule("loop-outlasts-list", ("IndexError",), _EMPTY, before=("taken-from-empty",))
def loop_outlasts_list(case: CrashContext) -> Match | None:
    """Return the condition of a `while` loop that takes items out of a list and does not ask whether it has one."""
    found = _taken(case)
    if found is None:
        return None
    call, owner = found
    loop = case.program.loop_around(call)
    if not isinstance(loop, ast.While) or owner.id in names_in(loop.test) or _adds(loop, owner.id):
        return None
    if any(isinstance(up, ast.If) and owner.id in names_in(up.test) for up in case.program.above(call)):
        return None
    is_or = isinstance(loop.test, ast.BoolOp) and isinstance(loop.test.op, ast.Or)
    is_endless = isinstance(loop.test, ast.Constant)
    if any(isinstance(node, ast.Break) for node in walk(loop)):
        return None
    test = f"({case.text(loop.test)})" if is_or else case.text(loop.test)
    new = owner.id if is_endless else f"{owner.id} and {test}"
    slots: dict[str, str | ast.AST] = {"owner": owner, "call": call, "test": loop.test}
    slots["take"] = str(case.program.shown(call.lineno))
    return case.at(loop.test, replace=(loop.test, new), slots=slots)


def _adds(loop: ast.While, name: str) -> bool:
    for node in walk(loop):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr="append" | "extend" | "insert")):
                if owner == name:
                    return True
    return False


@runtime_rule("taken-before-put-in", ("IndexError",), _EMPTY, before=("taken-from-empty", "condition-never-true"))
def taken_before_put_in(case: CrashContext) -> Match | None:
    """Return the line that takes an item out of a stack under a condition about the input, and not about the stack."""
    found = _taken(case)
    if found is None:
        return None
    call, owner = found
    statement = case.statement
    around = [*case.program.above(call)]
    loop = next((up for up in around if isinstance(up, ast.For)), None)
    tests = [up for up in around if isinstance(up, ast.If)]
    if loop is None or not tests or any(owner.id in names_in(up.test) for up in tests) or statement is None:
        return None
    puts = [
        node
        for node in walk(loop)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "append"
        and case.text(node.func.value) == owner.id
    ]
    if not puts or case.value(owner) not in ([], ()):
        return None
    item = case.value(loop.target) if isinstance(loop.target, ast.Name) else None
    slots: dict[str, str | ast.AST] = {"owner": owner, "call": call, "test": tests[0].test}
    slots |= {"put": str(case.program.shown(puts[0].lineno)), "name": loop.target}
    slots["item"] = Code(repr(item)) if isinstance(item, str | int) else ""
    return case.at(call, edit=_answered(case, statement, owner.id), slots=slots)


def _answered(case: CrashContext, statement: ast.stmt, name: str) -> Edit | None:
    """Return the edit that returns False for an empty stack, if the function returns truth values about it."""
    function = case.function
    returned = [each.value for each in case.program.returns_of(function)] if function is not None else []
    if not returned or not all(_is_truth(value) for value in returned) or statement.lineno != case.line:
        return None
    text = case.program.line(case.line)
    indent = text[: len(text) - len(text.lstrip())]
    return case.insert_line(case.line, f"if not {name}:\n{indent}    return False")


def _is_truth(value: ast.expr | None) -> bool:
    is_constant = isinstance(value, ast.Constant) and isinstance(value.value, bool)
    is_not = isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not)
    return is_constant or is_not or isinstance(value, ast.Compare)
