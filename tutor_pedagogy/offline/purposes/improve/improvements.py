"""Slow, long and unclear parts of a correct program, found by patterns in the syntax tree."""

from __future__ import annotations

import ast
import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby, islice
from math import pi
from typing import TYPE_CHECKING

from tutor_pedagogy.offline.engine.nodes import Function, called_name, indexed_list, is_call_of, names_in
from tutor_pedagogy.offline.engine.program import BUILTINS, Loop
from tutor_pedagogy.offline.purposes.improve.indexed_loops import CHECKS as INDEXED
from tutor_pedagogy.offline.purposes.improve.longhand import CHECKS as LONGHAND
from tutor_pedagogy.offline.purposes.improve.repetition import CHECKS as REPEATED
from tutor_pedagogy.offline.purposes.improve.shortening import CHECKS as SHORTER
from tutor_pedagogy.offline.purposes.improve.slowness import CHECKS as SLOWER
from tutor_pedagogy.offline.purposes.improve.small_forms import CHECKS as SMALLER
from tutor_pedagogy.offline.purposes.literal_types import literal_type
from tutor_pedagogy.offline.purposes.own_values import seen
from tutor_pedagogy.problem.tree_walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tutor_pedagogy.offline.engine.program import Program

_LONG_FUNCTION = 40
_NEAR_PI = 0.002
_MANY_STATEMENTS = 3
_MANY_NUMBERS = 3
_MOST = 30
_MANY_ITEMS = 20
_MOST_NODES = 600
_MOST_CALLS = 150
_FREE_NUMBERS = frozenset((0, 1, 2, -1, 10, 100))
_SHORT_NAMES = frozenset(
    ("i", "j", "k", "n", "m", "x", "y", "z", "e", "f", "s", "_", "t", "c", "w", "a", "b", "r", "p", "q")
)
_VAGUE = re.compile(
    r"(?:data|temp|tmp|var|val|thing|stuff|foo|bar|baz|test|new|my|aa+|xx+|yy+|zz+|list|lst|num|value|var)\d+|(?:foo|bar|baz|asdf|stuff|thingy|blah|xyz|aaa?)"
)


@dataclass(frozen=True, slots=True)
class Improvement:
    """A possible improvement: its name in `improvements.toml`, its line from 1, and the values of the texts' slots."""

    name: str
    line: int
    slots: Mapping[str, str | int] = field(default_factory=dict)


def improvements(program: Program) -> list[Improvement]:
    """Return the possible improvements of a program, at most 30 of each kind, in no particular order."""
    found: list[Improvement] = []
    for check in _CHECKS:
        for number, each in enumerate(check(program)):
            if number == _MOST:
                break
            found.append(each)
    for longhand in (*LONGHAND, *SHORTER, *SMALLER, *SLOWER, *INDEXED, *REPEATED):
        found += [Improvement(name, line, slots) for name, line, slots in islice(longhand(program), _MOST)]
    return found


def _loop_of(program: Program, node: ast.AST) -> ast.For | ast.While | None:
    """Return the innermost loop whose body contains a node, in the same function."""
    inner = node
    for up in program.above(node):
        if isinstance(up, Function | ast.Lambda | ast.ClassDef):
            return None
        is_loop = isinstance(up, Loop) and not (isinstance(up, ast.For) and inner is up.iter)
        if isinstance(up, Loop) and is_loop and inner not in up.orelse:
            return up
        inner = up
    return None


def _list_membership(program: Program) -> Iterator[Improvement]:
    for node in program.each(ast.Compare):
        match node:
            case ast.Compare(ops=[ast.In() | ast.NotIn()], comparators=[ast.Name(id=name) as owner]):
                loop = _loop_of(program, node)
                is_list = literal_type(program, owner) is list and not _is_short_list(program, name)
                if loop is not None and (is_list or _gets_long_list(program, owner)):
                    yield _at(program, "list-membership", node, name=name, loop=program.shown(loop.lineno))


def _gets_long_list(program: Program, owner: ast.Name) -> bool:
    """Return whether the program's own call gives a parameter a list of many items."""
    if not any(value is None for _, value in program.assignments(owner.id)):
        return False
    values = seen(program, owner).get(owner, [])
    return bool(values) and type(values[0]) is list and len(values[0]) >= _MANY_ITEMS


def _is_short_list(program: Program, name: str) -> bool:
    """Return whether every value of a name is a short list literal that never grows, so that a search in it is fast."""
    values = [value for _, value in program.assignments(name)]
    return name not in program.resized_names and all(
        isinstance(value, ast.List) and len(value.elts) < _MOST for value in values
    )


