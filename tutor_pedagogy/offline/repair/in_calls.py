"""Small edits of calls: other functions and methods, other arguments, and other bounds of a `range`."""

from __future__ import annotations

import ast
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.repair.in_expressions import moved, one_more
from tutor_pedagogy.offline.repair.rule_names import PART
from tutor_pedagogy.offline.repair.small_edit import replaced
from tutor_pedagogy.offline.rules.logic.trials.kinds import CONVERTED, FUNCTION, ORDER, SORTED, STEP

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor_pedagogy.offline.engine.program import Program
    from tutor_pedagogy.offline.repair.scopes import Scopes
    from tutor_pedagogy.offline.repair.small_edit import SmallEdit

_FUNCTIONS = {
    "min": ("max",),
    "max": ("min", "sum"),
    "any": ("all",),
    "all": ("any",),
    "sum": ("max", "len"),
    "sorted": ("list", "reversed"),
    "set": ("list",),
    "round": ("int",),
    "len": ("sum",),
    "int": ("float", "str"),
}
_METHODS = {
    "append": ("extend",),
    "extend": ("append",),
    "upper": ("lower",),
    "lower": ("upper",),
    "remove": ("pop",),
    "pop": ("remove",),
    "add": ("update",),
    "find": ("rfind",),
    "index": ("count",),
    "lstrip": ("strip",),
    "rstrip": ("strip",),
    "startswith": ("endswith",),
    "endswith": ("startswith",),
    "keys": ("values", "items"),
    "values": ("keys", "items"),
    "items": ("values", "keys"),
    "popleft": ("pop",),
}
_CONVERSIONS = ("str", "int", "list", "tuple", "float", "set", "sorted", "abs", "len", "reversed", "round")


def of_call(program: Program, node: ast.Call, scopes: Scopes) -> Iterator[SmallEdit]:
    """Yield other functions and methods, and other arguments."""
    del scopes
    arguments = [each for each in node.args if not isinstance(each, ast.Starred)]
    match node.func:
        case ast.Name(id="range"):
            yield from _of_range(program, node, arguments)
        case ast.Name() as called:
            yield from _of_function(program, node, called, arguments)
        case ast.Attribute(value=owner, attr=name):
            for other in _METHODS.get(name, ()):
                yield from replaced(program, node.func, f"{program.segment(owner)}.{other}", FUNCTION, 0.55)
    for first, second in pairwise(arguments):
        if program.segment(first) != program.segment(second):
            yield from _swapped(program, node, first, second)
    if isinstance(node.func, ast.Name) and node.func.id in program.functions:
        for argument in arguments:
            yield from one_more(program, argument, 0.4)
            yield from _tail(program, argument)
    yield from _of_order(program, node)


def _of_function(program: Program, node: ast.Call, called: ast.Name, arguments: list[ast.expr]) -> Iterator[SmallEdit]:
    """Yield a call of another function, and the only argument without the call."""
    name = called.id
    for other in (*_FUNCTIONS.get(name, ()), *_others_alike(program, name, len(arguments))):
        yield from replaced(program, called, other, FUNCTION, 0.5)
    if (name in _CONVERSIONS or name in program.functions) and len(arguments) == 1:
        yield from replaced(program, node, program.segment(arguments[0]), CONVERTED, 0.35)


def _tail(program: Program, node: ast.expr) -> Iterator[SmallEdit]:
    """Yield the rest of a list after its first item, as an argument of a call of an own function."""
    if isinstance(node, ast.Name):
        yield from replaced(program, node, f"{node.id}[1:]", STEP, 0.35)


def _of_range(program: Program, node: ast.Call, arguments: list[ast.expr]) -> Iterator[SmallEdit]:
    texts = [program.segment(each) for each in arguments]
    more, less = ([moved(program, each, by) for each in arguments] for by in (1, -1))
    match texts:
        case [end]:
            for text in (f"1, {end}", f"1, {more[0]}", more[0], less[0]):
                yield from replaced(program, node, f"range({text})", STEP, 0.7)
        case [start, end, *step]:
            rest = "".join(f", {each}" for each in step)
            for text in (f"{start}, {more[1]}", f"{start}, {less[1]}", f"{more[0]}, {end}", f"{less[0]}, {end}"):
                yield from replaced(program, node, f"range({text}{rest})", STEP, 0.6)
            yield from replaced(program, node, f"range({end}{rest and f', {start}{rest}'})", STEP, 0.3)


def _swapped(program: Program, node: ast.Call, first: ast.expr, second: ast.expr) -> Iterator[SmallEdit]:
    texts = [
        program.segment(second)
        if each is first
        else program.segment(first)
        if each is second
        else program.segment(each)
        for each in (*node.args, *node.keywords)
    ]
    yield from replaced(program, node, f"{program.segment(node.func)}({', '.join(texts)})", ORDER, 0.4)


def _others_alike(program: Program, name: str, count: int) -> list[str]:
    """Return the program's other functions that take as many arguments."""
    if name not in program.functions:
        return []
    return [
        other
        for other, node in program.functions.items()
        if other != name and len(node.args.args) == count and isinstance(program.parents.get(node), ast.Module)
    ][:3]


def _of_order(program: Program, node: ast.Call) -> Iterator[SmallEdit]:
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    if name not in ("sorted", "sort", "max", "min"):
        return
    texts = [program.segment(each) for each in (*node.args, *node.keywords)]
    owner = program.segment(node.func)
    if not any(each.arg == "key" for each in node.keywords) and (name.startswith("sort") or len(node.args) == 1):
        for key in ("lambda item: item[1]", "lambda item: item[0]", "len"):
            yield from replaced(program, node, f"{owner}({', '.join([*texts, f'key={key}'])})", PART, 0.3)
    turned = next((each for each in node.keywords if each.arg == "reverse"), None)
    if turned is not None:
        left = [program.segment(each) for each in (*node.args, *node.keywords) if each is not turned]
        yield from replaced(program, node, f"{owner}({', '.join(left)})", SORTED, 0.5)
    elif name.startswith("sort"):
        yield from replaced(program, node, f"{owner}({', '.join([*texts, 'reverse=True'])})", SORTED, 0.45)
