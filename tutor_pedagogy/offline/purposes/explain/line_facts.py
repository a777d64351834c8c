"""Sentences about a line: where its names are assigned, and the value that follows from literals."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.engine.evidence import values_seen
from tutor_pedagogy.offline.engine.writing import code_span
from tutor_pedagogy.offline.evaluation import UNKNOWN, Stopped
from tutor_pedagogy.offline.purposes.texts import listed
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from tutor_pedagogy.offline.engine.program import Program

_MAX_SHOWN_VALUE = 60
_SHOWN_TYPES = (bool, int, float, str, list, tuple, dict, set, range)
_MOST_NUMBERS, _MOST_NAMES = 12, 2


def value_says(program: Program, node: ast.AST) -> str:
    """Return the sentence about the value of a piece of code if the evaluator knows it, else ""."""
    match node:
        case (
            ast.Expr(value=value)
            | ast.Assign(value=value)
            | ast.Return(value=ast.expr() as value)
            | ast.For(iter=value)
        ):
            pass
        case ast.If(test=value) | ast.While(test=value):
            pass
        case ast.expr():
            value = node
        case _:
            return ""
    if isinstance(value, ast.Constant | ast.List | ast.Dict | ast.Tuple):
        return ""
    match value:
        case ast.Call(func=ast.Name(id="print"), args=[only]):
            value = only
    if isinstance(value, ast.Constant) or isinstance(node, ast.While):
        return ""
    found = known_value(program, value)
    if found is UNKNOWN:
        return ""
    shown = repr(list(found)) if isinstance(found, range) else repr(found)
    name = "the values are" if isinstance(found, range) else "the result is"
    return f"As your program stands, {name} {code_span(shown)}." if len(shown) <= _MAX_SHOWN_VALUE else ""


def known_value(program: Program, node: ast.expr) -> Any:
    """Return the value that an expression has each time that the program evaluates it; `UNKNOWN` if they differ."""
    seen = values_seen(program, [node]).get(node, [])
    if not seen or any(type(value) not in _SHOWN_TYPES for value in seen):
        return UNKNOWN
    try:
        texts = {repr(value) for value in seen}
    except Stopped:  # A collection holds a value that is not known, or an object of the program.
        return UNKNOWN
    return seen[0] if len(texts) == 1 else UNKNOWN


def counted(node: ast.AST) -> str:
    """Return the sentence with the numbers of a `range` for 10 as the value of its only name, or ""."""
    source = node.iter if isinstance(node, ast.For) else node
    match source:
        case ast.Call(func=ast.Name(id="range"), args=arguments, keywords=[]):
            names = {each.id for argument in arguments for each in walk(argument) if isinstance(each, ast.Name)}
            numbers = [_with_ten(argument) for argument in arguments]
            known = [number for number in numbers if number is not None]
            if len(names) == 1 and 0 < len(known) == len(numbers):
                found = range(*known) if 0 not in known[2:] else range(0)
                if 0 < len(found) <= _MOST_NUMBERS:
                    return f"If {code_span(names.pop())} is 10, it counts {listed([str(number) for number in found])}."
    return ""


def _with_ten(node: ast.expr) -> int | None:
    """Return the value of an argument of `range` if every name is 10, or None if it is not a number, name or sum."""
    match node:
        case ast.Name():
            return 10
        case ast.Constant(value=int() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as value)):
            return -value
        case ast.BinOp(left=ast.Name(), op=ast.Add(), right=ast.Constant(value=int() as value)):
            return 10 + value
        case ast.BinOp(left=ast.Name(), op=ast.Sub(), right=ast.Constant(value=int() as value)):
            return 10 - value
    return None


def _origins(program: Program, node: ast.AST, line: int) -> list[str]:
    """Return phrases about where the variables in a piece of code are assigned, at most two of them."""
    said: dict[str, str] = {}
    header = walk(node) if not hasattr(node, "body") else [each for part in _header(node) for each in walk(part)]
    reads = [each.id for each in header if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)]
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        reads.append(node.target.id)
    for name in dict.fromkeys(reads):
        lines = [at for at, _ in program.assignments(name) if at < line]
        if lines and name not in program.functions:
            of_call = "at each call, " if _is_parameter(program, name, lines[-1]) else ""
            said[name] = f"{code_span(name)} gets its value {of_call}on line {program.shown(lines[-1])}"
    return list(said.values())[:2]


def _header(node: ast.AST) -> list[ast.AST]:
    """Return the parts of a compound statement's header: its iterable, condition, context managers or subject."""
    return [part for name in ("iter", "test", "items", "subject") for part in _as_list(getattr(node, name, None))]


def _as_list(value: Any) -> list[ast.AST]:
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, ast.AST) else []


def _is_parameter(program: Program, name: str, line: int) -> bool:
    return any(each.arg == name and each.lineno == line for each in program.each(ast.arg))


def lookup(program: Program, node: ast.AST, line: int) -> list[str]:
    """Return the step of a trace in which Python looks up the names of a line, as a list of at most one step."""
    origins = _origins(program, node, line)
    return [f"Python looks up the values of the names: {listed(origins)}."] if origins else []


def from_where(program: Program, node: ast.AST, line: int) -> str:
    """Return the sentence about where the names in a line are assigned, or ""."""
    origins = _origins(program, node, line)
    return f"Where the names come from: {listed(origins)}." if origins else ""