def _front_of_list(program: Program) -> Iterator[Improvement]:
    for node in program.each(ast.Call):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name() as owner, attr="insert"), args=[ast.Constant(value=0), _]
            ):
                pass
            case ast.Call(func=ast.Attribute(value=ast.Name() as owner, attr="pop"), args=[ast.Constant(value=0)]):
                pass
            case _:
                continue
        loop = _loop_of(program, node)
        if loop is not None and literal_type(program, owner) in (list, None):
            yield _at(program, "front-of-list", node, loop=program.shown(loop.lineno))


def _sort_in_loop(program: Program) -> Iterator[Improvement]:
    for node in _called(program, "sorted", "sort"):
        match node:
            case ast.Call(func=ast.Name(id="sorted"), args=[ast.Name(id=name)]):
                pass
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="sort")):
                pass
            case _:
                continue
        loop = _loop_of(program, node)
        if loop is not None and not _changes(loop, name, but=node):
            yield _at(program, "sort-in-loop", node, name=name, loop=program.shown(loop.lineno))


def _called(program: Program, *names: str) -> Iterator[ast.Call]:
    """Yield the first `_MOST_CALLS` calls of these functions or methods. The limit bounds the walks over loops."""
    yield from islice((node for node in program.each(ast.Call) if called_name(node) in names), _MOST_CALLS)


def _changes(loop: ast.For | ast.While, name: str, *, but: ast.AST | None = None) -> bool:
    """Return whether a loop may assign to a name or change the object that it refers to.

    A loop with more than `_MOST_NODES` nodes is assumed to do so.
    """
    nodes = walk(loop)
    if len(nodes) > _MOST_NODES:
        return True
    for node in nodes:
        match node:
            case ast.Name(id=found, ctx=ast.Store() | ast.Del()) if found == name:
                return True
            case ast.Subscript(value=ast.Name(id=found), ctx=ast.Store() | ast.Del()) if found == name:
                return True
            case ast.Call(func=ast.Attribute(value=ast.Name(id=found))) if found == name and node is not but:
                return True
            case ast.Call(func=func, args=arguments) if node is not but:
                is_harmless = isinstance(func, ast.Name) and func.id in BUILTINS
                if not is_harmless and any(isinstance(each, ast.Name) and each.id == name for each in arguments):
                    return True
    return False


def _repeated_recursion(program: Program) -> Iterator[Improvement]:
    for function in program.functions.values():
        for node in program.own_nodes(function):
            if isinstance(node, ast.BinOp) and not isinstance(program.parents.get(node), ast.BinOp):
                calls = [each for each in walk(node) if is_call_of(each, function.name)]
                if len(calls) > 1 and not function.decorator_list and _shrinks_slowly(calls):
                    yield _at(program, "repeated-recursion", node, name=function.name)
                    break


def _shrinks_slowly(calls: list[ast.Call]) -> bool:
    """Return whether each recursive call has an argument that subtracts a constant, as in `fib(n - 1)`."""
    return all(
        any(
            isinstance(each, ast.BinOp) and isinstance(each.op, ast.Sub) and isinstance(each.right, ast.Constant)
            for each in call.args
        )
        for call in calls
    )


def _string_in_loop(program: Program) -> Iterator[Improvement]:
    for node in program.each(ast.AugAssign):
        match node:
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add()) if _is_string(program, name):
                loop = _loop_of(program, node)
                if loop is not None:
                    yield _at(program, "string-in-loop", node, loop=program.shown(loop.lineno))
    for each in program.each(ast.Assign):
        match each:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp(op=ast.Add()) as joined) if (
                name == _first_summand(joined) and _is_string(program, name)
            ):
                loop = _loop_of(program, each)
                if loop is not None:
                    yield _at(program, "string-in-loop", each, loop=program.shown(loop.lineno))


def _first_summand(node: ast.expr) -> str:
    """Return the name that a sum begins with, or ""."""
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        node = node.left
    return node.id if isinstance(node, ast.Name) else ""


def _is_string(program: Program, name: str) -> bool:
    """Return whether every assignment to a name, except those that extend it, is a string literal."""
    bound = program.assignments(name)
    if len(bound) > _MOST:
        return False
    plain = [
        value
        for _, value in bound
        if value is not None and not (isinstance(value, ast.BinOp) and name in names_in(value))
    ]
    return bool(plain) and all(
        isinstance(value, ast.JoinedStr) or (isinstance(value, ast.Constant) and isinstance(value.value, str))
        for value in plain
    )


def _count_in_loop(program: Program) -> Iterator[Improvement]:
    for node in _called(program, "count"):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="count"), args=[ast.Name(id=item)]):
                loop = _loop_of(program, node)
                if loop is not None and item in names_in(*_targets(loop)) and not _changes(loop, name, but=node):
                    yield _at(program, "count-in-loop", node, name=name, loop=program.shown(loop.lineno))


