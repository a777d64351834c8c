"""The call of `split` or another maker from which a loop takes its items, also in another function."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import called_name, first_argument
from tutor_pedagogy.offline.rules.runtime.value_sources import argument_for

if TYPE_CHECKING:
    from tutor_pedagogy.offline.rules.runtime.context import CrashContext

MAX_HOPS = 8
"""The maximum number of names, calls and parameters that are followed."""


def iterated_by(case: CrashContext, node: ast.expr | None) -> ast.expr | None:
    """Return what the innermost loop or comprehension around a name goes through, if it gives this name its items."""
    if not isinstance(node, ast.Name):
        return None
    for up in case.program.above(node):
        match up:
            case ast.For(target=ast.Name(id=name), iter=iterated) if name == node.id and iterated is not node:
                return iterated
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
                for part in up.generators:
                    if isinstance(part.target, ast.Name) and part.target.id == node.id:
                        return part.iter
    return None


def split_of(case: CrashContext, node: ast.expr | None) -> ast.Call | None:
    """Return the call of `split` with a separator that makes the items which a loop gives to a name; else None."""
    made = maker_of(case, iterated_by(case, node))
    match made:
        case ast.Call(func=ast.Attribute(attr="split"), args=[_], keywords=[]):
            return made
    return None


def maker_of(case: CrashContext, node: ast.expr | None) -> ast.expr | None:
    """Return the expression that makes a value: through names, parameters and functions with one source each."""
    for _ in range(MAX_HOPS):
        match node:
            case ast.Name():
                node = _source(case, node)
            case ast.Call(func=ast.Name(id="list" | "enumerate" | "sorted" | "iter" | "reversed")):
                node = first_argument(node)
            case ast.Call() if called_name(node) in case.program.functions:
                function = case.program.functions[called_name(node)]
                returned = [each.value for each in case.program.returns_of(function) if each.value is not None]
                node = returned[0] if len(returned) == 1 else None
            case ast.Subscript(value=inner, slice=ast.Slice()):
                node = inner
            case _:
                return node
    return None


def _source(case: CrashContext, node: ast.Name) -> ast.expr | None:
    """Return the only value that a name has in its function, or that the only call passes for the parameter."""
    function = case.program.function_at(node.lineno)
    header = function.lineno if function is not None else 0
    found = [each for each in case.program.assignments(node.id) if case.program.function_at(each[0]) is function]
    bound = [each for each in found if each[0] != header]
    before = [value for line, value in bound if line < node.lineno or node.lineno < line <= case.line]
    if bound:
        return before[-1] if before else None
    if function is None or node.id not in [arg.arg for arg in function.args.args]:
        outside = [value for line, value in case.program.assignments(node.id) if not case.program.function_at(line)]
        return outside[0] if len(outside) == 1 else None
    calls = [call for call in case.program.each(ast.Call) if called_name(call) == function.name]
    if len(calls) != 1:
        return None
    is_method = case.class_of(function) is not None
    return argument_for(function, node.id, calls[0], is_method=is_method)[0]
