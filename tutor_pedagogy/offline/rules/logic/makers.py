"""The statements that make a result: those that change the returned or printed variable, step by step."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import Function, is_call_of, names_in
from tutor_pedagogy.offline.engine.program import GROWING, SHRINKING
from tutor_pedagogy.offline.rules.logic.tree import method_called
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tutor_pedagogy.offline.engine.program import Program

_CHANGING = GROWING | SHRINKING | {"sort", "reverse"}


def makers(program: Program, names: Iterable[str], function: Function | None) -> list[ast.stmt]:
    """Return the statements of a function, or of the module, that change one of the names in a loop, in their order."""
    wanted = set(names)
    nodes = program.own_nodes(function) if function is not None else program.nodes
    found = [
        node
        for node in nodes
        if isinstance(node, ast.stmt)
        and _changed(node) & wanted
        and program.loop_around(node) is not None
        and (function is not None or program.function_at(node.lineno) is None)
    ]
    return sorted(found, key=lambda node: node.lineno)


def _changed(node: ast.stmt) -> set[str]:
    """Return the name that a statement changes: by an operator, by a new value that is computed, in place."""
    match node:
        case ast.AugAssign(target=target):
            return _owner(target)
        case ast.Assign(targets=[target], value=value) if not isinstance(value, ast.Constant | ast.List | ast.Dict):
            return _owner(target)
        case ast.Expr(value=call):
            owner, method = method_called(call)
            return {owner} if method in _CHANGING else set()
    return set()


def _owner(target: ast.expr) -> set[str]:
    while isinstance(target, ast.Subscript):
        target = target.value
    return {target.id} if isinstance(target, ast.Name) else set()


def maker_of_result(program: Program, function: Function, ran: Mapping[int, int] | None = None) -> ast.stmt | None:
    """Return the statement that changes what a function returns, of those that ran if that is known; else None."""
    returned = {name for result in program.returns_of(function) if result.value for name in names_in(result.value)}
    found = [each for each in makers(program, returned, function) if ran is None or ran.get(each.lineno)]
    return found[-1] if found else None


def maker_of_output(program: Program, shown: list[ast.Call], ran: Mapping[int, int] | None = None) -> ast.stmt | None:
    """Return the statement that changes what the program prints: in its loops, else in a function that it calls."""
    for call in reversed(shown):
        names = {name for part in call.args for name in names_in(part)}
        made = makers(program, names, program.function_at(call.lineno))
        made = [each for each in made if ran is None or ran.get(each.lineno)]
        if made:
            return made[-1]
        for function in _called(program, names):
            inner = maker_of_result(program, function, ran)
            if inner is not None:
                return inner
    return None


def _called(program: Program, names: set[str]) -> Iterator[Function]:
    """Yield the functions that names are, or whose results they have got."""
    for name in sorted(names):
        if name in program.functions:
            yield program.functions[name]
        for _, value in program.assignments(name):
            if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in program.functions:
                yield program.functions[value.func.id]


def prints(program: Program) -> list[ast.Call]:
    """Return the calls of `print` with a value in the program, in order of lines."""
    found = [
        node
        for node in program.each(ast.Call)
        if is_call_of(node, "print") and any(isinstance(part, ast.Name) for arg in node.args for part in walk(arg))
    ]
    return sorted(found, key=lambda node: node.lineno)