def _targets(loop: ast.For | ast.While) -> list[ast.AST]:
    return [loop.target] if isinstance(loop, ast.For) else []


def _invariant_call(program: Program) -> Iterator[Improvement]:
    for node in _called(program, "sum", "max", "min"):
        match node:
            case ast.Call(func=ast.Name(id=called), args=[ast.Name(id=name)], keywords=[]) if called in (
                "sum",
                "max",
                "min",
            ):
                loop = _loop_of(program, node)
                if loop is not None and called not in program.bound_names and not _changes(loop, name, but=node):
                    yield _at(program, "invariant-call", node, loop=program.shown(loop.lineno))


def _true_false(program: Program) -> Iterator[Improvement]:
    for choice in program.each(ast.IfExp):
        if {_truth(choice.body), _truth(choice.orelse)} == {True, False} and _is_condition(choice.test):
            yield _at(program, "true-false", choice)
    for node, following in _ifs(program):
        match node:
            case ast.If(body=[ast.Return(value=first)], orelse=[ast.Return(value=second)]):
                pass
            case ast.If(body=[ast.Return(value=first)], orelse=[]) if isinstance(following, ast.Return):
                second = following.value
            case ast.If(
                body=[ast.Assign(targets=[ast.Name() as one], value=first)],
                orelse=[ast.Assign(targets=[ast.Name() as other], value=second)],
            ) if one.id == other.id:
                pass
            case _:
                continue
        if {_truth(first), _truth(second)} == {True, False} and _is_condition(node.test):
            yield Improvement("true-false", node.lineno, {"code": program.line(node.lineno).strip()})


def _ifs(program: Program) -> Iterator[tuple[ast.If, ast.stmt | None]]:
    """Yield each `if` that is not an `elif`, with the next statement in the same block or None."""
    following = {id(first): second for _, first, second in program.neighbours}
    for node in program.each(ast.If):
        parent = program.parents.get(node)
        is_elif = isinstance(parent, ast.If) and node in parent.orelse
        if not is_elif:
            yield node, following.get(id(node))


def _truth(node: ast.expr | None) -> bool | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, bool) else None


def _is_condition(node: ast.expr) -> bool:
    """Return whether an expression surely has the value `True` or `False`."""
    match node:
        case ast.Compare() | ast.UnaryOp(op=ast.Not()):
            return True
        case ast.BoolOp(values=values):
            return all(map(_is_condition, values))
        case ast.Call(func=ast.Name(id="isinstance" | "any" | "all")):
            return True
        case ast.Call(func=ast.Attribute(attr=name)):
            return name.startswith("is") or name in ("startswith", "endswith")
    return False


def _compare_true(program: Program) -> Iterator[Improvement]:
    for node in program.each(ast.Compare):
        match node:
            case ast.Compare(ops=[ast.Eq() | ast.NotEq()], comparators=[ast.Constant(value=bool())]):
                yield _at(program, "compare-true", node)
            case ast.Compare(
                left=left,
                ops=[first, ast.Eq() | ast.NotEq() as second],
                comparators=[middle, ast.Constant(value=bool()) as last],
            ):
                parts = (
                    ast.unparse(ast.Compare(left=left, ops=[first], comparators=[middle])),
                    ast.unparse(ast.Compare(left=middle, ops=[second], comparators=[last])),
                )
                is_never = isinstance(middle, ast.Constant) and (middle.value == last.value) != isinstance(
                    second, ast.Eq
                )
                never = ", and since the second one never is, neither is the chain" if is_never else ""
                found = {"first": parts[0], "second": parts[1], "new": parts[0], "never": never}
                yield _at(program, "chained-true", node, **found)


def _pi(program: Program) -> Iterator[Improvement]:
    for node in program.each(ast.Constant):
        if isinstance(node.value, float) and abs(node.value - pi) < _NEAR_PI:
            yield _at(program, "pi-by-hand", node)
            return


def _range_len(program: Program) -> Iterator[Improvement]:
    for node in program.each(ast.For):
        owner = indexed_list(node.iter)
        if owner is None or not isinstance(node.target, ast.Name):
            continue
        index, name = node.target.id, owner.id
        inner = [each for statement in node.body for each in walk(statement)]
        uses = [each for each in inner if isinstance(each, ast.Name) and each.id == index]
        places = [program.parents.get(use) for use in uses]
        if places and all(_is_reading(place, name, use) for place, use in zip(places, uses, strict=True)):
            yield Improvement("range-len", node.lineno, {"code": program.segment(node.iter), "name": name})


