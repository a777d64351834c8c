"""Support for a pattern: what else in a program says that the pattern is a mistake and no purpose."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import is_call_of, names_in
from tutor_pedagogy.offline.engine.program import GROWING, SHRINKING
from tutor_pedagogy.offline.rules.logic.tree import parameters_of, reads

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.nodes import Function
    from tutor_pedagogy.offline.engine.program import Loop, Program

STRING_NAMES = frozenset(("text", "word", "string", "sentence", "message", "phrase"))
"""Usual names of string variables."""
_CHANGING = GROWING | SHRINKING | {"sort", "reverse"}
_MOST_USES = 20
"""The number of uses of a name that are looked at."""
_STRING_METHODS = frozenset(("lower", "upper", "strip", "replace", "join", "title", "capitalize", "format", "read"))


def name_for(program: Program, node: ast.expr) -> str:
    """Return the name of the variable that stores an expression, or of the function that returns it; else ""."""
    match program.parents.get(node):
        case ast.Assign(targets=[ast.Name(id=name)]):
            return name
        case ast.Return():
            function = program.function_at(node.lineno)
            return function.name if function is not None else ""
    return ""


def is_result_used(program: Program, function: Function) -> bool:
    """Return whether a call in the program, outside of the function, uses the function's result."""
    if not isinstance(program.parents.get(function), ast.Module):
        return False
    for use in program.uses.get(function.name, ()):
        call = program.parents.get(use)
        if isinstance(call, ast.Call) and call.func is use and program.function_at(use.lineno) is not function:
            around = program.parents.get(call)
            if not isinstance(around, ast.Expr | ast.Return | ast.Await | ast.withitem):
                return True
    return False


def changes_parameter(program: Program, function: Function) -> bool:
    """Return whether a function changes one of its arguments in place, by an index or by a method."""
    names = set(parameters_of(function))
    for node in program.own_nodes(function):
        match node:
            case ast.Subscript(value=ast.Name(id=owner), ctx=ast.Store()) if owner in names:
                return True
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=method)):
                if owner in names and method in _CHANGING:
                    return True
    return False


def arguments_for(program: Program, function: Function, parameter: str) -> list[ast.expr]:
    """Return what the calls of a plain function hand over for one of its positional parameters."""
    place = parameters_of(function).index(parameter)
    return [
        call.args[place]
        for use in program.uses.get(function.name, ())
        if isinstance(call := program.parents.get(use), ast.Call) and call.func is use and place < len(call.args)
    ]


def reads_below(program: Program, name: str, line: int) -> bool:
    """Return whether one of the last uses of a name reads it below a line."""
    return any(use.lineno > line and reads(use, name) for use in program.uses[name][-_MOST_USES:])


def is_imported(program: Program, name: str) -> bool:
    """Return whether an import binds a name."""
    imports: list[ast.Import | ast.ImportFrom] = [*program.each(ast.Import), *program.each(ast.ImportFrom)]
    return any(name == (each.asname or each.name.partition(".")[0]) for node in imports for each in node.names)


def is_tried(program: Program, node: ast.AST) -> bool:
    """Return whether a node is in a `try` or `with`, where running it may be the purpose."""
    return any(isinstance(up, ast.Try | ast.With) for up in program.above(node))


def is_string(program: Program, name: str, line: int) -> bool:
    """Return whether the last value of a name above a line is a string."""
    match program.last_value(name, line):
        case ast.Constant(value=str()) | ast.JoinedStr() | ast.Call(func=ast.Name(id="input" | "str" | "chr")):
            return True
        case ast.Call(func=ast.Attribute(attr=method)):
            return method in _STRING_METHODS
        case None if name in STRING_NAMES:
            return True
        case None:
            return any(
                isinstance(loop.iter, ast.Name)
                and loop.iter.id != name
                and name in names_in(loop.target)
                and holds_strings(program, loop.iter.id, line)
                for loop in program.each(ast.For)
            )
    return False


def holds_strings(program: Program, name: str, line: int) -> bool:
    """Return whether the last value of a name above a line is a list of strings."""
    match program.last_value(name, line):
        case ast.List(elts=[ast.Constant(value=str()), *_]) | ast.Call(func=ast.Attribute(attr="split" | "readlines")):
            return True
    return False


def is_read_later(program: Program, name: str, line: int, loop: Loop | None = None) -> bool:
    """Return whether the function around a line reads a name below that line, or anywhere in the given loop."""
    here = program.function_at(line)
    for use in program.uses.get(name, ()):
        is_inside = loop is not None and loop.lineno <= use.lineno <= (loop.end_lineno or 0)
        if reads(use, name) and program.function_at(use.lineno) is here and (use.lineno > line or is_inside):
            return True
    return False


def reads_itself_only(program: Program, function: Function, name: str) -> bool:
    """Return whether a function reads a name only to give it a new value or to add to its collection."""
    for node in program.own_nodes(function):
        if not reads(node, name):
            continue
        up = program.parents.get(node)
        match up, program.parents.get(up) if up is not None else None:
            case ast.Attribute(), ast.Call() as call if isinstance(program.parents.get(call), ast.Expr):
                continue
        statement = program.statement_at(getattr(node, "lineno", 0))
        match statement:
            case ast.Assign(targets=[ast.Name(id=changed)]) | ast.AugAssign(target=ast.Name(id=changed)):
                if changed == name:
                    continue
        return False
    return True


def is_printed(program: Program, node: ast.AST) -> bool:
    """Return whether a node is an argument of `print` or `input`, or a part of one."""
    return any(is_call_of(up, "print", "input") for up in program.above(node))
