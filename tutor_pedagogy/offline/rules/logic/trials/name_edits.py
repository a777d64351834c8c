"""Candidates with another name: variables, functions and methods."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from tutor_pedagogy.offline.rules.logic.trials.candidate import Candidate, Change, replaced, with_text
from tutor_pedagogy.offline.rules.logic.trials.kinds import FUNCTION, NAME, ORDER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.rules.logic.trials.context import Context

_METHODS: dict[str, tuple[str, ...]] = {
    "append": ("extend",),
    "extend": ("append",),
    "keys": ("values", "items"),
    "values": ("keys", "items"),
    "items": ("keys", "values"),
    "upper": ("lower",),
    "lower": ("upper",),
    "title": ("upper", "capitalize"),
    "capitalize": ("title", "upper"),
    "startswith": ("endswith",),
    "endswith": ("startswith",),
    "lstrip": ("strip", "rstrip"),
    "rstrip": ("strip", "lstrip"),
    "find": ("rfind",),
    "index": ("count",),
    "isalpha": ("isdigit", "isalnum"),
    "isdigit": ("isalpha",),
    "isupper": ("islower",),
    "islower": ("isupper",),
    "union": ("intersection", "difference"),
    "intersection": ("union",),
    "add": ("discard",),
}


_FUNCTIONS: dict[str, tuple[str, ...]] = {
    "min": ("max",),
    "max": ("min",),
    "any": ("all",),
    "all": ("any",),
    "sum": ("len", "max"),
    "len": ("sum",),
    "int": ("round",),
    "round": ("int",),
    "sorted": ("reversed",),
}


def of_name(program: Program, node: ast.Name, context: Context) -> Iterator[Candidate]:
    """Yield another variable in place of a name that is read."""
    for other, weight in context.alternatives(node):
        yield from replaced(program, node, ast.Name(id=other, ctx=ast.Load()), other, (NAME, weight))


def of_call(program: Program, node: ast.Call) -> Iterator[Candidate]:
    """Yield a call of the other function of a pair, with swapped arguments, or without its call."""
    match node.func:
        case ast.Name(id=name):
            is_share = name == "round" and len(node.args) == 1 and _is_quotient(node.args[0])
            for other in _FUNCTIONS.get(name, ()):
                weight = 0.8 if is_share else 0.55
                yield from replaced(program, node.func, ast.Name(id=other, ctx=ast.Load()), other, (FUNCTION, weight))
            if len(node.args) == 2 and name in program.functions and not node.keywords:  # noqa: PLR2004 - two arguments can be swapped
                first, second = map(program.segment, node.args)
                yield Candidate(
                    kind=ORDER,
                    weight=0.45,
                    node=node,
                    changes=(Change(node, "args", node.args[::-1]),),
                    write=lambda: with_text(program, node, f"{name}({second}, {first})"),
                )
        case ast.Attribute(attr=method) as called:
            for other in _METHODS.get(method, ()):
                old = program.segment(called)
                new = old[: len(old) - len(method)] + other
                yield Candidate(
                    kind=FUNCTION,
                    weight=0.6,
                    node=node,
                    changes=(Change(called, "attr", other),),
                    write=_call_text(program, called, new),
                )


def _is_quotient(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)


def of_length(program: Program, node: ast.Call, context: Context) -> Iterator[Candidate]:
    """Yield a counter of the function in place of the length of a whole collection."""
    match node:
        case ast.Call(func=ast.Name(id="len"), args=[ast.Name()]):
            pass
        case _:
            return
    for name, is_unused in context.counters(node):
        changed = ast.Name(id=name, ctx=ast.Load())
        yield from replaced(program, node, changed, name, (NAME, 0.85 if is_unused else 0.4))


def _call_text(program: Program, node: ast.AST, text: str) -> Any:
    return lambda: with_text(program, node, text)


def of_value(program: Program, node: ast.expr, context: Context) -> Iterator[Candidate]:
    """Yield the result of a function that nothing has called yet, or of a conversion, in place of a value."""
    if not isinstance(node, ast.Name):
        return
    text = program.segment(node)
    for name in context.unused_functions:
        changed = ast.Call(func=ast.Name(id=name, ctx=ast.Load()), args=[node], keywords=[])
        yield from replaced(program, node, changed, f"{name}({text})", (FUNCTION, 0.5))
