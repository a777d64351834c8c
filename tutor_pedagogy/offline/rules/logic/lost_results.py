"""Results of the program's own functions that nothing takes: a changed number stays inside the function."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.finding import Code
from tutor_pedagogy.offline.engine.nodes import Function
from tutor_pedagogy.offline.rules.logic.moves import with_parts
from tutor_pedagogy.offline.rules.logic.rule import logic_rule
from tutor_pedagogy.offline.rules.logic.tree import parameters_of, reads

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.match import Match
    from tutor_pedagogy.offline.engine.program import Program


@logic_rule("changed-value-not-taken", 0.9, "value less more zero other", needs=(Function, ast.Return), each=ast.Expr)
def changed_value_not_taken(program: Program, node: ast.Expr) -> Iterator[Match]:
    """Yield a call whose function gives its parameter a new value and returns it, if the caller reads the old one."""
    match node.value:
        case ast.Call(func=ast.Name(id=called), args=arguments, keywords=[]) as call if called in program.functions:
            function = program.functions[called]
        case _:
            return
    if not isinstance(program.parents.get(function), ast.Module) or function.decorator_list:
        return
    here = program.function_at(node.lineno)
    for parameter, argument in zip(parameters_of(function), arguments, strict=False):
        if not isinstance(argument, ast.Name) or not _gives_back(program, function, parameter):
            continue
        name = argument.id
        loop = program.loop_around(node)
        is_read = any(
            reads(use, name)
            and program.function_at(use.lineno) is here
            and (use.lineno > node.lineno or (loop is not None and use.lineno >= loop.lineno and use is not argument))
            for use in program.uses[name]
        )
        if is_read:
            edit = with_parts(program, [(call, f"{name} = {program.segment(call)}")])
            slots: dict[str, Any] = {"name": Code(name), "function": Code(called), "parameter": Code(parameter)}
            yield program.here(node.value, edit=edit, call=call, **slots)
            return


def _gives_back(program: Program, function: Function, parameter: str) -> bool:
    """Return whether a function calculates a new value for a parameter and only ever returns the parameter."""
    results = program.returns_of(function)
    if not results or not all(isinstance(each.value, ast.Name) and each.value.id == parameter for each in results):
        return False
    is_changed = False
    for node in program.own_nodes(function):
        match node:
            case ast.Global() | ast.Nonlocal() | ast.Yield():
                return False
            case ast.Attribute(value=ast.Name(id=name)) if name == parameter and isinstance(
                program.parents.get(program.parents.get(node) or node), ast.Expr
            ):
                return False
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()) if name == parameter:
                return False
            case ast.Assign(targets=[ast.Name(id=name)]) if name == parameter:
                is_changed = True
            case ast.AugAssign(target=ast.Name(id=name), value=value) if name == parameter:
                if isinstance(value, ast.List | ast.Dict | ast.Set | ast.ListComp):
                    return False  # A list grows in place.
                is_changed = True
    return is_changed