def _is_reading(place: ast.AST | None, name: str, index: ast.Name) -> bool:
    match place:
        case ast.Subscript(value=ast.Name(id=owner), slice=ast.Name() as slice_, ctx=ast.Load()):
            return owner == name and slice_ is index
    return False


def _repeated_statements(program: Program) -> Iterator[Improvement]:
    for node in program.with_blocks:
        for block in (getattr(node, "body", None), getattr(node, "orelse", None)):
            if isinstance(block, list):
                yield from _alike(block)


def _alike(block: list[ast.stmt]) -> Iterator[Improvement]:
    """Yield an improvement for three or more consecutive statements that differ in one literal only."""
    for form, run in groupby(block, key=_form):
        statements = list(run)
        if form is None or len(statements) < _MANY_STATEMENTS:
            continue
        values = list(zip(*map(_literals, statements), strict=True))
        if sum(len(set(column)) > 1 for column in values) == 1:
            yield Improvement("repeated-statements", statements[0].lineno, {"count": len(statements)})


def _form(node: ast.stmt) -> str | None:
    """Return a statement without its literals, or None if it is too simple or has a block."""
    if not isinstance(node, ast.Expr | ast.AugAssign) or not _literals(node):
        return None
    if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Call):
        return None
    return " ".join(_mark(each) for each in walk(node))


def _mark(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return f"{type(node).__name__}:{name}"
    return type(node).__name__


def _literals(node: ast.stmt) -> list[str]:
    return [repr(each.value) for each in walk(node) if isinstance(each, ast.Constant)]


def _unused(program: Program) -> Iterator[Improvement]:
    if not isinstance(program.tree, ast.Module):
        return
    for function in program.functions.values():
        if any(is_call_of(each, "locals", "exec", "eval") for each in program.own_nodes(function)):
            continue
        shared = {
            name
            for each in program.own_nodes(function)
            if isinstance(each, ast.Global | ast.Nonlocal)
            for name in each.names
        }
        read = {
            each.id for each in walk(function) if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Store)
        }
        read |= {
            each.target.id
            for each in walk(function)
            if isinstance(each, ast.AugAssign) and isinstance(each.target, ast.Name)
        }
        for node in program.own_nodes(function):
            match node:
                case ast.Assign(targets=[ast.Name(id=name)]) if (
                    name not in read and name not in shared and not name.startswith("_")
                ):
                    yield Improvement("unused", node.lineno, {"name": name})


def _long_function(program: Program) -> Iterator[Improvement]:
    for function in program.functions.values():
        lines = [text for text in program.lines[function.lineno - 1 : function.end_lineno] if text.strip()]
        if len(lines) > _LONG_FUNCTION:
            yield Improvement("long-function", function.lineno, {"name": function.name, "count": len(lines)})


def _magic_number(program: Program) -> Iterator[Improvement]:
    numbers: dict[str, list[int]] = {}
    for node in program.each(ast.Constant):
        value = node.value
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if is_number and value not in _FREE_NUMBERS and isinstance(program.parents.get(node), ast.BinOp | ast.Compare):
            numbers.setdefault(repr(value), []).append(node.lineno)
    for text, lines in numbers.items():
        if len(lines) >= _MANY_NUMBERS:
            yield Improvement("magic-number", min(lines), {"code": text, "count": len(lines)})


def _vague_name(program: Program) -> Iterator[Improvement]:
    short = Counter(len(name) == 1 for name in program.bound_names)
    for name in sorted(program.bound_names):
        lines = [line for line, _ in program.assignments(name)]
        if not lines and name in program.functions:
            lines = [program.functions[name].lineno]
        is_vague = _VAGUE.fullmatch(name) or (len(name) == 1 and name not in _SHORT_NAMES)
        is_vague = is_vague or (
            len(name) == 1
            and short[True] > _LONGEST_ALPHABET
            and any(value is not None for _, value in program.assignments(name))
        )
        if lines and is_vague:
            yield Improvement("vague-name", lines[0], {"name": name})


_LONGEST_ALPHABET = 4
"""The number of one-letter names from which on they count as hard to follow."""


def _at(program: Program, kind: str, node: ast.AST, **slots: str | int) -> Improvement:
    return Improvement(kind, getattr(node, "lineno", 1), {"code": program.segment(node), **slots})


_CHECKS: tuple[Callable[[Program], Iterator[Improvement]], ...] = (
    *(_list_membership, _front_of_list, _sort_in_loop, _repeated_recursion, _string_in_loop, _count_in_loop),
    *(_invariant_call, _true_false, _compare_true, _pi, _range_len, _repeated_statements, _unused),
    *(_long_function, _magic_number, _vague_name),
)
